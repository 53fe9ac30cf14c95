import type { Call, Definition, ExecutionView } from "./index.mjs";

export { Sequence, TaskError } from "./index.mjs";
export type { Call, Definition, ExecutionView } from "./index.mjs";

/** Runs of state machines in this process, with mocks and on virtual time. */
export declare class ModuleStepFunctions {
  private constructor();
  /** Loads the module, at the first call. */
  static load(): Promise<ModuleStepFunctions>;
  /** Mocks the tasks of a state, a function or a resource. A function cannot return a promise. */
  mock(name: string, result?: unknown): void;
  /** Mocks several tasks, by their names. Unlike with `mock`, a task that is not called causes no warning. */
  mockAll(results: Record<string, unknown>): void;
  calls(name?: string): Call[];
  /** Returns a sentence for each mock whose name no state machine of the test has. */
  unknownMocks(): string[];
  /** Runs an execution to its end. Throws if the definition is refused, or a task has no mock. */
  run(definition: Definition, input?: unknown, options?: { type?: "STANDARD" | "EXPRESS" }): ExecutionView;
  /** Throws the first error of a mock that is no `TaskError`, or an error for mocks with unknown names. */
  close(): void;
}
