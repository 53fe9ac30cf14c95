// Runs the WebAssembly module, so that a long call does not block the page.

import init, { Studio, testState } from "stepwright_web";
import type { FromWorker, ToWorker } from "./workerMessages";

let studio: Studio | undefined;

function post(message: FromWorker): void {
  postMessage(message);
}

async function receive(message: ToWorker): Promise<void> {
  if (message.kind === "module") {
    await init({ module_or_path: message.module });
    post({ kind: "ready" });
    return;
  }
  const { id, method, argument } = message;
  try {
    if (method === "studio") {
      studio ??= new Studio();
      post({ kind: "value", id, value: studio.receive(argument) });
    } else {
      post({ kind: "value", id, value: testState(argument) });
    }
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
