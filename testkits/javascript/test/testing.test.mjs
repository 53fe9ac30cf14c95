import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { Sequence, Server, TaskError } from "../index.mjs";

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
const APPROVAL = {
  StartAt: "Approve",
  States: {
    Approve: {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: { QueueUrl: "q", MessageBody: { "token.$": "$$.Task.Token" } },
      TimeoutSeconds: 86400,
      End: true,
    },
  },
};

let server;
let stepFunctions;
before(async () => (server = await Server.start()));
after(() => server.stop());
beforeEach(() => (stepFunctions = server.stepFunctions()));
afterEach(() => stepFunctions.close());

test("a wait of three days takes no time", async () => {
  await stepFunctions.mock("Charge", { id: "ch-1" });
  await stepFunctions.mock("ship", async (input) => ({ shipped: input.id }));
  const execution = await stepFunctions.run(ORDERS, { order: 7 });
  assert.deepEqual(execution.output, { shipped: "ch-1" });
  assert.deepEqual(execution.path, ["Charge", "Cool", "Ship"]);
  assert.equal(execution.duration.seconds, 259200);
  assert.deepEqual(execution.calls[0].input, { order: 7 });
});

test("time passes only by advances after start", async () => {
  await stepFunctions.mockAll({ Charge: {}, Ship: {} });
  const execution = await stepFunctions.start(ORDERS);
  assert.deepEqual(execution.path, ["Charge", "Cool"]);
  await stepFunctions.advance({ days: 2 });
  assert.equal((await execution.refresh()).status, "RUNNING");
  await stepFunctions.advance({ days: 1 });
  assert.equal((await execution.refresh()).status, "SUCCEEDED");
});

test("errors are retried and caught", async () => {
  await stepFunctions.mock("Charge", new Sequence(new TaskError("Throttled"), new TaskError("Declined", "no funds")));
  const execution = await stepFunctions.run(ORDERS);
  assert.equal(execution.error, "Refused");
  assert.deepEqual(stepFunctions.calls("Charge").map((call) => call.attempt), [0, 1]);
  assert.throws(() => execution.output, /Refused: declined\npath: Charge > Refuse/);
});

test("a token is answered by the test, and expires", async () => {
  await stepFunctions.mock("Approve", {}, { token: true });
  const answered = await stepFunctions.start(APPROVAL);
  await stepFunctions.succeed("Approve", { by: "ann" });
  assert.deepEqual((await answered.refresh()).output, { by: "ann" });
  const expired = await stepFunctions.start(APPROVAL);
  await stepFunctions.advance({ hours: 24 });
  assert.equal((await expired.refresh()).error, "States.Timeout");
});

test("a file of mocks has cases", async () => {
  await stepFunctions.mockFile({
    StateMachines: { Orders: { TestCases: { Paid: { Charge: "Done", Ship: "Done" } } } },
    MockedResponses: { Done: { 0: { Return: { done: true } } } },
  });
  const execution = await stepFunctions.run(ORDERS, {}, { name: "Orders", case: "Paid" });
  assert.deepEqual(execution.output, { done: true });
});

test("tests share nothing", async () => {
  assert.deepEqual((await stepFunctions.call("ListStateMachines")).stateMachines, []);
  assert.equal((await stepFunctions.now()).toISOString(), "2026-01-01T00:00:00.000Z");
});

test("a fault of a mock fails the test although the state machine catches it", async () => {
  const circular = {};
  circular.self = circular;
  const charge = { Type: "Task", Resource: `${FUNCTION}charge`, End: true, Catch: [{ ErrorEquals: ["States.ALL"], Next: "Refuse" }] };
  const machine = { StartAt: "Charge", States: { Charge: charge, Refuse: { Type: "Succeed" } } };
  for (const [result, message] of [
    [(input) => input.missing.id, /properties of undefined/],
    [() => Promise.reject(new Error("rejected")), /rejected/],
    [1n, /the mock of `Charge` returned no JSON: .*BigInt/],
    [circular, /the mock of `Charge` returned no JSON: .*circular/],
    [{ total: NaN }, /the mock of `Charge` returned no JSON: NaN is no number/],
    [{ call: () => () => 1 }, /the mock of `Charge` returned no JSON: a function is no value/],
    [new TaskError(Error), /a TaskError whose name or cause is not a text/],
  ]) {
    const service = server.stepFunctions();
    await service.mock("Charge", result);
    assert.equal((await service.run(machine)).status, "SUCCEEDED");
    await assert.rejects(service.close(), message);
  }
});

test("a mock with an unknown name and a task without a mock fail the test", async () => {
  const service = server.stepFunctions();
  await service.mockAll({ Charge: {}, Shpi: {} });
  await assert.rejects(service.run(ORDERS), /There is no handler and no mock .* of the state 'Ship'; set a mock .*\nno task is named `Shpi`; did you mean `Ship`\?/);
  await assert.rejects(service.close(), /no task is named `Shpi`; did you mean `Ship`\?/);
});

test("a mock that nothing calls is a warning, and one of several is none", async () => {
  const service = server.stepFunctions();
  await service.mock("Ship", {});
  await service.mockAll({ Charge: new TaskError("Declined"), Cool: {} });
  await service.run(ORDERS);
  const warned = new Promise((resolve) => process.once("warning", resolve));
  await assert.rejects(service.close(), /no task is named `Cool`/);
  assert.equal((await warned).message, "nothing called the mock of `Ship`");
});

test("a server that ended is the error of each request, and can be stopped", async () => {
  const own = await Server.start();
  const service = own.stepFunctions();
  await service.mock("Charge", () => own.stop());
  await assert.rejects(service.run(ORDERS), /`stepwright serve` has ended with SIGKILL/);
  await assert.rejects(service.now(), /`stepwright serve` has ended with SIGKILL/);
  await own.stop();
});

test("a command that is missing is named with how to install it", async () => {
  const binary = process.env.STEPWRIGHT_BINARY;
  process.env.STEPWRIGHT_BINARY = "/missing/stepwright";
  try {
    await assert.rejects(Server.start(), /`\/missing\/stepwright` cannot be executed: .*; install the package `stepwright`/);
  } finally {
    if (binary === undefined) {
      delete process.env.STEPWRIGHT_BINARY;
    } else {
      process.env.STEPWRIGHT_BINARY = binary;
    }
  }
});

test("an unknown unit of time is refused", async () => {
  await assert.rejects(stepFunctions.advance({ minute: 5 }), /`minute` is no unit of `advance`/);
});
