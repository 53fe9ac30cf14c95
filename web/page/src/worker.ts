// Runs the WebAssembly module, so that a long call does not block the page.

import init, * as module from "stepwright_web";
import type { FromWorker, Method, ToWorker } from "./workerMessages";

let studio: module.Studio | undefined;

const FUNCTIONS: Record<Method, (...texts: string[]) => string> = {
  studio: (message = "") => {
    studio ??= new module.Studio();
    return studio.receive(message);
  },
  testState: module.testState,
  definitions: module.definitions,
  explore: module.explore,
  estimate: module.estimate,
  policy: module.policy,
  importRust: module.importRust,
  types: module.types,
  convert: module.convert,
  diff: module.diff,
};

function post(message: FromWorker): void {
  postMessage(message);
}

async function receive(message: ToWorker): Promise<void> {
  if (message.kind === "module") {
    await init({ module_or_path: message.module });
    module.provideModels(new Uint8Array(message.models));
    post({ kind: "ready" });
    return;
  }
  const { id, method, texts } = message;
  try {
    post({ kind: "value", id, value: FUNCTIONS[method](...texts) });
  } catch (error) {
    // After a trap, the memory of the module has any content.
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
      throw error;
    }
    post({ kind: "refused", id, reason: error instanceof Error ? error.message : String(error) });
  }
}

addEventListener("message", (event: MessageEvent<ToWorker>) => {
  receive(event.data).catch((error: unknown) => post({ kind: "broken", reason: String(error) }));
});
