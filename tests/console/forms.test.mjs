// The forms that are made from the types of a workflow in Rust: the example `review` of stepwright-server.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { IS_SHORT, keyboard, launch, mouse, Tab } from "./support/browser.mjs";
import { executionUrl, machineUrl } from "./support/pages.mjs";
import { Server } from "./support/server.mjs";

const PEOPLE = IS_SHORT
  ? [{ person: keyboard, script: true }]
  : [
      { person: mouse, script: true },
      { person: keyboard, script: true },
      { person: mouse, script: false },
    ];
const MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Review";
const ADDRESS = { street: "Main St 1", city: "Zurich" };
const ORDER = { orderId: "o-1", total: 12.5, copies: 2, isGift: true, shipping: "Express", address: ADDRESS, tags: ["a"] };

describe("forms", async () => {
  let server, browser;
  before(async () => {
    server = await Server.startExample();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const { person, script } of PEOPLE) {
    const form = (name, run) =>
      test(`${name} ${person.name}${script ? "" : ", without JavaScript"}`, { timeout: 60_000 }, async (context) => {
        if (!server) return context.skip("`cargo build -p stepwright-server --features console --example review` builds the example");
        const tab = await Tab.open(browser, server, { javaScriptEnabled: script });
        try {
          await run(tab.page, tab);
          tab.check();
        } finally {
          await tab.close();
        }
      });
    const button = (page, name) => page.getByRole("button", { name, exact: true });
    const waiting = async () => {
      const arn = await server.start(MACHINE, ORDER);
      await server.writes(arn, "TaskSubmitted");
      return arn;
    };

    form("start an execution with fields", async (page, tab) => {
      await tab.goto(machineUrl("Review"));
      // The second form has the same values in one field, as JSON.
      const fields = page.locator("form[action='/console/start']").first();
      assert.equal(await fields.getByLabel("copies").inputValue(), "1");
      await person.fill(fields.getByLabel("orderId"), "o-1");
      await person.fill(fields.getByLabel("total"), "12.5");
      await person.check(fields.getByLabel("isGift"));
      if (person === keyboard) await person.fill(fields.getByLabel("shipping"), "Express");
      else await fields.getByLabel("shipping").selectOption("Express");
      await person.fill(fields.getByLabel("street").first(), "Main St 1");
      await person.fill(fields.getByLabel("city").first(), "Zurich");
      // The fields of an optional object appear with it.
      assert.equal(await fields.getByLabel("city").nth(1).isVisible(), false);
      await person.check(fields.getByLabel("billing"));
      await person.fill(fields.getByLabel("street").nth(1), "Side St 2");
      await person.fill(fields.getByLabel("city").nth(1), "Bern");
      await person.fill(fields.getByLabel("tags"), '["a"]');
      if (script) assert.deepEqual(await tab.violations(), []);
      assert.equal(await tab.overflow(), null);
      await person.press(button(page, "Start").first());
      await page.waitForURL(/\/console\/execution\?/);
      const arn = new URL(page.url()).searchParams.get("arn");
      const described = await server.call("DescribeExecution", { executionArn: arn });
      const billing = { street: "Side St 2", city: "Bern" };
      assert.deepEqual(JSON.parse(described.input), { ...ORDER, copies: 1, billing });
    });

    form("start an execution with an earlier input", async (page, tab) => {
      await waiting();
      await tab.goto(machineUrl("Review"));
      await person.press(page.getByRole("link", { name: "Choose an earlier input" }));
      await page.waitForURL(/tab=inputs/);
      if (script) assert.deepEqual(await tab.violations(), []);
      await person.press(page.locator("section", { hasText: '"Express"' }).getByRole("link", { name: "Use this input" }).first());
      await page.waitForURL(/input_of=/);
      assert.equal(await page.getByLabel("street").first().inputValue(), ADDRESS.street);
      await person.press(button(page, "Start").first());
      await page.waitForURL(/\/console\/execution\?/);
    });

    form("answer a task token with fields", async (page, tab) => {
      const arn = await waiting();
      await tab.goto(executionUrl(arn));
      await person.press(page.locator("summary", { hasText: "Answer" }).first());
      if (person === keyboard) {
        // Tab reaches the chosen button of a group, and the arrows choose another one.
        await person.check(page.getByLabel("approved"));
        await page.keyboard.press("ArrowDown");
      } else {
        await page.getByLabel("rejected").check();
      }
      await person.fill(page.getByLabel("by").last(), "Ada");
      await person.fill(page.getByLabel("reason"), "too expensive");
      if (script) assert.deepEqual(await tab.violations(), []);
      await person.press(button(page, "Send success"));
      await page.locator("h1 .status", { hasText: "Succeeded" }).waitFor();
      const described = await server.reaches(arn, "SUCCEEDED");
      assert.deepEqual(JSON.parse(described.output), { decision: "rejected", by: "Ada", reason: "too expensive" });
    });

    form("fail a task token whose fields are empty", async (page, tab) => {
      const arn = await waiting();
      await tab.goto(executionUrl(arn));
      await person.press(page.locator("summary", { hasText: "Answer" }).first());
      await person.fill(page.locator("form[action='/console/answer']").getByLabel("Error"), "Refused");
      await person.press(button(page, "Send failure"));
      await page.locator("h1 .status", { hasText: "Failed" }).waitFor();
      const described = await server.reaches(arn, "FAILED");
      assert.equal(described.error, "Refused");
    });
  }
});
