// The npm package of the module, as its users call it. PACKAGE is its folder.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const { PACKAGE } = process.env;
const { load } = await import(pathToFileURL(join(PACKAGE, "index.mjs")));
const stepwright = await load();

const charge = {
  StartAt: "Charge",
  States: {
    Charge: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Parameters: { FunctionName: "charge" }, OutputPath: "$.Payload", Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 60 }], Next: "Wait" },
    Wait: { Type: "Wait", Seconds: 86400, End: true },
  },
};

test("the example of the page prints what it says", async () => {
  const [, example] = readFileSync(join(PACKAGE, "README.md"), "utf8").match(/```js\n([\s\S]*?)```/);
  const printed = [];
  const log = (...values) => printed.push(values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(" "));
  const body = example.replace('import { load } from "@stepwright/wasm";', "").replaceAll("console.log", "log");
  await new Function("load", "log", `return (async () => {${body}})()`)(load, log);
  assert.deepEqual(printed, ["OK", 'SUCCEEDED {"id":"c-1"}']);
});

test("calls get the mocked answers in their order", () => {
  const mocks = { Charge: { 0: { Throw: { Error: "Busy", Cause: "later" } }, 1: { Return: { Payload: 7 } } } };
  const { status, output, events } = stepwright.run({ definition: charge, mocks, name: "orders-1" });
  assert.deepEqual({ status, output }, { status: "SUCCEEDED", output: 7 });
  assert.equal(events.filter(({ type }) => type === "TaskFailed").length, 1);
});

test("a refused definition, mock or request is an error that names the reason", () => {
  assert.throws(() => stepwright.run({ definition: { StartAt: "A", States: {} } }), /starts at `A`/);
  assert.throws(() => stepwright.run({ definition: charge, mocks: { Charge: { 0: { Result: 1 } } } }), /Return|Throw/);
  assert.throws(() => stepwright.validate(charge, { type: "FAST" }), /`FAST`/);
  assert.throws(() => stepwright.testState({ definition: { Type: "Pass" } }), /InvalidDefinition|ValidationException/);
});

test("ranges of problems are those of JavaScript's strings", () => {
  const source = '{"Comment": "🦀 é", "StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Bee"}}}';
  const { result, diagnostics } = stepwright.validate(source);
  assert.equal(result, "FAIL");
  assert.ok(diagnostics.some(({ start, end }) => source.slice(start, end) === '"Bee"'), JSON.stringify(diagnostics));
});

test("a state is tested with values or texts", () => {
  const definition = { Type: "Choice", Choices: [{ Variable: "$.total", NumericGreaterThan: 10, Next: "Large" }], Default: "Small" };
  assert.equal(stepwright.testState({ definition, input: { total: 12 } }).nextState, "Large");
  assert.equal(stepwright.testState({ definition: JSON.stringify(definition), input: '{"total":3}' }).nextState, "Small");
});

test("a definition is drawn and converted", () => {
  assert.match(stepwright.graph(charge), /^<svg[\s\S]*Charge/);
  assert.equal(stepwright.convert({ StartAt: "A", States: { A: { Type: "Pass", InputPath: "$.a", End: true } } }).QueryLanguage, "JSONata");
});
