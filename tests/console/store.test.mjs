// The console of a store, next to the server that writes it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, Tab, THEMES, WIDTHS } from "./support/browser.mjs";
import { Server, StoreConsole, Tasks, until } from "./support/server.mjs";

const APPROVAL = {
  StartAt: "Ask for approval",
  States: {
    "Ask for approval": {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: { QueueUrl: "https://queue", MessageBody: { "token.$": "$$.Task.Token" } },
      End: true,
    },
  },
};

describe("the console of a store", () => {
  let folder, tasks, server, viewer, browser, machine, first;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "stepwright-store-"));
    const store = path.join(folder, "orders.db");
    tasks = await Tasks.start();
    server = await Server.start("--store", store, ...tasks.bindings());
    machine = await server.create("approval", APPROVAL);
    first = await server.start(machine, { order: 1 }, "first");
    await server.writes(first, "TaskSubmitted");
    viewer = await StoreConsole.start(store);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await viewer?.stop();
    await server?.stop();
    tasks?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("its pages in both themes and all widths", async () => {
    const execution = `/console/execution?arn=${encodeURIComponent(first)}`;
    const pages = [
      "/console",
      "/console/executions",
      "/console/activities",
      "/console/machine?name=approval",
      execution,
      `${execution}&view=events`,
      `${execution}&view=logs`,
      `${execution}&view=data`,
    ];
    for (const colorScheme of THEMES) {
      const tab = await Tab.open(browser, viewer, { colorScheme });
      for (const url of pages) {
        await tab.goto(url);
        assert.equal(await tab.page.locator("form[method=post]").count(), 0, url);
        for (const width of WIDTHS) {
          await tab.page.setViewportSize({ width, height: 900 });
          assert.equal(await tab.overflow(), null, `${url} at ${width} px`);
        }
        assert.deepEqual(await tab.violations(), [], url);
      }
      tab.check();
      await tab.close();
    }
  });

  test("a new execution of the engine, and its end, appear without a reload", async () => {
    const list = await Tab.open(browser, viewer);
    await list.goto("/console/executions");
    const second = await server.start(machine, { order: 2 }, "second");
    await list.page.getByRole("link", { name: "second" }).waitFor();

    const tab = await Tab.open(browser, viewer);
    await tab.goto(`/console/execution?arn=${encodeURIComponent(second)}`);
    await tab.page.getByText("an answer to its task token").waitFor();
    await server.call("StopExecution", { executionArn: second, error: "Stopped" });
    await tab.page.locator("h1 .status.ABORTED").waitFor();
    await until("the list shows the end", async () => (await list.page.locator("tr", { hasText: "second" }).innerText()).includes("Aborted"));
    for (const each of [list, tab]) {
      each.check();
      await each.close();
    }
  });
});
