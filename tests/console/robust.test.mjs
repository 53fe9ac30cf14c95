// What a person does by mistake, and what goes wrong: Enter, old pages, double clicks, many tabs, a server that ends, fails or is restarted.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, Tab } from "./support/browser.mjs";
import { createMachines } from "./support/machines.mjs";
import { executionsUrl, executionUrl, machineUrl } from "./support/pages.mjs";
import { Server, Tasks, until } from "./support/server.mjs";

/** Asks again until the answer is `true`. */
const LOOP = {
  StartAt: "Ask for approval",
  States: {
    "Ask for approval": {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: { QueueUrl: "https://queue", MessageBody: { "token.$": "$$.Task.Token" } },
      Next: "Approved?",
    },
    "Approved?": { Type: "Choice", Choices: [{ Variable: "$.approved", BooleanEquals: true, Next: "Done" }], Default: "Ask for approval" },
    Done: { Type: "Succeed" },
  },
};

/** A Map Run whose children wait. */
const CHILDREN = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      End: true,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Hold",
        States: { Hold: { Type: "Wait", Seconds: 3600, End: true } },
      },
    },
  },
};

let tasks, browser;
before(async () => {
  tasks = await Tasks.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  tasks?.stop();
});

describe("forms that are not sent by mistake", () => {
  let server, machines;
  before(async () => {
    server = await Server.start(...tasks.bindings());
    machines = { ...(await createMachines(server)), loop: await server.create("loop", LOOP), children: await server.create("children", CHILDREN) };
  });
  after(() => server?.stop());

  /** Runs a test in a tab, with the script and without it. */
  const both = (name, run) => {
    for (const javaScriptEnabled of [true, false]) {
      test(`${name}${javaScriptEnabled ? "" : ", without JavaScript"}`, { timeout: 60_000 }, async () => {
        const tab = await Tab.open(browser, server, { javaScriptEnabled });
        try {
          await run(tab, tab.page, javaScriptEnabled);
          tab.check();
        } finally {
          await tab.close();
        }
      });
    }
  };

  const open = async (machine, event, input = {}) => {
    const arn = await server.start(machines[machine], input);
    await server.writes(arn, event);
    return arn;
  };

  /** Waits until a page that Enter would load is loaded. */
  const settled = (page) => page.waitForTimeout(500);

  both("Enter in a field sends no answer", async (tab, page) => {
    const arn = await open("approval", "TaskSubmitted");
    await tab.goto(executionUrl(arn));
    await page.locator("summary", { hasText: "Answer" }).click();
    const failure = page.locator("form[action='/console/answer']", { hasText: "Send failure" });
    await failure.getByLabel("Error").fill("Refused");
    await failure.getByLabel("Error").press("Enter");
    await failure.getByLabel("Cause").press("Enter");
    await settled(page);
    assert.equal((await server.call("DescribeExecution", { executionArn: arn })).status, "RUNNING");
    await failure.getByRole("button", { name: "Send failure" }).click();
    assert.equal((await server.reaches(arn, "FAILED")).error, "Refused");
  });

  both("Enter in the fields of other forms does nothing", async (tab, page) => {
    const arn = await open("bank-transfer", "LambdaFunctionFailed");
    await tab.goto(executionUrl(arn));
    await page.locator("summary", { hasText: "Stop" }).click();
    await page.getByLabel("Error").press("Enter");
    await page.locator("summary", { hasText: "Start again from this state" }).click();
    await page.locator("form[action='/console/restart']").getByLabel("Name").press("Enter");
    await settled(page);
    assert.equal((await server.call("DescribeExecution", { executionArn: arn })).status, "RUNNING");
    await tab.goto(machineUrl("delivery"));
    await page.getByLabel("Name").press("Enter");
    await settled(page);
    assert.ok(page.url().includes("/console/machine"));
  });

  both("Enter and Ctrl+Enter on a box of the list do nothing", async (tab, page, script) => {
    const arn = await open("bank-transfer", "LambdaFunctionFailed");
    await tab.goto(executionsUrl({ status: "RUNNING" }));
    const box = page.getByRole("checkbox").first();
    await box.check();
    await box.press("Enter");
    if (script) {
      await box.press("Control+Enter");
      await settled(page);
      assert.ok(page.url().includes("/console/executions"));
      assert.equal(await box.isChecked(), true);
    } else {
      // A browser sends the form, and the console asks.
      await page.getByRole("heading", { name: "Stop 1 execution?" }).waitFor();
      await page.getByRole("link", { name: "Cancel" }).click();
      assert.equal(await page.getByLabel("Status").inputValue(), "RUNNING");
    }
    assert.equal((await server.call("DescribeExecution", { executionArn: arn })).status, "RUNNING");
  });

  both("an address of a form that is opened has a page with a way back", async (tab, page, script) => {
    tab.expected = 405;
    for (const action of ["start", "stop", "redrive", "restart", "answer", "confirm"]) {
      await tab.goto(`/console/${action}`);
      await page.getByRole("alert").filter({ hasText: "go back to the page of the form" }).waitFor();
      await page.getByRole("link", { name: "All executions" }).waitFor();
    }
    if (script) assert.deepEqual(await tab.violations(), []);
  });

  test("Ctrl+Enter in a text area presses the main button", { timeout: 60_000 }, async () => {
    const tab = await Tab.open(browser, server);
    const arn = await open("approval", "TaskSubmitted");
    await tab.goto(executionUrl(arn));
    await tab.page.locator("summary", { hasText: "Answer" }).click();
    await tab.page.getByLabel("Output, as JSON").fill('{"by": "key"}');
    await tab.page.getByLabel("Output, as JSON").press("Control+Enter");
    assert.deepEqual(JSON.parse((await server.reaches(arn, "SUCCEEDED")).output), { by: "key" });
    tab.check();
    await tab.close();
  });

  both("an old page does not answer the next request of its state", async (tab, page) => {
    const arn = await open("loop", "TaskSubmitted");
    await tab.goto(executionUrl(arn));
    await page.locator("summary", { hasText: "Answer" }).click();
    await page.getByLabel("Output, as JSON").fill('{"approved": true, "typed": 1}');
    // Somebody answers in another tab.
    const other = await Tab.open(browser, server, { javaScriptEnabled: false });
    await other.goto(executionUrl(arn));
    await other.page.locator("summary", { hasText: "Answer" }).click();
    await other.page.getByLabel("Output, as JSON").fill('{"approved": false}');
    await other.page.getByRole("button", { name: "Send success" }).click();
    await server.writes(arn, "TaskSubmitted", 2);
    tab.expected = 409;
    await page.getByRole("button", { name: "Send success" }).click();
    await page.getByRole("alert").filter({ hasText: "is closed, because it was answered with success" }).waitFor();
    await page.locator("pre", { hasText: '"typed": 1' }).waitFor();
    assert.equal((await server.call("DescribeExecution", { executionArn: arn })).status, "RUNNING");
    tab.expected = 200;
    await page.getByRole("link", { name: "Back to the page of the form" }).click();
    await page.locator("summary", { hasText: "Answer" }).click();
    await page.getByLabel("Output, as JSON").fill('{"approved": true}');
    await page.getByRole("button", { name: "Send success" }).click();
    await server.reaches(arn, "SUCCEEDED");
    await other.close();
  });

  both("an old page does not stop an execution that was redriven", async (tab, page) => {
    const arn = await open("bank-transfer", "LambdaFunctionFailed");
    await tab.goto(executionUrl(arn));
    await page.locator("summary", { hasText: "Stop" }).click();
    await page.getByLabel("Cause").fill("typed");
    await server.call("StopExecution", { executionArn: arn });
    tab.expected = 409;
    await page.getByRole("button", { name: "Stop this execution" }).click();
    await page.getByRole("alert").filter({ hasText: "has ended with the status ABORTED" }).waitFor();
    await page.locator("pre", { hasText: "typed" }).waitFor();
    await server.call("RedriveExecution", { executionArn: arn });
    tab.expected = 200;
    await tab.goto(executionUrl(arn));
    await page.locator("summary", { hasText: "Stop" }).waitFor();
    await server.call("StopExecution", { executionArn: arn });
  });

  both("a double click starts one execution", async (tab, page) => {
    await tab.goto(machineUrl("bank-transfer"));
    const count = async () => (await server.call("ListExecutions", { stateMachineArn: machines["bank-transfer"] })).executions.length;
    const known = await count();
    await page.getByRole("button", { name: "Start", exact: true }).dblclick();
    // Without the script the second click sends the form again and cancels the first navigation. `waitForURL` would report that as an error.
    await until("the page of the execution opens", () => /\/console\/execution\?/.test(page.url()));
    await settled(page);
    assert.equal(await count(), known + 1);
  });

  both("a child of a Map Run offers nothing that is refused", async (tab, page) => {
    const arn = await open("children", "MapRunStarted", [1]);
    const { mapRuns } = await server.call("ListMapRuns", { executionArn: arn });
    const child = await until("a child runs", async () => {
      const { executions } = await server.call("ListExecutions", { mapRunArn: mapRuns[0].mapRunArn });
      return executions[0]?.executionArn;
    });
    await tab.goto(executionUrl(child));
    await page.locator("summary", { hasText: "Stop" }).waitFor();
    assert.equal(await page.getByText("Start again from this state").count(), 0);
    assert.equal(await page.getByText("Start a copy").count(), 0);
    await server.call("StopExecution", { executionArn: arn });
  });

  both("a time that is none is an error at its field", async (tab, page, script) => {
    await tab.goto(executionsUrl());
    await page.getByLabel("From", { exact: true }).fill("31.01.2026");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("alert").filter({ hasText: "This is no time" }).waitFor();
    assert.equal(await page.locator("[aria-invalid=true]").getAttribute("name"), "from");
    if (script) assert.deepEqual(await tab.violations(), []);
    // A time that the page shows is found.
    await open("bank-transfer", "LambdaFunctionFailed");
    await tab.goto(executionsUrl());
    const shown = await page.locator("tbody time").first().textContent();
    await page.getByLabel("From", { exact: true }).fill(shown);
    await page.getByLabel("To", { exact: true }).fill(shown);
    await page.getByRole("button", { name: "Filter" }).click();
    await page.locator("tbody tr").first().waitFor();
  });
});

