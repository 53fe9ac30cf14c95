// Compiled and not run: the types accept correct tests and refuse wrong ones.
import { SFNClient } from "@aws-sdk/client-sfn";
import { Sequence, Server, TaskError, type Call, type Execution } from "@stepwright/testing";

interface Order {
  id: string;
}

export async function correct(): Promise<void> {
  const server: Server = await Server.start(["--region", "eu-west-1"]);
  const stepFunctions = server.stepFunctions();
  new SFNClient(stepFunctions.clientOptions);
  await stepFunctions.mock("Charge", (input: Order, call: Call) => ({ id: input.id, attempt: call.attempt }));
  await stepFunctions.mock("Ship", new Sequence(new TaskError("Throttled"), { done: true }));
  const execution: Execution = await stepFunctions.run({ StartAt: "A", States: {} }, { id: "o-17" }, { case: "HappyPath" });
  const status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" = execution.status;
  const path: string[] = execution.path;
  const moved: Date = await stepFunctions.advance({ days: 3 });
  console.log(status, path, moved, execution.calls[0]?.token);
}

export async function wrong(): Promise<void> {
  const server = await Server.start();
  // @ts-expect-error: arguments are texts.
  await Server.start([1]);
  // @ts-expect-error: a misspelt unit of time.
  await server.stepFunctions().advance({ day: 3 });
  // @ts-expect-error: a definition is no number.
  await server.stepFunctions().run(17);
  // @ts-expect-error: an unknown type of state machines.
  await server.stepFunctions().create("order.asl.json", { type: "FAST" });
}
