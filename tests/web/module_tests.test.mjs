// The test helper without a server. PACKAGE is the folder of @stepwright/wasm, and TESTKIT that of @stepwright/testing.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";

// As npm installs them.
const project = mkdtempSync(join(tmpdir(), "stepwright-testing-"));
const installed = join(project, "node_modules/@stepwright");
mkdirSync(installed, { recursive: true });
cpSync(process.env.PACKAGE, join(installed, "wasm"), { recursive: true });
cpSync(process.env.TESTKIT, join(installed, "testing"), { recursive: true });
const { ModuleStepFunctions, Sequence, TaskError } = await import(pathToFileURL(join(installed, "testing/module.mjs")));
after(() => rmSync(project, { recursive: true }));

const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:";
const ORDERS = {
  StartAt: "Charge",
  States: {
    Charge: {
      Type: "Task",
      Resource: `${FUNCTION}charge`,
      Retry: [{ ErrorEquals: ["Throttled"], IntervalSeconds: 60 }],
      Catch: [{ ErrorEquals: ["Declined"], Next: "Refuse" }],
      Next: "Cool",
    },
    Cool: { Type: "Wait", Seconds: 259200, Next: "Ship" },
    Ship: { Type: "Task", Resource: `${FUNCTION}ship`, End: true },
    Refuse: { Type: "Fail", Error: "Refused", Cause: "declined" },
  },
};

let stepFunctions;
beforeEach(async () => (stepFunctions = await ModuleStepFunctions.load()));

test("a wait of three days takes no time", () => {
  stepFunctions.mock("Charge", { id: "ch-1" });
  stepFunctions.mock("ship", (input) => ({ shipped: input.id }));
  const execution = stepFunctions.run(ORDERS, { order: 7 });
  assert.deepEqual(execution.output, { shipped: "ch-1" });
  assert.deepEqual(execution.path, ["Charge", "Cool", "Ship"]);
  assert.equal(execution.duration.seconds, 259200);
  assert.deepEqual(execution.calls[0].input, { order: 7 });
  assert.deepEqual(execution.calls.map(({ name, state, attempt }) => [name, state, attempt]), [["Charge", "Charge", 0], ["ship", "Ship", 0]]);
  stepFunctions.close();
});

test("errors are retried and caught", () => {
  stepFunctions.mock("Charge", new Sequence(new TaskError("Throttled"), new TaskError("Declined", "no funds")));
  const execution = stepFunctions.run(ORDERS);
  assert.equal(execution.error, "Refused");
  assert.deepEqual(stepFunctions.calls("Charge").map((call) => call.attempt), [0, 1]);
  assert.throws(() => execution.output, /Refused: declined\npath: Charge > Refuse/);
  stepFunctions.close();
});

test("a mock with an unknown name and a task without a mock fail the test", () => {
  stepFunctions.mockAll({ Charge: {}, Shpi: {} });
  assert.throws(() => stepFunctions.run(ORDERS), /There is no handler and no mock .* of the state 'Ship'; set a mock .*\nno task is named `Shpi`; did you mean `Ship`\?/);
  assert.throws(() => stepFunctions.close(), /no task is named `Shpi`; did you mean `Ship`\?/);
});

test("a name that one of several state machines has is known, and one that none has is not", () => {
  stepFunctions.mockAll({ Charge: {}, Ship: {}, Other: 7 });
  stepFunctions.run(ORDERS);
  const other = { StartAt: "Other", States: { Other: { Type: "Task", Resource: `${FUNCTION}other`, End: true } } };
  assert.equal(stepFunctions.run(other).output, 7);
  stepFunctions.close();
  stepFunctions.mockAll({ Shpi: {} });
  stepFunctions.run(ORDERS);
  stepFunctions.run(other);
  assert.throws(() => stepFunctions.close(), /no task is named `Shpi`/);
});

test("a mock that nothing calls is a warning, and one of several is none", async () => {
  stepFunctions.mock("Ship", {});
  stepFunctions.mockAll({ Charge: new TaskError("Declined") });
  stepFunctions.run(ORDERS);
  const warned = new Promise((resolve) => process.once("warning", resolve));
  stepFunctions.close();
  assert.equal((await warned).message, "nothing called the mock of `Ship`");
});

test("a fault of a mock fails the test although the state machine catches it", async () => {
  const charge = { Type: "Task", Resource: `${FUNCTION}charge`, End: true, Catch: [{ ErrorEquals: ["States.ALL"], Next: "Refuse" }] };
  const machine = { StartAt: "Charge", States: { Charge: charge, Refuse: { Type: "Succeed" } } };
  for (const [result, message] of [
    [(input) => input.missing.id, /properties of undefined/],
    [() => Promise.reject(new Error("rejected")), /returned a promise/],
    [{ total: NaN }, /the mock of `Charge` returned no JSON: NaN is no number/],
    [new TaskError(Error), /a TaskError whose name or cause is not a text/],
    [() => stepFunctions.run(machine), /a mock cannot call a function of the module/],
  ]) {
    stepFunctions = await ModuleStepFunctions.load();
    stepFunctions.mock("Charge", result);
    assert.equal(stepFunctions.run(machine).status, "SUCCEEDED");
    assert.throws(() => stepFunctions.close(), message);
  }
});

test("large numbers and texts of any characters reach the mocks and the output", () => {
  stepFunctions.mockAll({ Charge: (given) => given, Ship: (given) => given });
  assert.deepEqual(stepFunctions.run(ORDERS, { text: "é 🦀", large: 1e300 }).output, { text: "é 🦀", large: 1e300 });
  stepFunctions.close();
});
