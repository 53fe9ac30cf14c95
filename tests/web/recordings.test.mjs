// The module runs definitions as the command does, and tests states as the service did. RECORDINGS is a folder with `conformance/cases.jsonl` and `conformance/teststate.jsonl`;
// without it, the definitions of the examples run. MODULE is the folder of the module, and STEPWRIGHT the command.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const { MODULE, STEPWRIGHT, RECORDINGS } = process.env;
const module = await import(pathToFileURL(join(MODULE, "stepwright_web.js")));
module.initSync({ module: readFileSync(join(MODULE, "stepwright_web_bg.wasm")) });
module.provideModels(readFileSync(join(MODULE, "models.bin")));
const folder = mkdtempSync(join(tmpdir(), "stepwright-web-"));
after(() => rmSync(folder, { recursive: true }));

/** Definitions whose paths contain each type of state, a failure and a retry. */
const OWN = [
  { StartAt: "A", States: { A: { Type: "Pass", Result: { n: 3 }, Next: "B" }, B: { Type: "Wait", Seconds: 86400, Next: "C" }, C: { Type: "Choice", Choices: [{ Variable: "$.n", NumericGreaterThan: 2, Next: "D" }], Default: "E" }, D: { Type: "Fail", Error: "TooMany", CausePath: "States.Format('{} are too many', $.n)" }, E: { Type: "Succeed" } } },
  { QueryLanguage: "JSONata", StartAt: "A", States: { A: { Type: "Parallel", Branches: [1, 2].map((n) => ({ StartAt: `P${n}`, States: { [`P${n}`]: { Type: "Pass", Output: `{% $sum([1..${n}]) %}`, End: true } } })), Assign: { all: "{% $states.result %}" }, Next: "B" }, B: { Type: "Map", Items: "{% $all %}", ItemProcessor: { StartAt: "M", States: { M: { Type: "Pass", Output: "{% $states.input * $uuid() %}", End: true } } }, Catch: [{ ErrorEquals: ["States.QueryEvaluationError"], Output: "{% $states.errorOutput.Error %}", Next: "C" }], End: true }, C: { Type: "Succeed" } } },
  { StartAt: "A", States: { A: { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", Parameters: { QueueUrl: "q" }, Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 2 }], End: true } } },
];

const rows = (file) => readFileSync(join(RECORDINGS, "conformance", file), "utf8").trim().split("\n").map((line) => JSON.parse(line));

/** The recorded executions that need no service, or own ones. */
function executions() {
  if (!RECORDINGS) return OWN.map((definition, index) => ({ id: `own ${index}`, definition, input: {} }));
  const alone = ({ tasks, s3, lambdas }) => !tasks?.length && !s3 && !lambdas;
  return rows("cases.jsonl").filter(alone);
}

/** What happens natively: how the execution ends, and its events. */
async function native({ definition, input, type = "STANDARD" }) {
  const [file, history] = [join(folder, "run.json"), join(folder, "history.json")];
  writeFileSync(file, JSON.stringify(definition));
  const words = ["run", file, "--type", type, "--name", "run", "--input", JSON.stringify(input), "--history", history];
  const refused = await promisify(execFile)(STEPWRIGHT, words).then(() => "", ({ stderr }) => stderr);
  try {
    return JSON.parse(readFileSync(history, "utf8")).events;
  } catch {
    return refused;
  } finally {
    rmSync(history, { force: true });
  }
}

test("executions have the same history as in the command", async () => {
  const all = executions();
  assert.ok(all.length > 2);
  let compared = 0;
  const different = [];
  for (const row of all) {
    const expected = await native(row);
    let events;
    try {
      const request = { definition: row.definition, input: row.input, machineType: row.type ?? "STANDARD", name: "run" };
      events = JSON.parse(module.run(JSON.stringify(request))).events;
    } catch (error) {
      if (Array.isArray(expected)) different.push(`${row.id}: ${error.message}`);
      continue;
    }
    compared += 1;
    try {
      assert.deepEqual(events, expected);
    } catch (error) {
      different.push(`${row.id}: ${error.message}`);
    }
  }
  assert.equal(different.length, 0, different.join("\n"));
  assert.ok(compared > all.length / 2, `${compared} of ${all.length} were compared`);
  console.log(`${compared} of ${all.length} executions have the same history`);
});

/** The requests of TestState that were recorded, or own ones. */
function requests() {
  const own = [
    { Type: "Pass", Parameters: { "x.$": "$.a" }, ResultPath: "$.b", End: true },
    { Type: "Pass", QueryLanguage: "JSONata", Output: "{% $states.input.a / 0 %}", End: true },
    { Type: "Choice", Choices: [{ Variable: "$.a", NumericEquals: 1, Next: "Yes" }], Default: "No" },
    { Type: "Pass", Unknown: 1, End: true },
  ].map((definition) => ({ definition, input: { a: 1 }, inspectionLevel: "DEBUG", args: {} }));
  return (RECORDINGS ? rows("teststate.jsonl") : own).map(({ definition, input, inspectionLevel, args }) => ({
    ...args,
    definition: typeof definition === "string" ? definition : JSON.stringify(definition),
    ...(input !== null && { input: JSON.stringify(input) }),
    inspectionLevel,
    roleArn: args.roleArn ?? "arn:aws:iam::111111111111:role/stepwright",
  }));
}

/** Executions of tests have random names, and each program says in its own way how to run a task. */
function unnamed(response) {
  const text = JSON.stringify(response).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "random");
  return JSON.parse(text.replace(/(There is no handler and no mock for [^;]*);[^"]*/, "$1"));
}

test("states have the same test results as on the server", async () => {
  const server = spawn(STEPWRIGHT, ["serve", "--port", "0", "--virtual-time"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [address] = await once(createInterface(server.stdout), "line");
    const headers = { "x-amz-target": "AWSStepFunctions.TestState", "content-type": "application/x-amz-json-1.0" };
    const all = requests();
    assert.ok(all.length > 3);
    for (const request of all) {
      const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(request) });
      const expected = await response.json();
      let actual;
      try {
        actual = JSON.parse(module.testState(JSON.stringify(request)));
      } catch (error) {
        assert.equal(response.status, 400, `${error.message} for ${JSON.stringify(request)}`);
        assert.match(error.message, new RegExp(`^${expected.__type.split("#").pop()}`));
        continue;
      }
      assert.deepEqual(unnamed(actual), unnamed(expected), JSON.stringify(request));
    }
    console.log(`${all.length} tests of states have the same results`);
  } finally {
    server.kill();
  }
});

test("memory returns after 1,000 executions", () => {
  const request = JSON.stringify({ definition: OWN[1], input: {} });
  const size = () => module.memoryBytes();
  for (let count = 0; count < 200; count++) module.run(request);
  const before = size();
  for (let count = 0; count < 1000; count++) module.run(request);
  assert.ok(size() <= before * 1.02, `${before} bytes became ${size()}`);
});
