// Tests of AWS Step Functions state machines, for node:test, Vitest and Jest.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

import { ExecutionView, MockedTasks, textOf } from "./mocks.mjs";

export { Sequence, TaskError } from "./mocks.mjs";

const ROLE = (account) => `arn:aws:iam::${account}:role/tests`;

/** Returns the path of the command: STEPWRIGHT_BINARY, the package `stepwright`, or the PATH. */
function command() {
  if (process.env.STEPWRIGHT_BINARY) {
    return process.env.STEPWRIGHT_BINARY;
  }
  try {
    return createRequire(import.meta.url)("stepwright").findBinary();
  } catch {
    return "stepwright";
  }
}

/** `stepwright serve` on a free port, and the server of this process that executes its tasks. */
export class Server {
  #process;
  #tasks;
  #services = new Map();
  #log = "";
  #accounts = 100_000_000_001;

  /** Starts a server with further arguments of `stepwright serve`. */
  static async start(args = []) {
    const server = new Server();
    await server.#start(args);
    return server;
  }

  async #start(args) {
    const all = ["serve", "--port", "0", "--virtual-time", "--accounts", "any", "--exit-with-parent", ...args];
    const binary = command();
    this.#process = spawn(binary, all, { stdio: ["pipe", "pipe", "pipe"] });
    this.#process.stderr.on("data", (text) => (this.#log = (this.#log + text).slice(-10_000)));
    this.endpoint = await new Promise((resolve, reject) => {
      this.#process.once("error", (cause) => {
        const fix = "install the package `stepwright`, or set STEPWRIGHT_BINARY to the path of the command";
        reject(new Error(`\`${binary}\` cannot be executed: ${cause.message}; ${fix}`, { cause }));
      });
      this.#process.once("exit", () => reject(new Error(`\`stepwright serve\` did not start:\n${this.#log}`)));
      createInterface(this.#process.stdout).once("line", resolve);
    });
    this.#tasks = createServer((request, response) => this.#execute(request, response));
    await new Promise((resolve) => this.#tasks.listen(0, "127.0.0.1", resolve));
    // The test process may end without `stop`.
    this.#tasks.unref();
    this.#process.unref();
    for (const stream of [this.#process.stdin, this.#process.stdout, this.#process.stderr]) {
      stream.unref();
    }
  }

  async #execute(request, response) {
    const parts = [];
    for await (const part of request) {
      parts.push(part);
    }
    const service = this.#services.get(request.url.slice(1));
    const answer = service
      ? await service._mocks.answer(JSON.parse(Buffer.concat(parts).toString()))
      : JSON.stringify({ error: "TestEnded", cause: "the test of this execution has ended" });
    response.end(answer);
  }

  /** Returns Step Functions in a new account, on virtual time. */
  stepFunctions() {
    const account = String(this.#accounts++);
    const url = `http://127.0.0.1:${this.#tasks.address().port}/${account}`;
    const service = new StepFunctions(this, account, url, () => this.#services.delete(account));
    this.#services.set(account, service);
    return service;
  }

  async _post(path, members, headers = {}) {
    let response;
    let answer;
    try {
      response = await fetch(this.endpoint + path, {
        method: "POST",
        body: JSON.stringify(members),
        headers: { "content-type": "application/x-amz-json-1.0", ...headers },
      });
      answer = await response.json();
    } catch (cause) {
      const reason = await this.#endReason();
      throw reason ? new Error(`\`stepwright serve\` has ended with ${reason}:\n${this.#log}`.trimEnd(), { cause }) : cause;
    }
    if (!response.ok) {
      throw new Error(`${String(answer.__type).split("#").pop()}: ${answer.message}`);
    }
    return answer;
  }

  /** Returns how the server has ended. It closes its connections before its process ends. */
  async #endReason() {
    for (let tenths = 0; tenths < 10; tenths += 1) {
      const { exitCode, signalCode } = this.#process;
      if (signalCode !== null || exitCode !== null) {
        return signalCode ?? `the status ${exitCode}`;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return null;
  }

  /** Ends the server. */
  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once("exit", resolve));
      this.#process.ref();
      this.#process.kill("SIGKILL");
      await ended;
    }
    this.#tasks.closeAllConnections();
    this.#tasks.close();
  }
}

