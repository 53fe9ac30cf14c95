// State machines and executions that together show every part of the pages.

const ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:inspect";
const LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function";

const succeed = { Type: "Succeed" };

/** Choice, Parallel, Map, variables, and a caught error. */
const order = {
  QueryLanguage: "JSONata",
  Comment: "Charges the card and packs the items of an order",
  StartAt: "Check the order",
  States: {
    "Check the order": {
      Type: "Pass",
      Assign: { orderId: "{% $states.input.order %}", items: "{% $states.input.items %}" },
      Next: "Is it a gift?",
    },
    "Is it a gift?": {
      Type: "Choice",
      Choices: [{ Condition: "{% $states.input.gift %}", Next: "Pack the items" }],
      Default: "Prepare",
    },
    Prepare: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Reserve stock", States: { "Reserve stock": { Type: "Pass", End: true } } },
        {
          StartAt: "Charge the card",
          States: {
            "Charge the card": {
              Type: "Task",
              Resource: `${LAMBDA}:charge`,
              Catch: [{ ErrorEquals: ["CardDeclined"], Next: "Offer an invoice" }],
              Next: "Confirm",
            },
            "Offer an invoice": { Type: "Pass", Next: "Confirm" },
            Confirm: succeed,
          },
        },
      ],
      Next: "Pack the items",
    },
    "Pack the items": {
      Type: "Map",
      Items: "{% $items %}",
      ItemProcessor: {
        StartAt: "Is it damaged?",
        States: {
          "Is it damaged?": {
            Type: "Choice",
            Choices: [{ Condition: "{% $states.input.damaged = true %}", Next: "Report the damage" }],
            Default: "Wrap",
          },
          Wrap: { Type: "Pass", End: true },
          "Report the damage": { Type: "Fail", Error: "ItemDamaged", Cause: "the item cannot be sold" },
        },
      },
      Next: "Done",
    },
    Done: succeed,
  },
};

/** A delay of an hour before the second attempt. */
const retry = {
  StartAt: "Call the bank",
  States: {
    "Call the bank": {
      Type: "Task",
      Resource: `${LAMBDA}:bank`,
      Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 3600, MaxAttempts: 3 }],
      End: true,
    },
  },
};

const approval = {
  StartAt: "Ask for approval",
  States: {
    "Ask for approval": {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: {
        QueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/approvals",
        MessageBody: { "token.$": "$$.Task.Token" },
      },
      TimeoutSeconds: 86400,
      HeartbeatSeconds: 3600,
      Next: "Approved",
    },
    Approved: succeed,
  },
};

const inspection = {
  StartAt: "Inspect the goods",
  States: { "Inspect the goods": { Type: "Task", Resource: ACTIVITY, TimeoutSeconds: 86400, End: true } },
};

const nested = (stateMachineArn) => ({
  StartAt: "Approve first",
  States: {
    "Approve first": {
      Type: "Task",
      Resource: "arn:aws:states:::states:startExecution.sync:2",
      Parameters: { StateMachineArn: stateMachineArn, Input: {} },
      End: true,
    },
  },
});

const settlement = {
  StartAt: "Pay out",
  States: { "Pay out": { Type: "Fail", Error: "AccountClosed", Cause: '{"account": 12345678901234567890, "reasons": ["closed", "blocked"]}' } },
};

/** A nested execution that fails, and whose error is caught before a Fail state. */
const nestedFailure = (stateMachineArn) => ({
  StartAt: "Settle",
  States: {
    Settle: {
      Type: "Task",
      Resource: "arn:aws:states:::states:startExecution.sync:2",
      Parameters: { StateMachineArn: stateMachineArn, Input: {} },
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Give up" }],
      End: true,
    },
    "Give up": { Type: "Fail", Error: "NotSettled" },
  },
});

/** Two tasks that end when the test says so. */
const delivery = {
  StartAt: "Pick",
  States: {
    Pick: { Type: "Task", Resource: `${LAMBDA}:pick`, Next: "Ship" },
    Ship: { Type: "Task", Resource: `${LAMBDA}:ship`, End: true },
  },
};

const imported = {
  QueryLanguage: "JSONata",
  StartAt: "Import the files",
  States: {
    "Import the files": {
      Type: "Map",
      Label: "Files",
      Items: "{% $states.input.files %}",
      ToleratedFailurePercentage: 100,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Is it readable?",
        States: {
          "Is it readable?": {
            Type: "Choice",
            Choices: [
              { Condition: "{% $states.input = 'broken' %}", Next: "Reject" },
              { Condition: "{% $states.input = 'slow' %}", Next: "Wait for the disk" },
            ],
            Default: "Store",
          },
          Reject: { Type: "Fail", Error: "FileBroken", Cause: "the file ends in the middle of a line" },
          "Wait for the disk": { Type: "Wait", Seconds: 86400, Next: "Store" },
          Store: succeed,
        },
      },
      End: true,
    },
  },
};