describe("pages whose server ends, fails or is restarted", () => {
  let server, machines, folder;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "stepwright-robust-"));
    server = await Server.start("--store", path.join(folder, "orders.db"), ...tasks.bindings());
    machines = await createMachines(server);
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const waiting = async () => {
    const arn = await server.start(machines.approval, {});
    await server.writes(arn, "TaskSubmitted");
    return arn;
  };
  /** Ends the server, and starts it again at the same address. */
  const restart = async () => {
    const { port } = new URL(server.url);
    await server.stop();
    return async () => {
      server = await Server.startAt(port, "--store", path.join(folder, "orders.db"), ...tasks.bindings());
    };
  };
  const connection = (tab, text) => tab.page.locator("#connection", { hasText: text }).waitFor();

  test("eight tabs are updated", { timeout: 90_000 }, async () => {
    const tab = await Tab.open(browser, server);
    const pages = [];
    for (let number = 0; number < 8; number += 1) {
      const arn = await waiting();
      const page = await tab.context.newPage();
      await page.goto(number % 4 === 3 ? executionsUrl({ status: "ABORTED" }) : executionUrl(arn));
      pages.push({ page, arn });
    }
    for (const { arn } of pages) await server.call("StopExecution", { executionArn: arn });
    for (const [number, { page, arn }] of pages.entries()) {
      const shown = number % 4 === 3 ? page.locator(`tr[id="${arn}"]`) : page.locator("h1 .status", { hasText: "Aborted" });
      await shown.waitFor();
    }
    tab.check();
    await tab.close();
  });

  test("a failed update has words, and the page recovers", { timeout: 60_000 }, async () => {
    const arn = await waiting();
    const tab = await Tab.open(browser, server);
    await tab.goto(executionUrl(arn));
    tab.expected = 503;
    let failures = 0;
    await tab.page.route("**/console/execution?*", (route) => {
      failures += 1;
      return failures > 2 ? route.continue() : route.fulfill({ status: 503, contentType: "text/html", body: "<h1>The store cannot be read</h1>" });
    });
    await server.call("StopExecution", { executionArn: arn });
    await connection(tab, "The server reports “The store cannot be read” (status 503)");
    await tab.page.locator("h1 .status", { hasText: "Aborted" }).waitFor();
    await tab.page.locator("#connection:empty").waitFor({ state: "attached" });
    assert.equal(await tab.page.locator("main.stale").count(), 0);
    assert.deepEqual(await tab.violations(), []);
    await tab.close();
  });

  test("a selection, the focus and a typed text survive updates", { timeout: 60_000 }, async () => {
    const arn = await server.start(machines.delivery, { order: "keep-1" });
    await server.writes(arn, "LambdaFunctionStarted");
    const tab = await Tab.open(browser, server);
    await tab.goto(executionUrl(arn));
    await tab.page.evaluate(() => {
      const code = [...document.querySelectorAll(".facts code")].find((code) => code.textContent.includes(":execution:"));
      getSelection().selectAllChildren(code);
    });
    const selected = await tab.page.evaluate(() => getSelection().toString());
    assert.equal(selected, arn);
    await tab.page.locator(".chart a", { hasText: "Pick" }).focus();
    await tasks.release("keep-1", { order: "keep-2" });
    await tab.page.locator(".chart a", { hasText: "Ship" }).waitFor();
    assert.equal(await tab.page.evaluate(() => document.activeElement.textContent), "Pick");
    assert.equal(await tab.page.evaluate(() => getSelection().toString()), arn);
    await server.call("StopExecution", { executionArn: arn });
    await tab.page.locator("h1 .status", { hasText: "Aborted" }).waitFor();
    assert.equal(await tab.page.evaluate(() => getSelection().toString()), arn);
    tab.check();
    await tab.close();
  });

  test("a restart while a person types loses nothing", { timeout: 90_000 }, async () => {
    const arn = await waiting();
    const tab = await Tab.open(browser, server);
    await tab.goto(executionUrl(arn));
    await tab.page.locator("summary", { hasText: "Answer" }).click();
    const field = tab.page.getByLabel("Output, as JSON");
    await field.fill('{"typed": ');
    const start = await restart();
    await connection(tab, "The server does not respond");
    await field.pressSequentially('"before"}');
    // Nothing is lost by a form that is sent in the meantime.
    await tab.page.getByRole("button", { name: "Send success" }).click();
    await connection(tab, "what you entered is still here");
    assert.equal(await field.inputValue(), '{"typed": "before"}');
    await start();
    await until("the page is connected", async () => (await tab.page.locator("main.stale").count()) === 0);
    assert.equal(await field.inputValue(), '{"typed": "before"}');
    await tab.page.getByRole("button", { name: "Send success" }).click();
    assert.deepEqual(JSON.parse((await server.reaches(arn, "SUCCEEDED")).output), { typed: "before" });
    await tab.page.locator("h1 .status", { hasText: "Succeeded" }).waitFor();
    await tab.close();
  });

  test("a restart while a person types, without JavaScript", { timeout: 90_000 }, async () => {
    const arn = await waiting();
    const tab = await Tab.open(browser, server, { javaScriptEnabled: false });
    await tab.goto(executionUrl(arn));
    await tab.page.locator("summary", { hasText: "Answer" }).click();
    await tab.page.getByLabel("Output, as JSON").fill('{"typed": "text"}');
    await (await restart())();
    tab.expected = 403;
    await tab.page.getByRole("button", { name: "Send success" }).click();
    await tab.page.getByRole("alert").filter({ hasText: "the server was restarted" }).waitFor();
    await tab.page.locator("dd pre", { hasText: '{"typed": "text"}' }).waitFor();
    tab.expected = 200;
    await tab.page.getByRole("button", { name: "Send it again" }).click();
    assert.deepEqual(JSON.parse((await server.reaches(arn, "SUCCEEDED")).output), { typed: "text" });
    tab.check();
    await tab.close();
  });

  test("counts are those of the store after a restart", { timeout: 60_000 }, async () => {
    const running = async () => {
      const response = await fetch(new URL("/console", server.url));
      const row = (await response.text()).split("<tr").find((row) => row.includes("name=approval"));
      return row.replaceAll(/<[^>]*>/g, " ");
    };
    await waiting();
    const before = await running();
    assert.match(before, /approval\s+Standard\s+[1-9]/);
    await (await restart())();
    assert.equal(await running(), before);
  });

  test("offline", { timeout: 60_000 }, async () => {
    const arn = await waiting();
    const tab = await Tab.open(browser, server);
    await tab.goto(executionUrl(arn));
    await tab.context.setOffline(true);
    await connection(tab, "This computer is offline");
    await server.call("StopExecution", { executionArn: arn });
    await tab.context.setOffline(false);
    await tab.page.locator("h1 .status", { hasText: "Aborted" }).waitFor();
    await tab.page.locator("#connection:empty").waitFor({ state: "attached" });
    await tab.close();
  });
});
