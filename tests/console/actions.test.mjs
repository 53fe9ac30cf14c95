// Each action of the console: with the mouse, with the keyboard only, and without JavaScript.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { IS_SHORT, keyboard, launch, mouse, Tab } from "./support/browser.mjs";
import { createMachines } from "./support/machines.mjs";
import { activitiesUrl, executionsUrl, executionUrl, machineUrl } from "./support/pages.mjs";
import { Server, Tasks, until } from "./support/server.mjs";

const PEOPLE = IS_SHORT
  ? [{ person: keyboard, script: true }]
  : [
      { person: mouse, script: true },
      { person: keyboard, script: true },
      { person: mouse, script: false },
    ];

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

/** Returns the ARN of the execution that a page shows. */
const shownArn = (page) => new URL(page.url()).searchParams.get("arn");

/** Waits until a page shows the status of its execution. */
const shows = (page, status) => page.locator("h1 .status", { hasText: status }).waitFor();

/** Waits until the page that follows an action is loaded. */
async function loading(page, act) {
  const loaded = page.waitForEvent("load");
  await act();
  await loaded;
}

/** Starts an execution that waits for a task token, an activity or a retry. */
async function waiting(machine, event, name) {
  const arn = await server.start(machines[machine], { amount: 1 }, name);
  await server.writes(arn, event);
  return arn;
}

