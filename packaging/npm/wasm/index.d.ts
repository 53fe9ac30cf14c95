/** A value in JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The type of a state machine. */
export type MachineType = "STANDARD" | "EXPRESS";

/** A problem of a definition. Its range of the text is in the units of JavaScript's strings. */
export interface Diagnostic {
  severity: "ERROR" | "WARNING";
  /** The code of the rule, such as `SW020`. */
  code: string | null;
  /** The name of the rule, such as `missing-transition-target`. */
  name: string | null;
  message: string;
  /** How to solve it. */
  help: string | null;
  /** A pointer (RFC 6901) into its definition. */
  pointer: string;
  /** The name of its state machine, in a template. */
  machine: string | null;
  start: number;
  end: number;
}

/** The answer to the calls from one number to another, such as `"0"` or `"1-3"`. */
export type MockedResponse = { Return: Json } | { Throw: { Error: string; Cause?: string } };

/** What is run. */
export interface RunRequest {
  definition: Json;
  input?: Json;
  type?: MachineType;
  /** The name of the execution. */
  name?: string;
  /** The answers to the calls of each Task state, as `MockedResponses` of Step Functions Local. */
  mocks?: Record<string, Record<string, MockedResponse>>;
  /** The names of the tasks that `call` answers: states, functions or resources. */
  tasks?: string[];
  /** Gets a call in JSON, and returns `{"output": ..}` or `{"error": .., "cause": ..}` in JSON. It cannot wait. */
  call?: (call: string) => string;
}

/** How an execution ended. */
export interface Run {
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  output: Json;
  error: string | null;
  cause: string | null;
  /** A sentence for each name in `tasks` that no task has. */
  unknown: string[];
  /** The events, as GetExecutionHistory returns them. */
  events: { id: number; type: string; timestamp: string; [key: string]: Json }[];
}

/** A request of AWS's TestState. JSON may be a value or a text. */
export interface TestStateRequest {
  definition: Json;
  stateName?: string;
  input?: Json;
  variables?: Json;
  context?: Json;
  mock?: { result?: Json; errorOutput?: { error?: string; cause?: string }; fieldValidationMode?: "STRICT" | "PRESENT" | "NONE" };
  inspectionLevel?: "INFO" | "DEBUG" | "TRACE";
  roleArn?: string;
  stateConfiguration?: { [key: string]: Json };
}

/** A response of AWS's TestState. */
export interface TestStateResponse {
  status: "SUCCEEDED" | "FAILED" | "RETRIABLE" | "CAUGHT_ERROR";
  /** The output of the state, as a text in JSON. */
  output?: string;
  error?: string;
  cause?: string;
  nextState?: string;
  inspectionData?: { [key: string]: Json };
}

/** A definition of a file. */
export interface Definition {
  /** The name of the state machine in a template. */
  name: string | null;
  type: MachineType;
  definition: Json;
}

/** What is explored, and how far. */
export interface ExploreRequest {
  definition: Json;
  type?: MachineType;
  /** The text of a property file. */
  properties?: string;
  /** The most faults of one path, and how often the outcomes of a state are combined again in a loop. */
  faults?: number;
  loops?: number;
  /** In seconds. */
  timeLimit?: number;
}

/** The prices of what is estimated. */
export interface EstimateRequest {
  definition: Json;
  inputBytes?: number;
  resultBytes?: number;
  /** How long a task takes. */
  taskSeconds?: number;
  /** In a month. */
  executions?: number;
  region?: string;
}

/** The state machine that needs a policy. */
export interface PolicyRequest {
  definition: Json;
  name?: string;
  partition?: string;
  region?: string;
  account?: string;
  logging?: boolean;
  tracing?: boolean;
  redrive?: boolean;
}

/** What a command of the same name prints, as text and as the fields of `--format json`. */
export interface Report {
  text: string;
  [field: string]: Json;
}

/** The functions of the module. Each returns when it is done; a page calls them in a worker. */
export interface Stepwright {
  version(): string;
  /** The problems of a definition or a template. The name of the file says whether a text is JSON or YAML. */
  validate(source: Json, options?: { name?: string; type?: MachineType }): { result: "OK" | "FAIL"; diagnostics: Diagnostic[] };
  /** The definitions of a text: one, or those of a template. */
  definitions(source: Json, options?: { name?: string }): Definition[];
  /** Runs a definition on virtual time. Throws an error if the definition or a mock is refused. */
  run(request: RunRequest): Run;
  /** Tests one state. Throws the error of the API. */
  testState(request: TestStateRequest): TestStateResponse;
  /** The picture of a definition, as SVG. */
  graph(definition: Json): string;
  /** The Rust source of a definition, as a `workflow!` with this name. */
  importRust(definition: Json, options?: { name?: string; type?: MachineType }): string;
  /** The types of the input, the output and the tasks. `schemas` is the content of the file `.schemas.json`, if there is one; what it lacks is derived from the definition. */
  types(definition: Json, options?: { name?: string; file?: string; language?: "ts" | "python" | "jsonschema"; schemas?: Json }): string;
  /** Searches all paths of a definition for problems: `findings`, `coverage` and `notes`. */
  explore(request: ExploreRequest): Report;
  /** Estimates costs, transitions and durations. */
  estimate(request: EstimateRequest): Report;
  /** The IAM policy of a state machine's role: `policy`, `warnings`, and the `roles` that its tasks assume. */
  policy(request: PolicyRequest): Report;
  /** The differences between two definitions, and their effects. */
  diff(before: Json, after: Json): Report;
  /** The definition in JSONata. */
  convert(definition: Json): Json;
}

/**
 * Loads the module once, and returns its functions.
 *
 * Without a source, it is the file next to this one. Cloudflare Workers pass the compiled module.
 * The models are the content of `models.bin`, by default of the file next to this one. With `null`, the arguments of service integrations are not checked.
 */
export function load(source?: URL | Response | BufferSource | WebAssembly.Module, models?: ArrayBuffer | null): Promise<Stepwright>;
