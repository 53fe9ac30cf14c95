// The studio of a worker, with a scripted module.

import assert from "node:assert/strict";
import test from "node:test";
import { StudioRunner } from "../src/web/studioRunner";

const STUDIO = {
  receive(line: string): string {
    const { id, method } = JSON.parse(line);
    switch (method) {
      case "endless":
        throw new Error("the execution takes more than 20 seconds");
      case "trap":
        throw new WebAssembly.RuntimeError("unreachable");
      case "deep":
        throw new RangeError("Maximum call stack size exceeded");
      default:
        return JSON.stringify({ id, status: 200 });
    }
  },
};

async function answers(load: Promise<typeof STUDIO>, ...methods: string[]): Promise<unknown[]> {
  const posted: unknown[] = [];
  const runner = new StudioRunner(load, (answer) =>
    posted.push(typeof answer === "string" ? JSON.parse(answer) : answer),
  );
  for (const [id, method] of methods.entries()) {
    runner.receive(JSON.stringify({ id, method }));
  }
  await new Promise(setImmediate);
  return posted;
}

test("lines before the load are answered in their order, and a refused one has an answer", async () => {
  assert.deepEqual(await answers(Promise.resolve(STUDIO), "open", "endless", "ask"), [
    { id: 0, status: 200 },
    { id: 1, status: 503, kind: "text/plain", body: "the execution takes more than 20 seconds" },
    { id: 2, status: 200 },
  ]);
});

test("a trap is reported, and nothing is answered after it", async () => {
  assert.deepEqual(await answers(Promise.resolve(STUDIO), "trap", "ask"), [
    { kind: "ended", reason: "RuntimeError: unreachable" },
  ]);
  assert.deepEqual(await answers(Promise.resolve(STUDIO), "deep", "ask"), [
    { kind: "ended", reason: "RangeError: Maximum call stack size exceeded" },
  ]);
});

test("a failed load is reported", async () => {
  assert.deepEqual(await answers(Promise.reject(new Error("out of memory")), "open"), [
    { kind: "ended", reason: "the studio cannot be loaded: Error: out of memory" },
  ]);
});
