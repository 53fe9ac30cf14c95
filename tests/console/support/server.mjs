// Servers under test: `stepwright serve`, and the endpoint that runs its tasks.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { createInterface } from "node:readline";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const program = process.env.STEPWRIGHT ?? path.join(root, "target/debug/stepwright");

/** A running `stepwright serve`. */
export class Server {
  /** Starts a server with further options. Resolves when it accepts connections. */
  static async start(...options) {
    return Server.startAt("0", ...options);
  }

  /** Starts a server at a port. */
  static async startAt(port, ...options) {
    return Server.of(program, ["serve", "--port", port, "--color", "never", ...options]);
  }

  /** Starts the example `review`, whose state machine is a workflow in Rust. `null` if it is not built. */
  static async startExample() {
    const example = process.env.CONSOLE_EXAMPLE ?? path.join(path.dirname(program), "examples/review");
    return existsSync(example) ? Server.of(example, ["127.0.0.1:0"]) : null;
  }

  /** Starts a program. Resolves when it accepts connections. */
  static async of(program, options) {
    const child = spawn(program, options, { stdio: ["ignore", "ignore", "pipe"] });
    const log = [];
    const url = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`\`${program}\` ended with ${code}:\n${log.join("\n")}`)));
      createInterface({ input: child.stderr }).on("line", (line) => {
        log.push(line);
        const found = /serving Step Functions at (http:\S+)/.exec(line);
        if (found) resolve(found[1]);
      });
    });
    return new Server(child, url, log);
  }

  constructor(child, url, log) {
    Object.assign(this, { child, url, log });
  }

  /** Returns the response of an operation of the API. */
  async call(operation, request) {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "x-amz-target": `AWSStepFunctions.${operation}`, "content-type": "application/x-amz-json-1.0" },
      body: JSON.stringify(request),
    });
    const body = await response.json();
    if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Creates a state machine and returns its ARN. */
  async create(name, definition, more = {}) {
    const created = await this.call("CreateStateMachine", {
      name,
      definition: JSON.stringify(definition, null, 2),
      roleArn: "arn:aws:iam::123456789012:role/tests",
      ...more,
    });
    return created.stateMachineArn;
  }

  /** Starts an execution and returns its ARN. */
  async start(stateMachineArn, input = {}, name = undefined) {
    const started = await this.call("StartExecution", { stateMachineArn, input: JSON.stringify(input), name });
    return started.executionArn;
  }

  /** Waits until an execution has a status. */
  async reaches(executionArn, status) {
    return until(`${executionArn} is ${status}`, async () => {
      const described = await this.call("DescribeExecution", { executionArn });
      return described.status === status && described;
    });
  }

  /** Waits until the history of an execution has an event of a type; `count` of them. */
  async writes(executionArn, type, count = 1) {
    return until(`${executionArn} has ${type}`, async () => {
      const { events } = await this.call("GetExecutionHistory", { executionArn, maxResults: 1000 });
      return events.filter((event) => event.type === type).length >= count;
    });
  }

  /** Ends the server. */
  async stop() {
    if (this.child.exitCode !== null) return;
    this.child.removeAllListeners("exit");
    const ended = new Promise((resolve) => this.child.on("exit", resolve));
    // Without a store, there is nothing to write; SIGTERM waits for tasks.
    this.child.kill("SIGKILL");
    await ended;
  }
}

/** A running `stepwright console`. */
export class StoreConsole {
  /** Starts a console of a store. Resolves when it accepts connections. */
  static async start(store) {
    const child = spawn(program, ["console", "--port", "0", "--color", "never", "--store", store], { stdio: ["ignore", "ignore", "pipe"] });
    const log = [];
    const url = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`\`${program} console\` ended with ${code}:\n${log.join("\n")}`)));
      createInterface({ input: child.stderr }).on("line", (line) => {
        log.push(line);
        const found = /is at (http:\S+)\/console/.exec(line);
        if (found) resolve(found[1]);
      });
    });
    return new StoreConsole(child, url);
  }

  constructor(child, url) {
    Object.assign(this, { child, url });
  }

  /** Ends the process. */
  async stop() {
    this.child.removeAllListeners("exit");
    const ended = new Promise((resolve) => this.child.on("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
  }
}

/** Repeats a check until it returns a value. */
export async function until(what, check, seconds = 30) {
  const end = Date.now() + 1000 * seconds;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The endpoint that runs the tasks of a server. */
export class Tasks {
  static async start() {
    const tasks = new Tasks();
    await new Promise((resolve) => tasks.server.listen(0, "127.0.0.1", resolve));
    return tasks;
  }

  constructor() {
    /** The responses of `/hold`, by the `order` in the task's input. */
    this.held = new Map();
    this.server = createServer((request, response) => this.respond(request, response));
  }

  async respond(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const input = JSON.parse(Buffer.concat(chunks).toString());
    switch (request.url) {
      case "/accept":
        return response.end("{}");
      case "/hold":
        return this.held.set(input.order, response);
      default:
        if (input.card === "valid") return response.end(JSON.stringify({ charged: true }));
        response.statusCode = 402;
        return response.end(JSON.stringify({ error: "CardDeclined", cause: "the card <b>4242</b> has no funds" }));
    }
  }

  /** Ends the held task of an order. */
  async release(order, output = { order }) {
    const response = await until(`a task of ${order} runs`, () => this.held.get(order));
    this.held.delete(order);
    response.end(JSON.stringify(output));
  }

  /** Returns the option of a server that runs a state here. */
  binding(state, name) {
    return ["--task", `${state}=http://127.0.0.1:${this.server.address().port}/${name}`];
  }

  /** Returns all options of a server that has the state machines of `machines.mjs`. */
  bindings() {
    return [
      ...this.binding("Charge the card", "charge"),
      ...this.binding("Call the bank", "fail"),
      ...this.binding("Ask for approval", "accept"),
      ...this.binding("Pick", "hold"),
      ...this.binding("Ship", "hold"),
    ];
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** A proxy in front of a server, which counts the open streams of changes. */
export class StreamCounter {
  static async start(server) {
    const counter = new StreamCounter();
    const proxy = createServer((request, response) => {
      const { method, headers, url } = request;
      const forwarded = httpRequest(new URL(url, server.url), { method, headers: { ...headers, host: new URL(server.url).host } }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      if (url.startsWith("/console/live/")) {
        counter.opened += 1;
        counter.open += 1;
        response.on("close", () => {
          counter.open -= 1;
          forwarded.destroy();
        });
      }
      forwarded.on("error", () => response.destroy());
      request.pipe(forwarded);
    });
    await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    counter.proxy = proxy;
    counter.url = `http://127.0.0.1:${proxy.address().port}`;
    return counter;
  }

  open = 0;
  opened = 0;

  stop() {
    this.proxy.closeAllConnections();
    this.proxy.close();
  }
}
