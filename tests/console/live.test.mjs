// Pages that update in place: without a reload, and without the loss of opened details and typed texts.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Tab } from "./support/browser.mjs";
import { createMachines } from "./support/machines.mjs";
import { activitiesUrl, executionsUrl, executionUrl, machinesUrl, machineUrl } from "./support/pages.mjs";
import { Server, StreamCounter, Tasks, until } from "./support/server.mjs";

describe("live pages", () => {
  let tasks, server, machines, browser;
  before(async () => {
    tasks = await Tasks.start();
    server = await Server.start(...tasks.bindings());
    machines = await createMachines(server);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    tasks?.stop();
  });

  /** Runs a test in a tab that must not load its page again. */
  const live = (name, path, run) =>
    test(name, { timeout: 60_000 }, async () => {
      const tab = await Tab.open(browser, server);
      try {
        await tab.goto(await path());
        await tab.page.evaluate(() => (globalThis.isSamePage = true));
        await run(tab.page);
        assert.ok(await tab.page.evaluate(() => globalThis.isSamePage), "the page was loaded again");
        tab.check();
      } finally {
        await tab.close();
      }
    });

  let arn;
  const delivery = (order, params) => async () => {
    arn = await server.start(machines.delivery, { order });
    await server.writes(arn, "LambdaFunctionStarted");
    return executionUrl(arn, params);
  };
  const status = (page, text) => page.locator("h1 .status", { hasText: text }).waitFor();

  live("an execution, from its first state to its end", delivery("live-1"), async (page) => {
    await page.locator("#state h2", { hasText: "Pick" }).waitFor();
    assert.equal(await page.locator("summary", { hasText: "Stop" }).count(), 1);
    await tasks.release("live-1", { order: "live-2" });
    await page.locator("#state h2", { hasText: "Ship" }).waitFor();
    await page.locator(".chart tbody tr").nth(1).waitFor();
    // The form restarts at the state that the page shows.
    const form = page.locator("form[action='/console/restart'] [name=state]");
    await until("the form is about Ship", async () => (await form.inputValue()) === "Ship");
    await tasks.release("live-2");
    await status(page, "Succeeded");
    await page.locator("summary", { hasText: "Stop" }).waitFor({ state: "detached" });
    await page.locator(".picture", { hasText: "execution succeeded" }).waitFor();
  });

  live("opened and closed details stay as they are", delivery("details-1"), async (page) => {
    const attempt = page.locator("#state details", { has: page.locator("summary", { hasText: "attempt" }) });
    const input = page.locator("#state details.data").first();
    await attempt.locator("summary").click();
    await input.locator("summary").click();
    await tasks.release("details-1", { order: "details-2" });
    await page.locator("#state h2", { hasText: "Ship" }).waitFor();
    assert.equal(await attempt.evaluate((details) => details.open), true);
    await tasks.release("details-2");
    await status(page, "Succeeded");
    assert.equal(await attempt.evaluate((details) => details.open), true);
  });

  live("a typed text stays, and the rest of the page is updated", delivery("typed-1"), async (page) => {
    await page.locator("summary", { hasText: "Stop" }).click();
    const field = page.locator("form[action='/console/stop'] [name=cause]");
    await field.fill("half a sent");
    await tasks.release("typed-1", { order: "typed-2" });
    await page.locator("#state h2", { hasText: "Ship" }).waitFor();
    await field.pressSequentially("ence");
    await tasks.release("typed-2");
    await status(page, "Succeeded");
    assert.equal(await field.inputValue(), "half a sentence");
    // After the person removes the text and leaves the form, it disappears.
    await field.fill("");
    await field.blur();
    await page.locator("summary", { hasText: "Stop" }).waitFor({ state: "detached" });
  });

  live("a typed answer stays while other states change", async () => {
    arn = await server.start(machines.approval, {});
    await server.writes(arn, "TaskSubmitted");
    return executionUrl(arn);
  }, async (page) => {
    await page.locator("summary", { hasText: "Answer" }).click();
    const field = page.getByLabel("Output, as JSON");
    await field.fill('{"typed": ');
    await server.call("StopExecution", { executionArn: arn });
    await status(page, "Aborted");
    assert.equal(await field.inputValue(), '{"typed": ');
  });

  live("the focus stays at its link", delivery("focus-1"), async (page) => {
    await page.locator(".chart a", { hasText: "Pick" }).focus();
    await tasks.release("focus-1", { order: "focus-2" });
    await page.locator(".chart a", { hasText: "Ship" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Pick");
    await server.call("StopExecution", { executionArn: arn });
    await status(page, "Aborted");
  });

  live("the list of events, with opened details", delivery("events-1", { view: "events" }), async (page) => {
    await page.locator("#event-2 summary").click();
    await tasks.release("events-1", { order: "events-2" });
    await page.locator("td", { hasText: "TaskStateExited" }).waitFor();
    const opened = page.locator("details[open]");
    assert.equal(await opened.count(), 1);
    assert.equal(await page.locator("#event-2 details").evaluate((details) => details.open), true);
    await server.call("StopExecution", { executionArn: arn });
    await page.locator("td", { hasText: "ExecutionAborted" }).waitFor();
  });

  live("a page about an execution that has entered no state", async () => {
    // Executions beyond the limit of open ones do not exist; a nested one begins with its parent.
    arn = await server.start(machines["nested-approval"], {});
    return executionUrl(arn);
  }, async (page) => {
    await page.locator(".waits a").waitFor();
    await server.call("StopExecution", { executionArn: arn });
    await status(page, "Aborted");
  });

  live("the list of executions", () => executionsUrl(), async (page) => {
    const started = await server.start(machines["bank-transfer"], {}, "listed");
    const row = page.locator("tr", { hasText: "listed" });
    await row.locator(".status", { hasText: "Running" }).waitFor();
    await server.call("StopExecution", { executionArn: started });
    await row.locator(".status", { hasText: "Aborted" }).waitFor();
    // A selection stays.
    await row.getByRole("checkbox").check();
    await server.start(machines["bank-transfer"], {}, "listed-later");
    await page.evaluate(() => fetch(location.href).then((response) => response.text()));
    assert.equal(await row.getByRole("checkbox").isChecked(), true);
    await row.getByRole("checkbox").uncheck();
    await page.getByRole("heading", { name: "Executions" }).click();
    await page.locator("tr", { hasText: "listed-later" }).waitFor();
  });

  live("the list of state machines", () => machinesUrl, async (page) => {
    const running = page.locator("tr", { hasText: "order-processing" }).locator("td").nth(2);
    const before = Number(await running.textContent());
    await server.start(machines["order-processing"], { gift: true, order: "x", items: [] });
    await until("the number changes", async () => Number(await running.textContent()) === before + 1);
  });

  live("the executions of a state machine", () => machineUrl("order-processing"), async (page) => {
    await page.getByLabel("Input, as JSON").fill('{"typed": true}');
    await server.start(machines["order-processing"], { gift: true, order: "x", items: [] }, "newest-one");
    await page.locator("tr", { hasText: "newest-one" }).waitFor();
    assert.equal(await page.getByLabel("Input, as JSON").inputValue(), '{"typed": true}');
  });

  live("the activities", () => activitiesUrl, async (page) => {
    const waiting = page.locator("tr", { hasText: "inspect" }).locator("td.number");
    const before = Number(await waiting.textContent());
    await server.start(machines.inspection, {});
    await until("the number changes", async () => Number(await waiting.textContent()) === before + 1);
  });

  live("times that pass", delivery("times-1"), async (page) => {
    const time = page.locator(".facts .counter").first();
    const before = await time.textContent();
    await until("the time changes", async () => (await time.textContent()) !== before);
    await server.call("StopExecution", { executionArn: arn });
    await status(page, "Aborted");
    assert.equal(await page.locator(".counter").count(), 0);
  });

  live("JSON that does not parse is not sent", () => machineUrl("delivery"), async (page) => {
    await page.getByLabel("Input, as JSON").fill('{"order": }');
    await page.getByRole("button", { name: "Start" }).click();
    const message = await page.getByLabel("Input, as JSON").evaluate((field) => field.validationMessage);
    assert.match(message, /^This is no JSON/);
    assert.ok(page.url().includes("/console/machine"));
  });

  live("the key / goes to the first filter", () => executionsUrl(), async (page) => {
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.name), "name");
  });

  for (const kind of ["shared", "own"]) {
    test(`a hidden tab closes its ${kind} stream and opens it again when it is shown`, { timeout: 60_000 }, async () => {
      const counter = await StreamCounter.start(server);
      const tab = await Tab.open(browser, counter);
      try {
        // A test cannot hide a page of a headless browser.
        await tab.page.addInitScript((isOwn) => {
          if (isOwn) delete globalThis.SharedWorker;
          let isHidden = false;
          Object.defineProperty(document, "hidden", { get: () => isHidden });
          Object.defineProperty(document, "visibilityState", { get: () => (isHidden ? "hidden" : "visible") });
          globalThis.hide = (hides) => {
            isHidden = hides;
            document.dispatchEvent(new Event("visibilitychange"));
          };
        }, kind === "own");
        arn = await server.start(machines.delivery, { order: `hidden-${kind}` });
        await server.writes(arn, "LambdaFunctionStarted");
        await tab.goto(executionUrl(arn));
        await until("the stream is open", async () => counter.open === 1);
        for (const round of [1, 2]) {
          await tab.page.evaluate(() => globalThis.hide(true));
          await until("the stream is closed", async () => counter.open === 0);
          // A change of this time appears when the tab is shown.
          if (round === 2) await server.call("StopExecution", { executionArn: arn });
          const opened = counter.opened;
          await tab.page.evaluate(() => globalThis.hide(false));
          await until("the stream is open again", async () => counter.opened > opened);
        }
        await status(tab.page, "Aborted");
        tab.check();
      } finally {
        await tab.close();
        counter.stop();
      }
    });
  }

  test("a page of a server that ended", async () => {
    const other = await Server.start();
    const tab = await Tab.open(browser, other);
    await tab.goto(machinesUrl);
    await other.stop();
    await tab.page.locator("main.stale").waitFor();
    await tab.close();
  });
});
