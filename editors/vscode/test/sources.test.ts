import assert from "node:assert/strict";
import test from "node:test";
import { offsetOfState, stateAtLine } from "../src/sources";

const SOURCES = {
  "order.asl.json": {
    Charge: "app/src/order.rs:7:9",
    Ship: "app/src/order.rs:9:9",
    Other: "app/src/other.rs:8:1",
    Broken: 5,
    Short: "app/src/order.rs",
  },
};

test("a line leads to its state, or to the last one before it", () => {
  const at = (line: number, rust = "/home/me/app/src/order.rs") =>
    stateAtLine(SOURCES, "order.asl.json", rust, line);
  assert.deepEqual(
    [6, 7, 8, 9, 50].map((line) => at(line)),
    [undefined, "Charge", "Charge", "Ship", "Ship"],
  );
  assert.equal(at(8, "C:\\me\\app\\src\\other.rs"), "Other");
  assert.equal(at(8, "/home/me/app/src/reorder.rs"), undefined);
  assert.equal(stateAtLine(SOURCES, "gone.asl.json", "app/src/order.rs", 8), undefined);
  assert.equal(stateAtLine([1], "order.asl.json", "app/src/order.rs", 8), undefined);
});

test("the state is found by its key, not by its uses", () => {
  const asl = `{"StartAt": "A \\"b\\"", "States": {"A \\"b\\"": {"Type": "Succeed"}}}`;
  assert.equal(offsetOfState(asl, 'A "b"'), asl.lastIndexOf('"A '));
  assert.equal(offsetOfState(asl, "States"), asl.indexOf('"States"'));
  assert.equal(offsetOfState(asl, "gone"), undefined);
});
