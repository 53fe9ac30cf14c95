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
  assert.throws(() => stepwright.run({ definition: { StartAt: "A", States: {} } }), /SW016 SCHEMA_VALIDATION_FAILED/);
  assert.throws(() => stepwright.run({ definition: charge, mocks: { Charge: { 0: { Result: 1 } } } }), /Return|Throw/);
  assert.throws(() => stepwright.run({ definition: charge, mocks: { Charge: { 0: {} } } }), /response `Charge`: "0" has no answer/);
  assert.match(stepwright.run({ definition: charge }).cause, /add the answer to its calls to `mocks`/);
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
  assert.match(stepwright.importRust(charge, { name: "orders" }), /workflow! \{[\s\S]*Orders/);
  const large = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 12345678901234567890, "End": true}}}';
  assert.match(stepwright.importRust(large), /12345678901234567890/);
  assert.equal(stepwright.convert({ StartAt: "A", States: { A: { Type: "Pass", InputPath: "$.a", End: true } } }).QueryLanguage, "JSONata");
});

test("the definitions of a template are found by their names", () => {
  const template = `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
`;
  const found = stepwright.definitions(template, { name: "template.yaml" });
  assert.deepEqual(found, [{ name: "Orders", type: "EXPRESS", definition: { StartAt: "A", States: { A: { Type: "Succeed" } } } }]);
  assert.deepEqual(stepwright.definitions(charge)[0].definition, charge);
});

test("reports have the text and the fields of the commands", () => {
  const explored = stepwright.explore({ definition: charge, faults: 1 });
  assert.equal(explored.coverage.isComplete, true);
  assert.match(explored.text, /^no findings in /);
  const unreached = { ...charge, States: { ...charge.States, Charge: { ...charge.States.Charge, Retry: [{ ErrorEquals: ["Busy"] }, { ErrorEquals: ["Busy"] }] } } };
  assert.match(stepwright.explore({ definition: unreached }).text, /note: no path reaches retrier 2 of `Charge`/);
  const unhandled = { StartAt: "A", States: { A: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Parameters: { FunctionName: "f" }, End: true } } };
  const properties = "tasks:\n  A:\n    errors: [Declined]\n";
  assert.match(stepwright.explore({ definition: unhandled, properties }).text, /Declined/);
  assert.throws(() => stepwright.explore({ definition: charge, properties: "tasks:\n  Chrage: {}\n" }), /Chrage/);
  const estimated = stepwright.estimate({ definition: charge, executions: 1000, region: "eu-west-1" });
  assert.match(estimated.text, /1,?000|eu-west-1/);
  const { policy, text } = stepwright.policy({ definition: charge, region: "eu-west-1", account: "123456789012" });
  assert.deepEqual(policy.Statement[0].Action, ["lambda:InvokeFunction"]);
  assert.ok(text.startsWith(JSON.stringify(policy, null, 2).slice(0, 20)));
  const changed = { ...charge, States: { ...charge.States, Wait: { ...charge.States.Wait, Seconds: 5 } } };
  assert.equal(stepwright.diff(charge, charge).equal, true);
  assert.match(stepwright.diff(charge, changed).text, /Seconds/);
});
