import assert from "node:assert/strict";
import test from "node:test";
import {
  commandLine,
  inputProblem,
  needsInput,
  TERMINAL_COMMANDS,
} from "../src/desktop/commandLines";
import { isLensTarget } from "../src/lensTarget";

const file = "/work/my file's.asl.json";
const target = { uri: "file:///work/a.asl.json", definition: 0 };

test("a file with one definition is named alone", () => {
  assert.deepEqual(commandLine("stepwright.policy", target, file), ["policy", file]);
  assert.deepEqual(commandLine("stepwright.estimate", { ...target, name: null }, file), [
    "estimate",
    file,
  ]);
});

test("a definition of a template is named after its file", () => {
  const args = commandLine("stepwright.run", { ...target, name: "Orders" }, file, '{"a": 1}');
  assert.deepEqual(args, ["run", `${file}#Orders`, "--input", '{"a": 1}']);
});

test("a state is tested by its name, without quotes around hostile characters", () => {
  const state = '"; rm -rf $HOME';
  const args = commandLine("stepwright.testState", { ...target, state, pointer: "/x" }, file);
  assert.deepEqual(args, ["test-state", file, "--state", state, "--input", "{}"]);
});

test("only executions and tests have an input", () => {
  assert.deepEqual(TERMINAL_COMMANDS.filter(needsInput), [
    "stepwright.run",
    "stepwright.testState",
  ]);
});

test("an input that is no JSON is reported", () => {
  assert.equal(inputProblem('{"a": [1, null]}'), undefined);
  assert.match(inputProblem("{a: 1}") ?? "", /^The input must be JSON: /);
});

test("only the argument of a lens is accepted", () => {
  assert.ok(isLensTarget(target));
  for (const other of [undefined, null, 1, "a", {}, { uri: 1, definition: 0 }, { uri: "a" }]) {
    assert.ok(!isLensTarget(other));
  }
});
