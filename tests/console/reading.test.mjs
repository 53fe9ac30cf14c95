// What helps to read a page: diagrams that zoom, texts that fold, local times, the status in the title, links between executions, and the table of a Map Run.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, Tab } from "./support/browser.mjs";
import { createWorld } from "./support/machines.mjs";
import { executionsUrl, executionUrl, machineUrl } from "./support/pages.mjs";
import { Server, Tasks, until } from "./support/server.mjs";

/** A chain of Choices: a diagram that is much higher than a window. */
const chain = (length) => {
  const states = { Done: { Type: "Succeed" } };
  for (let at = 0; at < length; at += 1) {
    const next = at + 1 < length ? `Is it ${at + 1}?` : "Done";
    states[`Is it ${at}?`] = { Type: "Choice", Choices: [{ Variable: "$.kind", NumericEquals: at, Next: `Handle ${at}` }], Default: next };
    states[`Handle ${at}`] = { Type: "Pass", Next: "Done" };
  }
  return { StartAt: "Is it 0?", States: states };
};

const rows = {
  QueryLanguage: "JSONata",
  StartAt: "Each row",
  States: {
    "Each row": {
      Type: "Map",
      Label: "Rows",
      Items: "{% [0..3999].{'row': $string($) & '-end'} %}",
      ToleratedFailurePercentage: 100,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Check",
        States: { Check: { Type: "Succeed" } },
      },
      End: true,
    },
  },
};

