/** The failure of a task, with the name that `Retry` and `Catch` match. */
export declare class TaskError extends Error {
  constructor(error: string, cause?: string);
  readonly error: string;
}

/** One result for each call; the last one repeats. */
export declare class Sequence {
  constructor(...results: unknown[]);
}

/** A call of a mocked task. */
export interface Call {
  name: string;
  // biome-ignore lint: the test knows the type.
  input: any;
  state: string;
  stateMachine: string;
  executionName: string;
  resource: string;
  target: string | null;
  attempt: number;
  token: string | null;
}

/** A definition: an object, its text, the path of a file, or the name of a state machine of a template. */
export type Definition = object | string;

export interface RunOptions {
  /** The name of the state machine. */
  name?: string;
  /** A test case of `mockFile`. */
  case?: string;
}

export declare class Server {
  static start(args?: string[]): Promise<Server>;
  readonly endpoint: string;
  stepFunctions(): StepFunctions;
  stop(): Promise<void>;
}

export declare class StepFunctions {
  private constructor();
  readonly account: string;
  readonly endpoint: string;
  readonly clientOptions: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    disableHostPrefix: boolean;
  };
  readonly environment: Record<string, string>;
  mock(name: string, result?: unknown, options?: { token?: boolean }): Promise<void>;
  mockAll(results: Record<string, unknown>): Promise<void>;
  mockFile(file: string | object): Promise<void>;
  calls(name?: string): Call[];
  create(definition: Definition, options?: { name?: string; type?: "STANDARD" | "EXPRESS" }): Promise<string>;
  run(definition: Definition, input?: unknown, options?: RunOptions): Promise<Execution>;
  start(definition: Definition, input?: unknown, options?: RunOptions): Promise<Execution>;
  succeed(name: string, output?: unknown): Promise<void>;
  fail(name: string, error: string, cause?: string): Promise<void>;
  advance(time: { days?: number; hours?: number; minutes?: number; seconds?: number }): Promise<Date>;
  letTimePass(): Promise<void>;
  now(): Promise<Date>;
  // biome-ignore lint: the API's response.
  call(operation: string, members?: object): Promise<any>;
  /** Returns a sentence for each mock whose name no state machine of the test has. */
  unknownMocks(): Promise<string[]>;
  /** Removes the account. Throws the first error of a mock that is no `TaskError`, or an error for mocks with unknown names. */
  close(): Promise<void>;
}

/** What a test sees of an execution. */
export interface ExecutionView {
  readonly name: string;
  readonly status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  readonly error?: string;
  readonly cause?: string;
  // biome-ignore lint: the test knows the type.
  readonly output: any;
  readonly path: string[];
  readonly calls: Call[];
  // biome-ignore lint: the API's events.
  readonly history: any[];
  readonly duration: { seconds: number };
}

export declare interface Execution extends ExecutionView {}
export declare class Execution {
  private constructor();
  readonly arn: string;
  refresh(): Promise<Execution>;
  wait(): Promise<Execution>;
}