/** Step Functions in an account of its own: state machines, executions, mocks and a clock. */
export class StepFunctions {
  #server;
  #url;
  #forget;
  _mocks = new MockedTasks();
  #open = new Set();
  #machines = new Map();

  constructor(server, account, url, forget) {
    this.#server = server;
    this.account = account;
    this.#url = url;
    this.#forget = forget;
  }

  get endpoint() {
    return this.#server.endpoint;
  }

  /** The options of a client of @aws-sdk/client-sfn. */
  get clientOptions() {
    return {
      endpoint: this.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: this.account, secretAccessKey: "test" },
      disableHostPrefix: true,
    };
  }

  /** The variables with which any SDK uses this account. */
  get environment() {
    return {
      AWS_ACCESS_KEY_ID: this.account,
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_REGION: "us-east-1",
      AWS_ENDPOINT_URL_SFN: this.endpoint,
    };
  }

  /** Mocks the tasks of a state, a function or a resource. */
  async mock(name, result = null, { token = false } = {}) {
    this._mocks.set(name, result, true);
    this.#open.delete(name);
    if (token) {
      this.#open.add(name);
    }
    await this.#send();
  }

  /** Mocks several tasks, by their names. Unlike with `mock`, a task that is not called causes no warning. */
  async mockAll(results) {
    for (const [name, result] of Object.entries(results)) {
      this._mocks.set(name, result, false);
    }
    await this.#send();
  }

  /** Sets the test cases of a MockConfigFile. Call it before anything else in a test. */
  async mockFile(file) {
    if (this.#machines.size > 0) {
      throw new Error("`mockFile` removes all state machines; call it first");
    }
    const mocks = typeof file === "string" ? JSON.parse(readFileSync(file, "utf8")) : file;
    await this.#control("reset", { mocks });
    await this.#send();
  }

  async #send() {
    await this.#control("tasks", { url: this.#url, names: this._mocks.names, open: [...this.#open] });
  }

  /** Returns the calls of mocked tasks, or of one of them. */
  calls(name) {
    return this._mocks.calls(name);
  }

  /** Returns a sentence for each mock whose name no state machine of the test has. */
  async unknownMocks() {
    return (await this.#control("check")).unknown;
  }

  /** Creates a state machine, unless the test has created it already. Returns its ARN. */
  async create(definition, { name = "StateMachine", type = "STANDARD" } = {}) {
    const text = textOf(definition);
    const key = JSON.stringify([name, type, text]);
    if (!this.#machines.has(key)) {
      const isTaken = [...this.#machines.keys()].some((other) => JSON.parse(other)[0] === name);
      const unique = isTaken ? `${name}-${this.#machines.size}` : name;
      const created = await this.call("CreateStateMachine", { name: unique, definition: text, roleArn: ROLE(this.account), type });
      this.#machines.set(key, created.stateMachineArn);
    }
    return this.#machines.get(key);
  }

  /** Runs an execution to its end: waits, retries and timeouts take no time. */
  async run(definition, input = {}, options = {}) {
    const execution = await this.#start(definition, input, options);
    return execution.wait();
  }

  /** Starts an execution and stops the clock: time passes with `advance`, and with `wait`. */
  async start(definition, input = {}, options = {}) {
    await this.#control("time", { stopped: true });
    const execution = await this.#start(definition, input, options);
    await this.#control("wait");
    return execution.refresh();
  }

  async #start(definition, input, { name, case: testCase } = {}) {
    const isName = typeof definition === "string" && !definition.trimStart().startsWith("{") && !existsSync(definition);
    let arn;
    if (isName) {
      arn = `arn:aws:states:us-east-1:${this.account}:stateMachine:${definition}`;
    } else {
      arn = await this.create(definition, { name });
    }
    const stateMachineArn = testCase ? `${arn}#${testCase}` : arn;
    const started = await this.call("StartExecution", { stateMachineArn, input: JSON.stringify(input) });
    return new Execution(this, started.executionArn);
  }

  /** Completes the last call of a mock with `token: true`. */
  async succeed(name, output = null) {
    await this.call("SendTaskSuccess", { taskToken: this.#token(name), output: JSON.stringify(output) });
    await this.#control("wait");
  }

  /** Fails the last call of a mock with `token: true`. */
  async fail(name, error, cause = "") {
    await this.call("SendTaskFailure", { taskToken: this.#token(name), error, cause });
    await this.#control("wait");
  }

  #token(name) {
    const call = this.calls(name).findLast((call) => call.token);
    if (!call) {
      throw new Error(`no call of \`${name}\` has a task token`);
    }
    return call.token;
  }

  /** Lets virtual time pass, as in `advance({ days: 3 })`. Returns the new time. */
  async advance({ days = 0, hours = 0, minutes = 0, seconds = 0, ...others }) {
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) {
      throw new TypeError(`\`${unknown}\` is no unit of \`advance\`; use \`days\`, \`hours\`, \`minutes\` or \`seconds\``);
    }
    const all = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    const advanced = await this.#control("advance", { seconds: all });
    if (!advanced.idle) {
      throw new Error(`a task did not return within 30 seconds${this.#progress()}`);
    }
    return new Date(advanced.now);
  }

  /** Lets virtual time jump until nothing more happens. */
  async letTimePass() {
    const { stopped } = await this.#control("time");
    if (stopped) {
      await this.#control("time", { stopped: false });
    }
    const { idle } = await this.#control("wait");
    if (stopped) {
      await this.#control("time", { stopped: true });
    }
    if (!idle) {
      throw new Error(`executions still make progress after 30 seconds${this.#progress()}`);
    }
  }

  /** Returns the mocks that have not returned, for the message of a timeout. */
  #progress() {
    const names = this._mocks.running.map((name) => `\`${name}\``);
    return names.length > 0 ? `; the mocks that have not returned: ${names.join(", ")}` : "";
  }

  /** Returns the virtual time. */
  async now() {
    return new Date((await this.#control("time")).now);
  }

  /** Calls an operation of the API in this account; times are numbers of seconds. */
  call(operation, members = {}) {
    const credential = `AWS4-HMAC-SHA256 Credential=${this.account}/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0`;
    return this.#server._post("/", members, { "x-amz-target": `AWSStepFunctions.${operation}`, authorization: credential });
  }

  #control(action, members = {}) {
    return this.#server._post(`/testing/${action}`, { account: this.account, ...members });
  }

  /** Removes the account. Throws the first error of a mock that is no `TaskError`, or an error for mocks with unknown names. */
  async close() {
    const checked = await this.#control("check");
    this.#forget();
    await this.#control("reset", { remove: true });
    this._mocks.check(checked);
  }
}

/** An execution, as it was at the last `refresh` or `wait`. */
export class Execution extends ExecutionView {
  #service;

  constructor(service, arn) {
    super();
    this.#service = service;
    this.arn = arn;
  }

  /** Reads the status and the history again. */
  async refresh() {
    const described = await this.#service.call("DescribeExecution", { executionArn: this.arn });
    const seconds = (described.stopDate ?? described.startDate) - described.startDate;
    const history = [];
    let nextToken;
    do {
      const page = await this.#service.call("GetExecutionHistory", { executionArn: this.arn, maxResults: 1000, nextToken });
      history.push(...page.events);
      nextToken = page.nextToken;
    } while (nextToken);
    this._read({ ...described, seconds }, history, this.#service.calls());
    return this;
  }

  /** Lets virtual time pass until the execution has ended. Throws if a task has no mock. */
  async wait() {
    await this.#service.letTimePass();
    await this.refresh();
    if (this._missingMock) {
      throw new Error([this._missingMock, ...(await this.#service.unknownMocks())].join("\n"));
    }
    if (this.status === "RUNNING") {
      throw new Error(`the execution waits for an answer in \`${this.path.at(-1)}\`; answer its token, or use \`advance\``);
    }
    return this;
  }
}