for (const { person, script } of PEOPLE) {
  describe(`actions ${person.name}${script ? "" : ", without JavaScript"}`, () => {
    /** Runs a test in a tab, and fails if the browser reports a problem. */
    const action = (name, run) =>
      test(name, { timeout: 60_000 }, async () => {
        const tab = await Tab.open(browser, server, { javaScriptEnabled: script });
        try {
          await run(tab.page, tab);
          tab.check();
        } finally {
          await tab.close();
        }
      });
    const button = (page, name) => page.getByRole("button", { name, exact: true });
    const answerForm = (page) => page.locator("form[action='/console/answer']");
    const open = (page, name) => person.press(page.locator("summary", { hasText: name }).first());

    action("start an execution", async (page, tab) => {
      await tab.goto(machineUrl("delivery"));
      const order = `start-${person.name}-${script}`;
      await person.fill(page.getByLabel("Input, as JSON"), JSON.stringify({ order }));
      await person.fill(page.getByLabel("Name"), order.replaceAll(/[^\w]/g, "-"));
      await person.press(button(page, "Start"));
      await page.waitForURL(/\/console\/execution\?/);
      const arn = shownArn(page);
      await tasks.release(order);
      await tasks.release(order, { done: true });
      const described = await server.reaches(arn, "SUCCEEDED");
      assert.deepEqual(JSON.parse(described.input), { order });
    });

    action("start a version with an alias", async (page, tab) => {
      await tab.goto(machineUrl("order-processing"));
      const choice = page.getByLabel("Version or alias");
      if (person === keyboard) {
        await person.fill(choice, "Alias");
      } else {
        await choice.selectOption({ label: "Alias live" });
      }
      await person.fill(page.getByLabel("Input, as JSON"), '{"gift": true, "order": "x", "items": []}');
      await person.press(button(page, "Start"));
      await page.waitForURL(/\/console\/execution\?/);
      const described = await server.reaches(shownArn(page), "SUCCEEDED");
      assert.match(described.stateMachineAliasArn, /:live$/);
    });

    action("start a copy", async (page, tab) => {
      const arn = await server.start(machines["bank-transfer"], { amount: 4711 });
      await tab.goto(executionUrl(arn));
      await person.press(page.getByRole("link", { name: "Start a copy" }));
      await page.waitForURL(/\/console\/machine\?/);
      assert.deepEqual(JSON.parse(await page.getByLabel("Input, as JSON").inputValue()), { amount: 4711 });
      await person.press(button(page, "Start"));
      await page.waitForURL(/\/console\/execution\?/);
      assert.notEqual(shownArn(page), arn);
      const copy = await server.call("DescribeExecution", { executionArn: shownArn(page) });
      assert.deepEqual(JSON.parse(copy.input), { amount: 4711 });
    });

    action("start an Express execution", async (page, tab) => {
      await tab.goto(machineUrl("greeting"));
      await person.press(button(page, "Start"));
      await page.getByRole("status").filter({ hasText: "Express executions are not listed" }).waitFor();
    });

    action("stop an execution", async (page, tab) => {
      const arn = await waiting("bank-transfer", "LambdaFunctionFailed");
      await tab.goto(executionUrl(arn));
      await open(page, "Stop");
      await person.fill(page.getByLabel("Error"), "Cancelled");
      await person.fill(page.getByLabel("Cause"), "by <b>a person</b>");
      await person.press(button(page, "Stop this execution"));
      const described = await server.reaches(arn, "ABORTED");
      assert.deepEqual([described.error, described.cause], ["Cancelled", "by <b>a person</b>"]);
      await page.locator(".message", { hasText: "by <b>a person</b>" }).waitFor();
    });

    action("redrive an execution", async (page, tab) => {
      const arn = await waiting("bank-transfer", "LambdaFunctionFailed");
      await server.call("StopExecution", { executionArn: arn });
      await tab.goto(executionUrl(arn));
      await person.press(button(page, "Redrive"));
      await server.reaches(arn, "RUNNING");
      await shows(page, "Running");
    });

    action("stop and redrive several executions", async (page, tab) => {
      const prefix = `batch-${PEOPLE.findIndex((one) => one.person === person && one.script === script)}`;
      const arns = [];
      for (const number of [1, 2, 3]) arns.push(await waiting("bank-transfer", "LambdaFunctionFailed", `${prefix}-${number}`));
      await tab.goto(executionsUrl({ name: prefix, status: "RUNNING" }));
      for (const number of [1, 3]) await person.check(page.getByLabel(`Select ${prefix}-${number}`));
      await person.press(button(page, "Stop selected"));
      // The list, which is left now, has links with the same names.
      await button(page, "Stop 2 executions").waitFor();
      for (const number of [1, 3]) assert.equal(await page.getByRole("link", { name: `${prefix}-${number}` }).count(), 1);
      assert.equal(await page.getByRole("link", { name: `${prefix}-2` }).count(), 0);
      await server.reaches(arns[0], "RUNNING");
      if (script) assert.deepEqual(await tab.violations(), []);
      await person.press(button(page, "Stop 2 executions"));
      await page.getByRole("status").filter({ hasText: "2 executions were stopped" }).waitFor();
      // The list has the same filters.
      assert.deepEqual([await page.getByLabel("Name").inputValue(), await page.getByLabel("Status").inputValue()], [prefix, "RUNNING"]);
      for (const index of [0, 2]) await server.reaches(arns[index], "ABORTED");
      await server.reaches(arns[1], "RUNNING");
      await tab.goto(executionsUrl({ name: prefix, status: "ABORTED" }));
      for (const number of [1, 3]) await person.check(page.getByLabel(`Select ${prefix}-${number}`));
      await person.press(button(page, "Redrive selected"));
      await person.press(button(page, "Redrive 2 executions"));
      await page.getByRole("status").filter({ hasText: "2 executions were redriven" }).waitFor();
      for (const arn of arns) await server.reaches(arn, "RUNNING");
    });

    action("stop nothing", async (page, tab) => {
      await waiting("bank-transfer", "LambdaFunctionFailed");
      await tab.goto(executionsUrl());
      tab.expected = 400;
      await person.press(button(page, "Stop selected"));
      await page.getByRole("alert").filter({ hasText: "no execution is selected" }).waitFor();
    });

    action("answer a task token: success", async (page, tab) => {
      const arn = await waiting("approval", "TaskSubmitted");
      await tab.goto(executionUrl(arn));
      await open(page, "Answer");
      await person.fill(page.getByLabel("Output, as JSON"), '{"approved": true}');
      await person.press(button(page, "Send success"));
      const described = await server.reaches(arn, "SUCCEEDED");
      assert.deepEqual(JSON.parse(described.output), { approved: true });
      await shows(page, "Succeeded");
    });

    action("answer a task token: failure", async (page, tab) => {
      const arn = await waiting("approval", "TaskSubmitted");
      await tab.goto(executionUrl(arn));
      await open(page, "Answer");
      await person.fill(answerForm(page).getByLabel("Error"), "Refused");
      await person.fill(answerForm(page).getByLabel("Cause"), "too expensive");
      await person.press(button(page, "Send failure"));
      await shows(page, "Failed");
      const described = await server.reaches(arn, "FAILED");
      assert.deepEqual([described.error, described.cause], ["Refused", "too expensive"]);
    });

    action("answer a task token: heartbeat", async (page, tab) => {
      const arn = await waiting("approval", "TaskSubmitted");
      await tab.goto(executionUrl(arn));
      await open(page, "Answer");
      const answered = page.waitForResponse((response) => response.url().endsWith("/console/answer"));
      await loading(page, () => person.press(button(page, "Send heartbeat")));
      assert.equal((await answered).status(), 303);
      await server.reaches(arn, "RUNNING");
    });

    action("complete the queued task of an activity", async (page, tab) => {
      const arn = await waiting("inspection", "ActivityScheduled");
      await tab.goto(executionUrl(arn));
      await open(page, "Answer");
      assert.equal(await button(page, "Send heartbeat").count(), 0);
      await person.fill(page.getByLabel("Output, as JSON"), '{"inspected": 7}');
      await person.press(button(page, "Send success"));
      await shows(page, "Succeeded");
      const described = await server.reaches(arn, "SUCCEEDED");
      assert.deepEqual(JSON.parse(described.output), { inspected: 7 });
    });

    action("complete the task that a worker has taken", async (page, tab) => {
      const arn = await waiting("inspection", "ActivityScheduled");
      const activityArn = "arn:aws:states:us-east-1:123456789012:activity:inspect";
      // Other tests may have queued tasks before.
      await until("the worker has the task", async () => {
        await server.call("GetActivityTask", { activityArn, workerName: "robot" });
        const { events } = await server.call("GetExecutionHistory", { executionArn: arn });
        return events.some((event) => event.type === "ActivityStarted");
      });
      await tab.goto(executionUrl(arn));
      await page.locator(".waits", { hasText: "robot" }).waitFor();
      await open(page, "Answer");
      await loading(page, () => person.press(button(page, "Send heartbeat")));
      await open(page, "Answer");
      await person.fill(answerForm(page).getByLabel("Error"), "Scratched");
      await person.press(button(page, "Send failure"));
      await shows(page, "Failed");
      assert.equal((await server.reaches(arn, "FAILED")).error, "Scratched");
    });

    action("start again from a state with another input", async (page, tab) => {
      const order = `again-${person.name}-${script}`;
      const arn = await server.start(machines.delivery, { order: "before" });
      await tasks.release("before", { order: "picked" });
      await tasks.release("picked", { done: 1 });
      await server.reaches(arn, "SUCCEEDED");
      await tab.goto(executionUrl(arn));
      // The page shows the last state at first.
      await page.locator("#state h2", { hasText: "Ship" }).waitFor();
      await open(page, "Start again from this state");
      const form = page.locator("form[action='/console/restart']");
      assert.deepEqual(JSON.parse(await form.getByLabel("Input").inputValue()), { order: "picked" });
      await person.fill(form.getByLabel("Input"), JSON.stringify({ order }));
      await person.press(button(page, "Start again from here"));
      await until("the page shows the new execution", () => shownArn(page) !== null && shownArn(page) !== arn);
      await tasks.release(order, { done: 2 });
      const described = await server.reaches(shownArn(page), "SUCCEEDED");
      assert.deepEqual(JSON.parse(described.output), { done: 2 });
    });

    action("filter and follow the links of a list", async (page, tab) => {
      await server.start(machines["order-processing"], { gift: true, order: "x", items: [{ damaged: true }] }, undefined);
      await tab.goto(executionsUrl());
      await person.fill(page.getByLabel("Error"), "ItemDamaged");
      await person.press(button(page, "Filter"));
      await page.waitForURL(/error=ItemDamaged/);
      await person.press(page.locator("tbody th a").first());
      await page.waitForURL(/\/console\/execution\?/);
      await page.getByRole("alert").filter({ hasText: "ItemDamaged" }).waitFor();
      await person.press(page.getByRole("link", { name: "Pack the items", exact: false }).first());
      await person.press(page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Events" }));
      await person.fill(page.getByLabel("Type"), "IterationFailed");
      await person.press(button(page, "Filter"));
      await page.waitForURL(/kind=IterationFailed/);
      await page.getByRole("cell", { name: "MapIterationFailed" }).first().waitFor();
    });

    action("use the links of a diagram", async (page, tab) => {
      const arn = await server.start(machines.delivery, { order: "diagram" });
      await tasks.release("diagram", { order: "diagram-2" });
      await server.writes(arn, "TaskStateEntered", 2);
      await tab.goto(executionUrl(arn));
      await person.press(page.locator(".picture a").filter({ hasText: "Pick" }));
      await page.locator("#state h2", { hasText: "Pick" }).waitFor();
      await server.call("StopExecution", { executionArn: arn });
    });

    action("download the history", async (page, tab) => {
      const arn = await server.start(machines.delivery, { order: "history" });
      await tab.goto(executionUrl(arn));
      const [download] = await Promise.all([page.waitForEvent("download"), person.press(page.getByRole("link", { name: "History as a file" }))]);
      assert.equal(download.suggestedFilename(), "history.json");
      const response = await fetch(download.url());
      const history = await response.json();
      assert.equal(history.events[0].type, "ExecutionStarted");
    });

    action("copy an execution as commands and as a test", async (page, tab) => {
      const arn = await server.start(machines["order-processing"], { gift: true, order: "it's", items: [] });
      await server.reaches(arn, "SUCCEEDED");
      await tab.goto(executionUrl(arn));
      await person.press(page.getByRole("link", { name: "Copy as" }));
      await page.waitForURL(/\/console\/copy\?/);
      assert.match(await page.locator("#aws-text").textContent(), /--endpoint-url http:\S+ .* --input '\{.*it'\\''s.*\}'$/);
      assert.match(await page.locator("#curl-text").textContent(), /^curl http:/);
      assert.match(await page.locator("#test-text").textContent(), /async fn order_processing_succeeds\(\)/);
      if (script) assert.deepEqual(await tab.violations(), []);
      assert.equal(await tab.overflow(), null);
      const copy = page.locator("#test").getByRole("button");
      if (script) {
        await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
        await person.press(copy);
        await page.locator("#test").getByRole("button", { name: "Copied" }).waitFor();
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        assert.equal(copied, await page.locator("#test-text").textContent());
      } else {
        assert.equal(await copy.isVisible(), false);
      }
      const [download] = await Promise.all([page.waitForEvent("download"), person.press(page.getByRole("link", { name: "Download" }))]);
      assert.equal(download.suggestedFilename(), "execution.rs");
    });

    action("export selected executions", async (page, tab) => {
      const prefix = `export-${PEOPLE.findIndex((one) => one.person === person && one.script === script)}`;
      for (const number of [1, 2, 3]) {
        const arn = await server.start(machines["order-processing"], { gift: true, order: "x", items: [] }, `${prefix}-${number}`);
        await server.reaches(arn, "SUCCEEDED");
      }
      await tab.goto(executionsUrl({ name: prefix }));
      for (const number of [1, 3]) await person.check(page.getByLabel(`Select ${prefix}-${number}`));
      const lines = async (download) => {
        assert.equal(download.suggestedFilename(), "executions.jsonl");
        const text = readFileSync(await download.path(), "utf8");
        return text.trimEnd().split("\n").map((line) => JSON.parse(line));
      };
      const [selected] = await Promise.all([page.waitForEvent("download"), person.press(button(page, "Export selected"))]);
      const exported = await lines(selected);
      assert.deepEqual(exported.map((line) => line.description.name).sort(), [`${prefix}-1`, `${prefix}-3`]);
      assert.equal(exported[0].history.events[0].type, "ExecutionStarted");
      const [all] = await Promise.all([page.waitForEvent("download"), person.press(page.getByRole("link", { name: "Export all that match" }))]);
      assert.equal((await lines(all)).length, 3);
    });

    action("visit the sections", async (page, tab) => {
      await tab.goto(activitiesUrl);
      await person.press(page.getByRole("link", { name: "Executions" }).first());
      await page.waitForURL(/\/console\/executions$/);
      await person.press(page.getByRole("link", { name: "State machines" }).first());
      await page.waitForURL(/\/console$/);
      if (person === keyboard) {
        await person.press(page.getByRole("link", { name: "Skip to the content" }));
        await until("the content has the focus", () => page.evaluate(() => document.activeElement.id === "content"));
      }
    });
  });
}
