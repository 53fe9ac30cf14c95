// Runs the studio in a worker.

import type { Studio } from "stepwright_web";
import type { WorkerEnd } from "./workerMessages";

/** Answers the lines of the extension in their order. */
export class StudioRunner {
  /** The studio; `undefined` if it cannot be loaded. */
  private readonly studio: Promise<Studio | undefined>;
  private hasEnded = false;

  constructor(
    load: Promise<Studio>,
    private readonly post: (message: string | WorkerEnd) => void,
  ) {
    this.studio = load.catch((error: unknown) => {
      this.end(`the studio cannot be loaded: ${error}`);
      return undefined;
    });
  }

  receive(line: string): void {
    void this.studio.then((studio) => studio && this.answer(studio, line));
  }

  private answer(studio: Studio, line: string): void {
    if (this.hasEnded) {
      return;
    }
    try {
      this.post(studio.receive(line));
    } catch (error) {
      // After a trap, the memory of the module has any content.
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
        this.end(String(error));
      } else {
        this.post(refusal(line, error));
      }
    }
  }

  private end(reason: string): void {
    this.hasEnded = true;
    this.post({ kind: "ended", reason });
  }
}

/** Returns the answer to a request that the studio refuses, such as a run without an end. */
function refusal(line: string, error: unknown): string {
  const { id } = JSON.parse(line) as { id: number };
  const body = error instanceof Error ? error.message : String(error);
  return JSON.stringify({ id, status: 503, kind: "text/plain", body });
}
