// The process `stepwright studio --stdio`, which has the pages of all open documents.

/** An answer of the process, in the terms of HTTP. */
export interface Answer {
  status: number;
  /** The content type. */
  kind: string;
  body: string;
}

/** What a started process reports. */
export interface ConnectionEvents {
  line(text: string): void;
  /** The process has ended, or could not be started. */
  ended(reason: string): void;
}

/** A started process. */
export interface Connection {
  send(line: string): void;
  close(): void;
}

/** Starts a process; throws an error with what to do if it cannot. */
export type Connect = (events: ConnectionEvents) => Connection;

/** The process is started again after this number of ends in this time, and then no more. */
const MOST_ENDS = 5;
const ENDS_MS = 180_000;

/** What messages say about the process. */
export interface ProcessWords {
  name: string;
  /** How to try again after too many ends. */
  advice: string;
}

/** The words for the command. */
export const STUDIO_COMMAND: ProcessWords = {
  name: "`stepwright studio`",
  advice: 'Run the command "Stepwright: Restart the Language Server" to try again.',
};

/** Sends requests to the process. Starts it at the first request, and again after its end. */
export class StudioServer {
  private connection: Connection | undefined;
  private readonly waiting = new Map<
    number,
    { resolve(answer: Answer): void; reject(reason: Error): void }
  >();
  private count = 0;
  private ends: number[] = [];
  private lastReason = "";
  private readonly listeners = new Set<() => void>();
  /** The number of starts. Numbers of documents are those of one start. */
  private starts = 0;

  constructor(
    private readonly connect: Connect,
    private readonly now: () => number = Date.now,
    private readonly words = STUDIO_COMMAND,
  ) {}

  /** Starts the process if it does not run. Returns the number of its start. */
  start(): number {
    if (this.connection) {
      return this.starts;
    }
    this.ends = this.ends.filter((end) => this.now() - end < ENDS_MS);
    if (this.ends.length >= MOST_ENDS) {
      throw new Error(
        `${this.words.name} has ended ${MOST_ENDS} times in ${ENDS_MS / 60_000} minutes: ${this.lastReason}. The text is unchanged. ${this.words.advice}`,
      );
    }
    this.starts += 1;
    const start = this.starts;
    this.connection = this.connect({
      line: (text) => this.received(text),
      ended: (reason) => {
        if (start === this.starts && this.connection) {
          this.ended(reason);
        }
      },
    });
    return start;
  }

  /** Sends a request to the process of a start. */
  request(start: number, method: string, parameters: object): Promise<Answer> {
    const { connection } = this;
    if (!connection || start !== this.starts) {
      return Promise.reject(new Error(`${this.words.name} has ended, and is started again`));
    }
    this.count += 1;
    const id = this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      connection.send(JSON.stringify({ id, method, ...parameters }));
    });
  }

  /** Calls a function after each end of the process. The result removes it. */
  onEnd(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ends the process. A request starts it again, with all attempts. */
  restart(): void {
    this.ends = [];
    if (this.connection) {
      this.ended("it was restarted");
      this.ends = [];
    }
  }

  dispose(): void {
    this.listeners.clear();
    if (this.connection) {
      this.ended("the editor ends");
    }
  }

  private received(line: string): void {
    const answer: unknown = JSON.parse(line);
    if (isIdentifiedAnswer(answer)) {
      this.waiting.get(answer.id)?.resolve(answer);
      this.waiting.delete(answer.id);
    }
  }

  private ended(reason: string): void {
    const { connection } = this;
    this.connection = undefined;
    connection?.close();
    this.ends.push(this.now());
    this.lastReason = reason;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of waiting) {
      reject(new Error(`${this.words.name} has ended: ${reason}`));
    }
    for (const listener of [...this.listeners]) {
      listener();
    }
  }
}

function isIdentifiedAnswer(value: unknown): value is Answer & { id: number } {
  return typeof value === "object" && value !== null && "id" in value && value.id !== null;
}
