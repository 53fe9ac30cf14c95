// Code under test that has its own client of the AWS SDK.
import assert from "node:assert/strict";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { Server } from "@stepwright/testing";
import { afterAll, beforeAll, test } from "RUNNER";

let server;
beforeAll(async () => (server = await Server.start()));
afterAll(() => server.stop());

test("a client of the SDK starts an execution with a mock", async () => {
  const stepFunctions = server.stepFunctions();
  await stepFunctions.mockAll({ Charge: {}, ship: (input) => ({ done: true, input }) });
  const stateMachineArn = await stepFunctions.create("order.asl.json", { name: "Orders" });
  const client = new SFNClient(stepFunctions.clientOptions);
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: "{}" }));
  await stepFunctions.letTimePass();
  const ended = await client.send(new DescribeExecutionCommand({ executionArn }));
  assert.equal(ended.status, "SUCCEEDED");
  assert.deepEqual(JSON.parse(ended.output), { done: true, input: {} });
  client.destroy();
  await stepFunctions.close();
});
