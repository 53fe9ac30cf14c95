// Runs the language server in a worker.

import type { LanguageServer } from "stepwright_web";
import type { RpcMessage, WorkerEnd } from "./workerMessages";

/** An error of JSON-RPC without a more exact code. */
const INTERNAL_ERROR = -32603;

/** Passes messages to the server, and sends its messages to the client. */
export class ServerRunner {
  private server: LanguageServer | undefined;
  /** The messages that have arrived before the server was loaded. */
  private queue: RpcMessage[] = [];
  private isWorking = false;
  /** Why the server cannot be loaded. */
  private failure: string | undefined;
  private hasEnded = false;

  constructor(
    load: Promise<LanguageServer>,
    private readonly post: (message: object) => void,
    /** Runs a function in a new task of the event loop, so that messages arrive before it. */
    private readonly schedule: (run: () => void) => void,
  ) {
    load.then(
      (server) => this.loaded(server),
      (error: unknown) => this.failed(error),
    );
  }

  receive(message: RpcMessage): void {
    if (this.hasEnded) {
      return;
    }
    if (this.failure !== undefined) {
      this.refuse(message, this.failure);
    } else if (this.server) {
      this.deliver(this.server, message);
    } else {
      this.queue.push(message);
    }
  }

  private loaded(server: LanguageServer): void {
    this.server = server;
    this.drain();
  }

  private failed(error: unknown): void {
    this.failure = `the language server cannot be loaded: ${error}`;
    this.drain();
  }

  private drain(): void {
    const { queue } = this;
    this.queue = [];
    for (const message of queue) {
      this.receive(message);
    }
  }

  private deliver(server: LanguageServer, message: RpcMessage): void {
    this.guard(() => server.receive(JSON.stringify(message)));
    if (!this.isWorking) {
      this.isWorking = true;
      this.schedule(() => this.step(server));
    }
  }

  private step(server: LanguageServer): void {
    if (this.hasEnded) {
      return;
    }
    const messages = this.guard(() => server.work());
    if (messages === undefined) {
      this.isWorking = false;
      return;
    }
    for (const message of JSON.parse(messages) as object[]) {
      this.post(message);
    }
    this.schedule(() => this.step(server));
  }

  /** Calls the module. If it throws an error, its memory has any content. */
  private guard<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.hasEnded = true;
      const end: WorkerEnd = { kind: "ended", reason: String(error) };
      this.post(end);
      return undefined;
    }
  }

  private refuse({ id, method }: RpcMessage, reason: string): void {
    // Notifications, and answers of the client, have no answer.
    if (id !== undefined && method !== undefined) {
      this.post({ jsonrpc: "2.0", id, error: { code: INTERNAL_ERROR, message: reason } });
    }
  }
}
