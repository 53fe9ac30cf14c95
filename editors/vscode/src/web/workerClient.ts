// The client of the language server in a worker.

import {
  AbstractMessageReader,
  AbstractMessageWriter,
  BaseLanguageClient,
  CloseAction,
  type DataCallback,
  type Disposable,
  ErrorAction,
  type LanguageClientOptions,
  type Message,
  type MessageReader,
  type MessageTransports,
  type MessageWriter,
} from "vscode-languageclient/browser";
import { CLIENT_ID, CLIENT_NAME } from "../client";
import type { ModuleWorkers } from "./moduleWorkers";

/** Starts a worker with the language server. */
export class WorkerClient extends BaseLanguageClient {
  private worker: Worker | undefined;
  private endReason: string | undefined;

  constructor(
    private readonly workers: ModuleWorkers,
    options: LanguageClientOptions,
  ) {
    super(CLIENT_ID, CLIENT_NAME, {
      ...options,
      // The platform reports why the server did not start.
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => ({
          action: CloseAction.DoNotRestart,
          message: `The language server has ended (${this.endReason}). Run the command "Stepwright: Restart the Language Server" to start it again.`,
        }),
      },
    });
  }

  /** Ends the worker of a client that did not start. Returns why its server has ended, if it has. */
  abandon(): string | undefined {
    this.worker?.terminate();
    return this.endReason;
  }

  protected override async createMessageTransports(): Promise<MessageTransports> {
    const reader = new WorkerReader(() => this.worker?.terminate());
    const worker = await this.workers.start(
      "languageServer",
      (message) => reader.receive(message as Message),
      (reason) => {
        this.endReason = reason;
        reader.close();
      },
    );
    if (this.endReason !== undefined) {
      throw new Error(this.endReason);
    }
    this.worker = worker;
    return { reader, writer: new WorkerWriter(worker) };
  }
}

/** Passes on the messages of a worker. */
class WorkerReader extends AbstractMessageReader implements MessageReader {
  private callback: DataCallback | undefined;

  constructor(private readonly terminate: () => void) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    this.callback = callback;
    return {
      dispose: () => {
        this.callback = undefined;
      },
    };
  }

  receive(message: Message): void {
    this.callback?.(message);
  }

  /** The worker has ended. */
  close(): void {
    this.fireClose();
  }

  override dispose(): void {
    super.dispose();
    this.terminate();
  }
}

/** Sends messages to a worker. */
class WorkerWriter extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly worker: Worker) {
    super();
  }

  async write(message: Message): Promise<void> {
    this.worker.postMessage(message);
  }

  end(): void {}
}
