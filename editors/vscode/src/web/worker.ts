// The script of a worker, which runs the WebAssembly module outside of the extension host.

import init, { LanguageServer, provideModels, Studio } from "stepwright_web";
import { ServerRunner } from "./serverRunner";
import { StudioRunner } from "./studioRunner";
import type { LoadMessage, WorkerEnd } from "./workerMessages";

/** Receives the messages after the first one. */
let receive: ((data: unknown) => void) | undefined;

async function loadModule({ module, models }: LoadMessage): Promise<void> {
  await init({ module_or_path: module });
  provideModels(models);
}

function start(message: LoadMessage): (data: unknown) => void {
  const loaded = loadModule(message);
  if (message.role === "studio") {
    const studio = loaded.then(() => new Studio());
    const runner = new StudioRunner(studio, (answer) => postMessage(answer));
    return (data) => runner.receive(data as string);
  }
  const server = loaded.then(() => new LanguageServer());
  const runner = new ServerRunner(server, (answer) => postMessage(answer), newTask());
  return (data) => runner.receive(data as object);
}

/** Returns a function that runs another one in a new task, without the delay of a timer. */
function newTask(): (run: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const runs: (() => void)[] = [];
  port1.onmessage = () => runs.shift()?.();
  return (run) => {
    runs.push(run);
    port2.postMessage(undefined);
  };
}

addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (receive) {
    receive(data);
  } else {
    receive = start(data as LoadMessage);
  }
});

addEventListener("messageerror", () => {
  const end: WorkerEnd = { kind: "ended", reason: "the worker cannot receive the module" };
  postMessage(end);
});