/** Texts that are markup in a page that does not escape them, long texts without spaces, and other alphabets. */
export const HOSTILE = "<script>alert(1)</script> & \"ünïcode\" 日本語";
const LONG = "Averyveryverylongnameofastatewithoutanyspacethatapagecannotbreakatawordsoitoverf";
const hostile = {
  Comment: "</script><img src=x onerror=alert(1)>",
  StartAt: HOSTILE,
  States: {
    [HOSTILE]: { Type: "Pass", Result: { "<b>": "</pre><img src=x onerror=alert(1)>", quote: "'\"`" }, ResultPath: "$.markup", Next: LONG },
    [LONG]: { Type: "Pass", Parameters: { path: "$.input" }, Next: "Fail <now>" },
    "Fail <now>": { Type: "Fail", Error: "<img src=x onerror=alert(1)>", Cause: "</pre><script>alert(2)</script>" },
  },
};

const express = { StartAt: "Greet", States: { Greet: { Type: "Pass", End: true } } };

/** The names of state machines can have letters of all alphabets. */
export const UNICODE = "büro-日本語";

/** Creates the state machines. Returns their ARNs by their names. */
export async function createMachines(server) {
  await server.call("CreateActivity", { name: "inspect" });
  await server.call("CreateActivity", { name: "unused" });
  const machines = {};
  const create = async (name, definition, more) => (machines[name] = await server.create(name, definition, more));
  await create("order-processing", order);
  await create("bank-transfer", retry);
  await create("approval", approval);
  await create("inspection", inspection);
  await create("nested-approval", nested(machines.approval));
  await create("nested-failure", nestedFailure(await create("settlement", settlement)));
  await create("delivery", delivery);
  await create("file-import", imported);
  await create("greeting", express, { type: "EXPRESS" });
  await create(UNICODE, hostile);
  await createVersions(server, machines["order-processing"]);
  return machines;
}

/** Publishes two versions with different definitions, and an alias of both. */
async function createVersions(server, stateMachineArn) {
  const first = await server.call("PublishStateMachineVersion", { stateMachineArn, description: "the first one" });
  const changed = structuredClone(order);
  changed.States["Send a message"] = { Type: "Pass", Next: "Done" };
  changed.States["Pack the items"].Next = "Send a message";
  await server.call("UpdateStateMachine", { stateMachineArn, definition: JSON.stringify(changed, null, 2) });
  const second = await server.call("PublishStateMachineVersion", { stateMachineArn });
  await server.call("CreateStateMachineAlias", {
    name: "live",
    description: "what customers use",
    routingConfiguration: [
      { stateMachineVersionArn: first.stateMachineVersionArn, weight: 20 },
      { stateMachineVersionArn: second.stateMachineVersionArn, weight: 80 },
    ],
  });
}

const items = (count, damaged) => Array.from({ length: count }, (_, index) => ({ sku: `A-${index}`, damaged: index === damaged }));

/** Creates the state machines, and executions in every status. Returns both by their names. */
export async function createWorld(server) {
  const machines = await createMachines(server);
  const executions = {};
  const start = async (name, machine, input, status) => {
    const arn = await server.start(machines[machine], input, name);
    if (status) await server.reaches(arn, status);
    executions[name] = arn;
  };
  await start("order-good", "order-processing", { order: "o-1", gift: false, card: "valid", items: items(3) }, "SUCCEEDED");
  await start("order-caught", "order-processing", { order: "o-2", gift: false, card: "bad", items: items(2) }, "SUCCEEDED");
  await start("order-damaged", "order-processing", { order: "o-3", gift: true, items: items(25, 7) }, "FAILED");
  await start("bank-retry", "bank-transfer", { amount: 10 });
  await server.writes(executions["bank-retry"], "LambdaFunctionFailed");
  await start("approval-open", "approval", { amount: 20 });
  await server.writes(executions["approval-open"], "TaskSubmitted");
  await start("inspection-open", "inspection", { lot: 7 });
  await server.writes(executions["inspection-open"], "ActivityScheduled");
  await start("nested-open", "nested-approval", {});
  await server.writes(executions["nested-open"], "TaskSubmitted");
  await start("nested-failed", "nested-failure", {}, "FAILED");
  await start("delivery-open", "delivery", { order: "world" });
  await start("import-done", "file-import", { files: ["a", "broken", "b", "broken", "c"] }, "SUCCEEDED");
  await start("import-open", "file-import", { files: ["a", "slow", "broken"] });
  await server.writes(executions["import-open"], "MapRunStarted");
  await start("hostile-failed", UNICODE, { input: "</textarea><script>alert(3)</script>" }, "FAILED");
  await start("aborted", "bank-transfer", {});
  await server.call("StopExecution", { executionArn: executions.aborted, error: "Cancelled", cause: "by the customer" });
  await server.call("StartExecution", { stateMachineArn: machines.greeting });
  const mapRun = async (name) => {
    const runs = await server.call("ListMapRuns", { executionArn: executions[name] });
    return runs.mapRuns[0].mapRunArn;
  };
  return { machines, executions, mapRuns: { done: await mapRun("import-done"), open: await mapRun("import-open") } };
}
