// The language server of a worker, with a scripted module.

import assert from "node:assert/strict";
import test from "node:test";
import { ServerRunner } from "../src/web/serverRunner";

/** A module whose steps answer the messages in their order, after the steps of `checks`. */
class ScriptedServer {
  received: { id?: number; method: string }[] = [];
  checks = 0;
  free(): void {}
  [Symbol.dispose](): void {}

  receive(text: string): void {
    const message = JSON.parse(text);
    if (message.method === "trap on arrival") {
      throw new WebAssembly.RuntimeError("unreachable");
    }
    this.received.push(message);
  }

  work(): string | undefined {
    const message = this.received.shift();
    if (message?.method === "trap") {
      throw new WebAssembly.RuntimeError("unreachable");
    }
    if (message) {
      return JSON.stringify(
        message.id === undefined ? [] : [{ id: message.id }, { method: "log" }],
      );
    }
    this.checks -= 1;
    return this.checks >= 0 ? JSON.stringify([{ method: "check" }]) : undefined;
  }
}

/** A runner whose tasks the test runs. */
function runner(load: Promise<ScriptedServer>) {
  const posted: object[] = [];
  const tasks: (() => void)[] = [];
  const running = new ServerRunner(
    load,
    (message) => posted.push(message),
    (run) => tasks.push(run),
  );
  const settle = async () => {
    await new Promise(setImmediate);
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      task();
    }
  };
  return { running, posted, tasks, settle };
}

test("messages before the load are received in their order", async () => {
  const { running, posted, settle } = runner(Promise.resolve(new ScriptedServer()));
  running.receive({ id: 1, method: "initialize" });
  running.receive({ method: "initialized" });
  running.receive({ id: 2, method: "hover" });
  assert.deepEqual(posted, []);
  await settle();
  assert.deepEqual(posted, [{ id: 1 }, { method: "log" }, { id: 2 }, { method: "log" }]);
});

test("messages that arrive between two steps are answered before the remaining checks", async () => {
  const server = new ScriptedServer();
  server.checks = 3;
  const { running, posted, tasks, settle } = runner(Promise.resolve(server));
  running.receive({ method: "initialized" });
  await new Promise(setImmediate);
  tasks.shift()?.();
  tasks.shift()?.();
  assert.deepEqual(posted, [{ method: "check" }]);
  running.receive({ id: 1, method: "hover" });
  assert.equal(tasks.length, 1);
  await settle();
  assert.deepEqual(posted.slice(1), [
    { id: 1 },
    { method: "log" },
    { method: "check" },
    { method: "check" },
  ]);
  // An idle server works again at the next message.
  running.receive({ id: 2, method: "hover" });
  await settle();
  assert.deepEqual(posted.slice(-2), [{ id: 2 }, { method: "log" }]);
});

test("without the module, requests are answered with an error, and nothing else is", async () => {
  const { running, posted, settle } = runner(Promise.reject(new Error("out of memory")));
  running.receive({ id: 1, method: "initialize" });
  await settle();
  running.receive({ method: "exit" });
  running.receive({ id: 7 });
  running.receive({ id: "a", method: "shutdown" });
  const message = "the language server cannot be loaded: Error: out of memory";
  assert.deepEqual(posted, [
    { jsonrpc: "2.0", id: 1, error: { code: -32603, message } },
    { jsonrpc: "2.0", id: "a", error: { code: -32603, message } },
  ]);
});

for (const method of ["trap", "trap on arrival"]) {
  test(`a ${method} is reported once, and ends the work`, async () => {
    const { running, posted, tasks, settle } = runner(Promise.resolve(new ScriptedServer()));
    running.receive({ method });
    running.receive({ id: 1, method: "hover" });
    await settle();
    running.receive({ id: 2, method: "hover" });
    await settle();
    assert.deepEqual(posted, [{ kind: "ended", reason: "RuntimeError: unreachable" }]);
    assert.equal(tasks.length, 0);
  });
}
