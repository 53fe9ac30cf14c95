// A worker with the module, as the page sees it.

import type { FromWorker, Method, ToWorker } from "./workerMessages";

/** A call that takes longer can be stopped by the user. */
const LONG_MS = 1_000;

export interface WorkerEvents {
  /** Whether the calls take long. */
  busy(isLong: boolean): void;
  /** The worker cannot be used any more. */
  broken(reason: string): void;
}

interface PendingCall {
  resolve(value: string): void;
  reject(reason: Error): void;
}

let loaded: Promise<[WebAssembly.Module, ArrayBuffer]> | undefined;

/** Loads and compiles the module once. All workers share the result, so a new worker starts at once. */
function loadedModule(): Promise<[WebAssembly.Module, ArrayBuffer]> {
  loaded ??= Promise.all([
    WebAssembly.compileStreaming(fetch("stepwright_web_bg.wasm")),
    models(),
  ]);
  loaded.catch(() => {
    // The next worker tries it again.
    loaded = undefined;
  });
  return loaded;
}

async function models(): Promise<ArrayBuffer> {
  const response = await fetch("models.bin");
  if (!response.ok) {
    throw new Error(`models.bin has the status ${response.status}`);
  }
  return response.arrayBuffer();
}

/** A running worker. Its calls are answered in their order. */
export class ModuleWorker {
  private readonly worker = new Worker("worker.js", { type: "module" });
  private readonly pending = new Map<number, PendingCall>();
  private count = 0;
  private isReady = false;
  private endReason: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly events: WorkerEvents) {
    this.worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) =>
      this.received(data),
    );
    this.worker.addEventListener("error", (event) => {
      this.fail(event.message || "a file of the playground cannot be loaded");
    });
    loadedModule().then(
      ([module, models]) => this.post({ kind: "module", module, models }),
      (error: unknown) => this.fail(`the WebAssembly module cannot be loaded: ${String(error)}`),
    );
  }

  /** Calls a function of the module. Messages are queued until the module is there. */
  async call(method: Method, ...texts: string[]): Promise<string> {
    await loadedModule();
    if (this.endReason !== undefined) {
      throw new Error(this.endReason);
    }
    this.count += 1;
    const id = this.count;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.post({ kind: "call", id, method, texts });
      this.watch();
    });
  }

  /** Ends the worker, and its calls with an error. */
  end(reason: string): void {
    this.endReason = reason;
    this.worker.terminate();
    const pending = [...this.pending.values()];
    this.pending.clear();
    this.watch();
    for (const { reject } of pending) {
      reject(new Error(reason));
    }
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private received(message: FromWorker): void {
    if (message.kind === "broken") {
      this.fail(message.reason);
      return;
    }
    if (message.kind === "ready") {
      this.isReady = true;
    } else {
      const call = this.pending.get(message.id);
      this.pending.delete(message.id);
      if (message.kind === "value") {
        call?.resolve(message.value);
      } else {
        call?.reject(new Error(message.reason));
      }
      clearTimeout(this.timer);
      this.timer = undefined;
    }
    this.watch();
  }

  private fail(reason: string): void {
    this.end(reason);
    this.events.broken(reason);
  }

  /** Reports calls that take long. Loading the module is no call. */
  private watch(): void {
    if (this.pending.size === 0) {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.events.busy(false);
    } else if (this.isReady) {
      this.timer ??= setTimeout(() => this.events.busy(true), LONG_MS);
    }
  }
}
