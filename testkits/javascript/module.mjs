// Tests of state machines without a server: each run is one call of the WebAssembly module.

import { load } from "@stepwright/wasm";

import { ExecutionView, MockedTasks, textOf } from "./mocks.mjs";

export { Sequence, TaskError } from "./mocks.mjs";

/** Runs of state machines in this process, with mocks and on virtual time. */
export class ModuleStepFunctions {
  #module;
  #mocks = new MockedTasks();
  // The names that a state machine of the test has.
  #known = new Set();
  // The sentences of the runs that do not know a name, by the names.
  #unknown = new Map();

  constructor(module) {
    this.#module = module;
  }

  /** Loads the module, at the first call. */
  static async load() {
    return new ModuleStepFunctions(await load());
  }

  /** Mocks the tasks of a state, a function or a resource. */
  mock(name, result = null) {
    this.#mocks.set(name, result, true);
  }

  /** Mocks several tasks, by their names. Unlike with `mock`, a task that is not called causes no warning. */
  mockAll(results) {
    for (const [name, result] of Object.entries(results)) {
      this.#mocks.set(name, result, false);
    }
  }

  /** Returns the calls of mocked tasks, or of one of them. */
  calls(name) {
    return this.#mocks.calls(name);
  }

  /** Returns a sentence for each mock whose name no state machine of the test has. */
  unknownMocks() {
    return [...this.#unknown].filter(([name]) => !this.#known.has(name)).map(([, sentence]) => sentence);
  }

  /** Runs an execution to its end: waits, retries and timeouts take no time. */
  run(definition, input = {}, { type = "STANDARD" } = {}) {
    const [name, tasks] = [crypto.randomUUID(), this.#mocks.names];
    const call = (text) => this.#mocks.answerNow(JSON.parse(text));
    const { unknown, ...ended } = this.#module.run({ definition: textOf(definition), input, type, name, tasks, call });
    for (const name of tasks) {
      const sentence = unknown.find((sentence) => sentence.startsWith(`no task is named \`${name}\`;`));
      if (sentence === undefined) {
        this.#known.add(name);
      } else {
        this.#unknown.set(name, sentence);
      }
    }
    const execution = new ExecutionView();
    // Seconds, as the API has them.
    const events = ended.events.map((event) => ({ ...event, timestamp: Date.parse(event.timestamp) / 1000 }));
    const seconds = events.at(-1).timestamp - events[0].timestamp;
    execution._read({ ...ended, name, output: JSON.stringify(ended.output), seconds }, events, this.#mocks.calls());
    if (execution._missingMock) {
      throw new Error([execution._missingMock, ...unknown].join("\n"));
    }
    return execution;
  }

  /** Ends the test. Throws the first error of a mock that is no `TaskError`, or an error for mocks with unknown names. */
  close() {
    const called = new Set(this.calls().map((call) => call.name));
    const unused = [...this.#known].filter((name) => !called.has(name));
    this.#mocks.check({ unknown: this.unknownMocks(), unused });
  }
}
