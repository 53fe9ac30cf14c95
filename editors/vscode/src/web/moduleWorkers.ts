// Starts workers with the WebAssembly module.

import * as vscode from "vscode";
import { isWorkerEnd, type LoadMessage, type WorkerRole } from "./workerMessages";

const MODULE = "stepwright_web_bg.wasm";
const MODELS = "models.bin";
const SCRIPT = "worker.js";

/** The files of a worker, which all workers share. */
interface LoadedFiles {
  /** The address of the script. */
  url: string;
  module: WebAssembly.Module;
  models: Uint8Array;
}

/** Loads the module once, and starts workers with it. */
export class ModuleWorkers {
  private loaded: Promise<LoadedFiles> | undefined;

  /** `folder` contains the files of the module. */
  constructor(private readonly folder: vscode.Uri) {}

  /**
   * Starts a worker. Fails if the module cannot be loaded. `ended` is called if the module cannot be
   * used any more, and `message` with each other message.
   */
  async start(
    role: WorkerRole,
    message: (data: unknown) => void,
    ended: (reason: string) => void,
  ): Promise<Worker> {
    const { url, module, models } = await this.files();
    const worker = new Worker(url);
    worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (isWorkerEnd(data)) {
        worker.terminate();
        ended(data.reason);
      } else {
        message(data);
      }
    });
    worker.addEventListener("error", (event) => {
      worker.terminate();
      ended(event.message || `its script ${SCRIPT} cannot be loaded`);
    });
    const post = (load: LoadMessage) => worker.postMessage(load);
    try {
      post({ role, module, models });
    } catch {
      // An extension host that relays the messages of its workers cannot clone a compiled module.
      post({ role, module: await this.read(MODULE), models });
    }
    return worker;
  }

  private files(): Promise<LoadedFiles> {
    this.loaded ??= this.load();
    this.loaded.catch(() => {
      // The next worker tries it again.
      this.loaded = undefined;
    });
    return this.loaded;
  }

  private async load(): Promise<LoadedFiles> {
    const [script, bytes, models] = await Promise.all([
      this.read(SCRIPT),
      this.read(MODULE),
      this.read(MODELS),
    ]);
    // A worker cannot load the script of an extension that is installed on a server.
    const blob = new Blob([script], { type: "text/javascript" });
    return { url: URL.createObjectURL(blob), module: await WebAssembly.compile(bytes), models };
  }

  private async read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await vscode.workspace.fs.readFile(this.file(name)));
  }

  private file(name: string): vscode.Uri {
    return vscode.Uri.joinPath(this.folder, name);
  }
}
