// The mocks of tasks, and what an execution is for a test.

import { readFileSync } from "node:fs";

// The start of the cause of a task without a mock.
const NO_MOCK = "There is no handler and no mock";

/** The failure of a task, with the name that `Retry` and `Catch` match. */
export class TaskError extends Error {
  constructor(error, cause = "") {
    super(cause ? `${error}: ${cause}` : error);
    this.error = error;
    this.cause = cause;
  }
}

/** One result for each call; the last one repeats. */
export class Sequence {
  #results;

  constructor(...results) {
    if (results.length === 0) {
      throw new RangeError("a sequence needs at least one result");
    }
    this.#results = results;
  }

  next() {
    return this.#results.length > 1 ? this.#results.shift() : this.#results[0];
  }
}

/** The mocks of a test, by the names of tasks, and their calls. */
export class MockedTasks {
  #mocks = new Map();
  // The names that the test expects to be called.
  #expected = new Set();
  #calls = [];
  // The calls whose mocks have not returned.
  #running = new Set();
  /** Errors of mocks, which are faults of the test. */
  faults = [];

  /** Mocks a task. If the test expects a call, a task that is not called causes a warning. */
  set(name, result, isExpected) {
    this.#mocks.set(name, result);
    if (isExpected) {
      this.#expected.add(name);
    }
  }

  get names() {
    return [...this.#mocks.keys()];
  }

  /** Returns the calls of all tasks, or of one of them. */
  calls(name) {
    return this.#calls.filter((call) => name === undefined || call.name === name || call.state === name);
  }

  /** The names of the mocks that have not returned. */
  get running() {
    return [...new Set([...this.#running].map((call) => call.name))].sort();
  }

  /** Returns the text of the answer to a call. */
  async answer(call) {
    this.#calls.push(call);
    this.#running.add(call);
    try {
      return outputOf(call, thrown(await this.#result(call)));
    } catch (error) {
      return this.#failure(call, error);
    } finally {
      this.#running.delete(call);
    }
  }

  /** Returns the answer to a call that cannot wait. */
  answerNow(call) {
    this.#calls.push(call);
    try {
      const result = this.#result(call);
      if (result instanceof Promise) {
        // Its failure is not reported a second time.
        result.catch(() => {});
        throw new TypeError(`the mock of \`${call.name}\` returned a promise, for which a run without a server cannot wait; use \`Server\``);
      }
      return outputOf(call, thrown(result));
    } catch (error) {
      return this.#failure(call, error);
    }
  }

  #result(call) {
    const mock = this.#mocks.get(call.name);
    const result = mock instanceof Sequence ? mock.next() : mock;
    return typeof result === "function" ? result(call.input, call) : result;
  }

  #failure(call, error) {
    let fault = error;
    if (error instanceof TaskError) {
      if (typeof error.error === "string" && typeof error.cause === "string") {
        return JSON.stringify({ error: error.error, cause: error.cause });
      }
      fault = new TypeError(`the mock of \`${call.name}\` has a TaskError whose name or cause is not a text`);
    }
    this.faults.push(fault);
    return JSON.stringify({ error: String(fault?.name ?? "Error"), cause: String(fault?.message ?? fault) });
  }

  /** Reports the names that did not matter, at the end of a test. Throws the first fault. */
  check({ unknown, unused }) {
    if (unknown.length > 0) {
      this.faults.push(new Error(unknown.join("\n")));
    }
    for (const name of unused.filter((name) => this.#expected.has(name))) {
      process.emitWarning(`nothing called the mock of \`${name}\``, "UnusedMockWarning");
    }
    if (this.faults.length > 0) {
      throw this.faults[0];
    }
  }
}

/** What a test sees of an execution. */
export class ExecutionView {
  /** Takes in the end and the events. */
  _read({ name, status, error, cause, output, seconds }, events, calls) {
    Object.assign(this, { name, status, error, cause, duration: { seconds }, history: events });
    this.path = events.flatMap((event) => event.stateEnteredEventDetails?.name ?? []);
    this.calls = calls.filter((call) => call.executionName === name);
    this._output = output;
  }

  /** The output. Throws if the execution did not succeed, with its path. */
  get output() {
    if (this.status !== "SUCCEEDED") {
      const reason = [this.error, this.cause].filter(Boolean).join(": ");
      throw new Error(`the execution has no output, because it is ${this.status}\n${reason}\npath: ${this.path.join(" > ")}`);
    }
    return JSON.parse(this._output);
  }

  /** The sentence about a task without a mock: a fault of the test, and no result of the state machine. */
  get _missingMock() {
    const at = this.cause?.indexOf(NO_MOCK) ?? -1;
    return at < 0 ? undefined : this.cause.slice(at);
  }
}

function thrown(result) {
  if (result instanceof Error) {
    throw result;
  }
  return result;
}

/** Returns the text of a response with the output of a task. Throws a `TypeError` that names the mock if JSON cannot represent it. */
function outputOf(call, result) {
  try {
    return JSON.stringify({ output: result ?? null }, (key, value) => {
      if (typeof value === "number" && !Number.isFinite(value)) {
        throw new TypeError(`${value} is no number of JSON`);
      }
      if (typeof value === "function" || typeof value === "symbol") {
        throw new TypeError(`a ${typeof value} is no value of JSON`);
      }
      return value;
    });
  } catch (cause) {
    throw new TypeError(`the mock of \`${call.name}\` returned no JSON: ${cause.message}`, { cause });
  }
}

/** Returns the text of a definition: of an object, of a text, or of a file. */
export function textOf(definition) {
  if (typeof definition !== "string") {
    return JSON.stringify(definition);
  }
  return definition.trimStart().startsWith("{") ? definition : readFileSync(definition, "utf8");
}