describe("reading", () => {
  let tasks, server, browser, world;
  before(async () => {
    tasks = await Tasks.start();
    server = await Server.start(...tasks.bindings());
    world = await createWorld(server);
    world.machines.chain = await server.create("chain", chain(30));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    tasks?.stop();
  });

  /** Runs a test in a tab. */
  const read = (name, run, options) =>
    test(name, async () => {
      const tab = await Tab.open(browser, server, options);
      await run(tab.page, tab);
      tab.check();
      await tab.close();
    });

  const scale = async (page) => Number.parseInt(await page.locator("diagram-view output").innerText(), 10);

  read("a diagram of 60 states zooms, moves, and fills the screen", async (page, tab) => {
    await tab.goto(machineUrl("chain"));
    const diagram = page.locator("diagram-view");
    await page.getByRole("button", { name: "Whole" }).click();
    const whole = await scale(page);
    assert.ok(whole < 40, `${whole} %`);
    await page.getByRole("button", { name: "Width" }).click();
    assert.ok((await scale(page)) > whole);
    // The keyboard alone.
    await diagram.focus();
    const before = await scale(page);
    await page.keyboard.press("+");
    await until("it is larger", async () => (await scale(page)) > before);
    const first = page.locator('.state[data-state="Is it 0?"]');
    const box = () => first.boundingBox();
    const at = await box();
    await page.keyboard.press("ArrowDown");
    await until("it has moved", async () => (await box()).y < at.y);
    await page.keyboard.press("0");
    assert.equal(await scale(page), whole);
    // A drag moves it, and follows no link.
    const state = await box();
    await page.mouse.move(state.x + 3, state.y + 3);
    await page.mouse.down();
    await page.mouse.move(state.x + 60, state.y + 40, { steps: 4 });
    await page.mouse.up();
    const moved = await box();
    assert.ok(Math.abs(moved.x - state.x - 57) < 6, `${state.x} to ${moved.x}`);
    assert.ok(!page.url().includes("state="));
    // Ctrl and the wheel zoom; the wheel alone scrolls the page.
    await page.mouse.wheel(0, 10);
    assert.equal(await scale(page), whole);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -300);
    await page.keyboard.up("Control");
    await until("it is larger", async () => (await scale(page)) > whole);
    await page.getByRole("button", { name: "Full screen" }).click();
    await until("it fills the screen", () => page.evaluate(() => document.fullscreenElement?.matches("diagram-view")));
    await page.getByRole("button", { name: "Leave full screen" }).click();
    await until("it is in the page", () => page.evaluate(() => document.fullscreenElement === null));
    assert.deepEqual(await tab.violations(), []);
  });

  read("a click on a state shows its definition, also of one that was not entered", async (page, tab) => {
    await tab.goto(machineUrl("chain"));
    await page.locator(".picture a").filter({ hasText: "Handle 0" }).click();
    await page.locator("#state h2", { hasText: "Handle 0" }).waitFor();
    assert.match(await page.locator("#state pre").innerText(), /"Next": "Done"/);
    await tab.goto(executionUrl(world.executions["order-damaged"]));
    await page.locator(".picture a").filter({ hasText: "Reserve stock" }).click();
    await page.getByText("This state was not entered").waitFor();
  });

  read("the next state's page shows the diagram at the same place", async (page, tab) => {
    await tab.goto(machineUrl("chain"));
    await page.locator("diagram-view").focus();
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("+");
    const shown = await scale(page);
    await page.locator(".picture a").first().focus();
    await page.keyboard.press("Enter");
    await page.locator("#state h2").waitFor();
    assert.equal(await scale(page), shown);
  });

  read("a JSON text folds, is searched, and has paths to copy", async (page, tab) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await tab.goto(executionUrl(world.executions["order-damaged"], { view: "data" }));
    const view = page.locator("code-view").first();
    await view.locator(".row.opens").first().waitFor();
    const shown = () => view.locator(".row:visible").count();
    const all = await shown();
    await view.getByRole("button", { name: "Fold all", exact: true }).click();
    assert.ok((await shown()) < all);
    // A search opens what hides its first line.
    await view.getByRole("searchbox").fill("A-17");
    await view.locator(".row.hit:visible").waitFor();
    assert.equal(await view.locator(".row.hit").count(), 1);
    await view.getByRole("button", { name: "Copy path" }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "$.items[17].sku");
    // The keyboard alone.
    await view.getByRole("button", { name: "Unfold all" }).click();
    const tree = view.getByRole("tree");
    await tree.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowLeft");
    // The line of the closing brace stays.
    assert.equal(await view.locator(".row:visible").count(), 2);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("c");
    await until("the path of a member is copied", async () => /^\$\.\w+$/.test(await page.evaluate(() => navigator.clipboard.readText())));
    assert.deepEqual(await tab.violations(), []);
    // The text stays exact.
    await view.getByRole("button", { name: "Copy", exact: true }).click();
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    assert.equal(copied.items[17].sku, "A-17");
  });

  read("a cause that is JSON is indented, and numbers keep their digits", async (page, tab) => {
    await tab.goto(executionUrl(world.executions["nested-failed"]));
    const path = page.locator(".root-cause li");
    await path.filter({ hasText: "AccountClosed" }).waitFor();
    assert.match(await path.last().locator("pre").innerText(), /"account": 12345678901234567890/);
    await path.filter({ hasText: "Pay out" }).getByRole("link", { name: "Pay out" }).click();
    await page.getByRole("heading", { name: "Pay out" }).waitFor();
    await page.getByRole("navigation", { name: "Breadcrumbs" }).getByRole("link", { name: "started by nested-failed" }).click();
    await page.locator("#state h2", { hasText: "Settle" }).waitFor();
  });

  read("definition, policy and estimate have colours and fold", async (page, tab) => {
    for (const view of ["definition", "policy", "estimate"]) {
      await tab.goto(machineUrl("order-processing", view));
      await page.locator("code-view [class^=token-]").first().waitFor();
      if (view === "estimate") continue;
      const folding = page.locator("code-view .opens").nth(1);
      await folding.waitFor();
      await page.getByRole("button", { name: "Fold all", exact: true }).first().click();
      await until("it is folded", async () => (await folding.getAttribute("aria-expanded")) === "false" || (await page.locator(".folded").count()) > 0);
      assert.deepEqual(await tab.violations(), [], view);
    }
    await tab.goto(`${machineUrl("order-processing", "definition")}&format=yaml`);
    await page.locator("code-view .token-key").first().waitFor();
  });

  read(
    "times have the time of the person's zone and their age",
    async (page, tab) => {
      await tab.goto(executionUrl(world.executions["order-good"]));
      const time = page.locator(".facts time").first();
      await until("it has a local time", () => time.getAttribute("data-local"));
      const [utc, local] = await time.evaluate((time) => [time.dateTime, time.dataset.local]);
      const hours = (new Date(utc).getUTCHours() + 9) % 24;
      assert.match(local, new RegExp(`(^| )${String(hours).padStart(2, "0")}:\\d\\d:\\d\\d .*, \\d+ (second|minute)s? ago$`));
      const shown = await time.evaluate((time) => getComputedStyle(time, "::after").content);
      assert.ok(shown.includes("ago"), shown);
    },
    { timezoneId: "Asia/Tokyo" },
  );

  read("a failed execution is compared with the last one that succeeded, and with a selected one", async (page, tab) => {
    await tab.goto(executionUrl(world.executions["order-damaged"]));
    await page.getByRole("link", { name: "Compare", exact: true }).click();
    const path = page.locator("#path");
    await path.getByText("no further state").or(path.getByRole("link").first()).first().waitFor();
    await page.getByLabel("Compare with").fill("order-good");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByRole("heading", { name: "order-damaged and order-good" }).waitFor();
    await page.locator("#path").getByRole("link").first().click();
    await page.locator("#state h2").waitFor();
    await tab.goto(executionsUrl({ name: "order-" }));
    for (const name of ["order-good", "order-caught"]) await page.getByLabel(`Select ${name}`).check();
    await page.getByRole("button", { name: "Compare selected" }).click();
    await page.locator("#path", { hasText: "Offer an invoice" }).waitFor();
    assert.deepEqual(await tab.violations(), []);
  });

  read("an execution that ended in a Fail state starts again at its root cause", async (page, tab) => {
    await tab.goto(executionUrl(world.executions["nested-failed"]));
    await page.getByText("It ended in the Fail state Give up").waitFor();
    await page.getByRole("link", { name: "Start again from Settle" }).click();
    await page.getByRole("button", { name: "Start again from here" }).click();
    // The page before has an equal status.
    await page.waitForURL(({ searchParams }) => ![null, world.executions["nested-failed"]].includes(searchParams.get("arn")));
    await page.locator("h1 .status", { hasText: "Failed" }).waitFor();
  });

  read(
    "filters take times of the person's zone, and periods",
    async (page, tab) => {
      const filter = () => page.getByRole("button", { name: "Filter" }).click();
      const row = page.getByRole("row").filter({ hasText: "order-good" });
      await tab.goto(executionsUrl({ name: "order-good" }));
      const zone = page.getByLabel("Time zone");
      assert.equal(await zone.inputValue(), "Asia/Tokyo");
      await page.getByLabel("Started").selectOption("In the last 12 hours");
      await filter();
      await row.waitFor();
      const params = new URL(page.url()).searchParams;
      assert.deepEqual([params.get("started"), params.get("zone")], ["12h", "Asia/Tokyo"]);
      assert.deepEqual(await tab.violations(), []);
      const started = Date.parse(await row.locator("time").getAttribute("datetime"));
      const inTokyo = (minutes) => new Date(started + (9 * 60 + minutes) * 60_000).toISOString().slice(0, 16).replace("T", " ");
      await page.getByLabel("From", { exact: true }).fill(inTokyo(-1));
      await page.getByLabel("To", { exact: true }).fill(inTokyo(1));
      await filter();
      await row.waitFor();
      // The same texts are other times in UTC.
      assert.equal(await zone.inputValue(), "Asia/Tokyo");
      await zone.selectOption("UTC");
      await filter();
      await page.getByText("No execution passes these filters").waitFor();
      // A page with times in UTC does not change their zone.
      assert.equal(await zone.inputValue(), "UTC");
      assert.ok((await zone.innerText()).includes("Asia/Tokyo"));
    },
    { timezoneId: "Asia/Tokyo" },
  );

  read("the title has the status, also after it changes", async (page, tab) => {
    const arn = await server.start(world.machines.delivery, { order: "title" }, "titled");
    await server.writes(arn, "LambdaFunctionStarted");
    await tab.goto(executionUrl(arn));
    assert.match(await page.title(), /^Running · titled/);
    await server.call("StopExecution", { executionArn: arn });
    await until("the title has changed", async () => (await page.title()).startsWith("Aborted · titled"));
  });

  read("a live diagram keeps its place", async (page, tab) => {
    const arn = await server.start(world.machines.delivery, { order: "zoom-1" });
    await server.writes(arn, "LambdaFunctionStarted");
    await tab.goto(executionUrl(arn));
    await page.locator("diagram-view").focus();
    await page.keyboard.press("+");
    const shown = await scale(page);
    await tasks.release("zoom-1", { order: "zoom-2" });
    await page.locator("#state h2", { hasText: "Ship" }).waitFor();
    assert.equal(await scale(page), shown);
    await server.call("StopExecution", { executionArn: arn });
  });

  test("a row of a Map Run is two clicks away", async () => {
    // A server without a store retains only the newest children.
    const folder = mkdtempSync(path.join(tmpdir(), "console-"));
    const server = await Server.start("--store", path.join(folder, "rows.db"));
    const tab = await Tab.open(browser, server);
    const { page } = tab;
    const machine = await server.create("rows", rows);
    const arn = await server.start(machine, {}, "rows-1");
    await until("it has ended", async () => (await server.call("DescribeExecution", { executionArn: arn })).status === "SUCCEEDED", 240);
    const { mapRuns } = await server.call("ListMapRuns", { executionArn: arn });
    await tab.goto(`/console/map-run?${new URLSearchParams({ arn: mapRuns[0].mapRunArn })}`);
    const part = (name) => page.getByRole("navigation", { name, exact: true }).getByRole("link");
    const holding = async (links) => {
      for (const link of await links.all()) {
        const [from, to] = (await link.innerText()).split("–").map(Number);
        if (from <= 3417 && 3417 <= to) return link;
      }
      throw new Error("no page has the row");
    };
    await (await holding(part("Pages"))).click();
    // The links of the page that is left have the same names.
    await page.waitForURL(/[?&]from=/);
    await (await holding(part("Pages of this part"))).click();
    await page.getByRole("cell", { name: "3417", exact: true }).waitFor();
    await page.locator("tr", { hasText: "3417-end" }).waitFor();
    // The text filter finds a child, too.
    await page.getByLabel("From index").fill("0");
    await page.getByLabel("Text").fill("3417-end");
    await page.getByLabel("Text").press("Enter");
    await page.locator("tbody tr").filter({ hasText: "3417-end" }).getByRole("link").click();
    await page.getByRole("navigation", { name: "Breadcrumbs" }).getByRole("link", { name: "Map Run" }).click();
    await page.getByRole("heading", { name: "Map Run" }).waitFor();
    tab.check();
    await tab.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  read("a task that waits for a person is two clicks away", async (page, tab) => {
    await tab.goto("/console");
    await page.getByRole("link", { name: "Waiting for you" }).click();
    await page.getByRole("link", { name: "Answer Ask for approval of approval-open" }).click();
    // The form is open.
    const link = page.url();
    await page.locator("#answer").getByLabel("Output, as JSON").fill('{"approved": true}');
    assert.deepEqual(await tab.violations(), []);
    await page.locator("#answer").getByRole("button", { name: "Send success" }).click();
    await page.waitForURL((url) => !url.searchParams.has("answer"));
    await server.reaches(world.executions["approval-open"], "SUCCEEDED");
    // The list of another tab still has the link.
    await tab.goto(link);
    await page.getByRole("status").filter({ hasText: "does not wait for an answer any more" }).waitFor();
  });
});
