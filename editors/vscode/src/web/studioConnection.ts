// Connects the extension to the studio in a worker.

import type { Connect } from "../studio/server";
import type { ModuleWorkers } from "./moduleWorkers";

/** Returns a function that starts a worker with the studio. */
export function connectTo(workers: ModuleWorkers): Connect {
  return (events) => {
    const worker = workers.start("studio", (line) => events.line(line as string), events.ended);
    worker.catch((error: unknown) => events.ended(`its module cannot be loaded: ${error}`));
    // Without a worker, the session gets the reason above.
    const use = (act: (running: Worker) => void) => void worker.then(act, () => undefined);
    return {
      send: (line) => use((running) => running.postMessage(line)),
      close: () => use((running) => running.terminate()),
    };
  };
}
