// The steps of `docs/tutorial/8-draw-a-workflow.md`, from an empty file to an execution.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { Studio, chooseTarget } from "./support/studio.mjs";

let browser, studio;
before(async () => {
  browser = await launch();
  studio = await Studio.start({ "order.asl.json": null });
});
after(async () => {
  await browser?.close();
  studio?.stop();
});

test("a newcomer builds the order workflow from an empty file", async () => {
  const page = await studio.open(browser);
  const form = page.page.locator("#panel-inspector");
  const named = (name) => page.until(`${name} is there`, async () => (await page.names()).includes(name));
  /** Inserts an item with the keyboard, after a click on a `+`. */
  const add = async (words, state) => {
    await page.page.locator("#search").fill(words);
    await page.page.keyboard.press("Enter");
    await named(state);
    await page.until(`the form is about ${state}`, async () => (await form.getByLabel("Name", { exact: true }).inputValue().catch(() => "")) === state);
  };
  const call = async (name, fn) => {
    await page.fill("Name", name);
    await named(name);
    if (!fn) return;
    await page.fill("Arguments", JSON.stringify({ FunctionName: fn, Payload: "{% $states.input %}" }));
    await page.until(`${name} calls ${fn}`, async () => (await page.text()).includes(`"${fn}"`));
  };

  await page.page.locator("#canvas").focus();
  await page.page.keyboard.press("a");
  await add("lambda invoke", "Invoke");
  await call("Validate", "validate-order");

  await page.plus("/States/Validate/End").click();
  await add("lambda invoke", "Invoke");
  await call("Charge", "charge-card");
  await form.getByRole("button", { name: "Add a Retrier" }).click();
  await page.page.locator("summary", { hasText: "Retrier 1" }).waitFor();
  await page.fill("MaxAttempts", "3");
  await page.fill("BackoffRate", "2");
  await page.until("the Retrier is complete", async () => (await page.definition()).States.Charge.Retry[0].BackoffRate === 2);

  await page.plus("/States/Charge/End").click();
  await add("approval", "Ask for approval");
  await named("Approved");

  await page.plus("/States/Approved/End").click();
  await add("parallel", "Parallel");
  await call("Fulfil");
  await page.plus("/States/Fulfil/Branches/0/StartAt").click();
  await add("lambda invoke", "Invoke");
  await call("Ship", "ship-order");
  await page.plus("/States/Fulfil/Branches/1/StartAt").click();
  await add("sns publish", "Publish");
  await call("Notify");

  await page.plus("/States/Fulfil/End").click();
  await add("lambda invoke", "Invoke");
  await call("Refund", "refund");
  await page.select("/States/Fulfil");
  await form.getByRole("button", { name: "Add a Catcher" }).click();
  await page.page.locator("summary", { hasText: "Catcher 1" }).waitFor();
  await chooseTarget(form.getByLabel("Continues with"), "Refund");
  await page.until("the Catcher leads to Refund", async () => (await page.definition()).States.Fulfil.Catch[0].Next === "Refund");
  await chooseTarget(form.getByLabel("Next state"), "(end)");
  await page.until("Fulfil ends", async () => (await page.definition()).States.Fulfil.End === true);

  await page.page.click("#tab-problems");
  const fix = page.page.getByRole("button", { name: "retry the transient errors three times" });
  while ((await fix.count()) > 0) {
    const count = await fix.count();
    await fix.first().click();
    await page.until("a problem is solved", async () => (await fix.count()) < count);
  }
  assert.equal(await page.page.textContent("#tab-problems"), "Problems", await page.page.textContent("#panel-problems"));
  await page.page.click("#tab-trial");
  await page.page.fill(
    "#trial-mocks",
    JSON.stringify({
      Validate: { Payload: { id: "o-1", total: 30 } },
      Charge: { Payload: { id: "o-1", paid: true } },
      "Ask for approval": { approved: true },
      Ship: { Payload: { parcel: "p-7" } },
      Notify: { Throw: { Error: "SNS.ThrottledException", Cause: "too many messages" } },
      Refund: { Payload: { refunded: true } },
    }),
  );
  await page.page.click("#run");
  await page.page.locator("#trial-outcome").getByText("SUCCEEDED", { exact: true }).waitFor();
  assert.match(await page.page.textContent("#trial-outcome"), /"refunded": true/);
  await page.save();
  execFileSync(process.env.STEPWRIGHT, ["validate", path.join(studio.folder, "order.asl.json")]);
  page.tab.check();
  await page.close();
});
