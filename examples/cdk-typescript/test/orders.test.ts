// The state machine of the stack, with the real code of the functions.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sequence, Server, type StepFunctions, TaskError } from "@stepwright/testing";
import { App } from "aws-cdk-lib";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import * as charge from "../functions/charge.mjs";
import * as ship from "../functions/ship.mjs";
import { OrdersStack } from "../lib/orders-stack.ts";

const outdir = mkdtempSync(join(tmpdir(), "orders-"));
let server: Server;
let stepFunctions: StepFunctions;
beforeAll(async () => {
  const app = new App({ outdir });
  new OrdersStack(app, "Orders");
  app.synth();
  server = await Server.start(["--template", join(outdir, "Orders.template.json")]);
  // CDK can need more than the 10 seconds that Vitest allows.
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(outdir, { recursive: true });
});
beforeEach(async () => {
  stepFunctions = server.stepFunctions();
  await stepFunctions.mockAll({
    Charge: async (order: { id: string; cents: number }) => {
      try {
        return await charge.handler(order);
      } catch (error) {
        // As Lambda reports an exception.
        throw error instanceof Error ? new TaskError(error.name, error.message) : error;
      }
    },
    Store: {},
    Ship: ship.handler,
  });
});
afterEach(() => stepFunctions.close());

test("an order is stored and shipped after three days", async () => {
  const execution = await stepFunctions.run("Orders", { id: "o-17", cents: 1250 });
  expect(execution.output).toEqual({ shipped: "o-17" });
  expect(execution.path).toEqual(["Charge", "Store", "Wait for objections", "Ship"]);
  expect(execution.duration.seconds).toBe(3 * 24 * 60 * 60);
  expect(stepFunctions.calls("Store")[0]?.input).toEqual({
    TableName: "orders",
    Item: { id: { S: "o-17" }, chargeId: { S: "ch-o-17" } },
  });
});

test("a declined card stores nothing", async () => {
  const execution = await stepFunctions.run("Orders", { id: "o-18", cents: 250_000 });
  expect(execution.error).toBe("OrderRefused");
  expect(stepFunctions.calls("Store")).toEqual([]);
});

test("a slow gateway is called again after a minute", async () => {
  await stepFunctions.mock("Charge", new Sequence(new TaskError("GatewayTimeout"), { chargeId: "ch-2" }));
  const execution = await stepFunctions.run("Orders", { id: "o-19", cents: 1250 });
  expect(execution.status).toBe("SUCCEEDED");
  expect(stepFunctions.calls("Charge")).toHaveLength(2);
});
