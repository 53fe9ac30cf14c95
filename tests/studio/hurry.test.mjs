// A person in a hurry: the next key before the answer to the last one, fields that are left with a wrong value, and another tab meanwhile.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { NAMES, ORDERS } from "./support/definitions.mjs";
import { Studio } from "./support/studio.mjs";

const CHAIN = `{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "B"},
    "B": {"Type": "Pass", "Next": "C"},
    "C": {"Type": "Pass", "Next": "D"},
    "D": {"Type": "Pass", "End": true}
  }
}
`;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A test with the page of a file. */
const hurried = (name, text, act) =>
  test(name, async () => {
    const studio = await Studio.start({ "orders.asl.jsonc": text });
    try {
      const page = await studio.open(browser);
      await act(page, studio);
      page.tab.problems.length = 0;
      await page.close();
    } finally {
      studio.stop();
    }
  });

const field = (page, name) => page.page.locator(`[data-field="${name}"]`);
const focused = (page) => page.page.evaluate(() => document.activeElement.id);

hurried("Ctrl+S right after Enter in the palette saves the new state", ORDERS, async (page, studio) => {
  for (const item of ["wait", "pass", "succeed"]) {
    await page.page.locator("#canvas").focus();
    await page.page.keyboard.press("a");
    await page.page.keyboard.type(item);
    await page.page.keyboard.press("Enter");
    await page.page.keyboard.press("Control+s");
    await page.until(`${item} is in the file`, () => studio.read().toLowerCase().includes(`"type": "${item}"`));
    await page.until("the page knows it", async () => (await page.page.textContent("#saved")) === "saved");
  }
  await page.page.fill("#search", "no such words");
  await page.page.keyboard.press("Enter");
  await page.says("no item with these words");
});

hurried("Ctrl+F finds a state from each place but the text", ORDERS, async (page) => {
  for (const from of ["body", "#search", '[data-field$="/Comment"]']) {
    await page.page.evaluate(() => document.activeElement.blur());
    if (from !== "body") await page.page.locator(from).first().focus();
    await page.page.keyboard.press("Control+f");
    assert.equal(await focused(page), "find", from);
  }
  await page.page.keyboard.type("mail");
  await page.page.keyboard.press("Enter");
  await page.until("the state is selected", async () => (await page.page.textContent("#selected")).includes("Mail"));
  await page.page.click("#tab-code");
  await page.page.locator("#text").focus();
  await page.page.keyboard.press("Control+f");
  assert.equal(await focused(page), "text");
});

hurried("a wrong value is marked and named, comes again with its state, and is never called saved", ORDERS, async (page, studio) => {
  await page.select("/States/Charge");
  const own = field(page, "/States/Charge/Arguments");
  const right = await own.inputValue();
  await own.fill(`${right} oops`);
  await page.page.keyboard.press("Control+s");
  await page.says("Arguments");
  await page.says("Charge");
  await page.says("this is no JSON");
  assert.equal(await own.getAttribute("aria-invalid"), "true");
  assert.equal(await page.page.textContent("#saved"), "not saved");
  assert.equal(studio.read(), ORDERS);
  await page.select("/States/Done");
  await field(page, "/States/Done/Comment").waitFor();
  await page.select("/States/Charge");
  await own.waitFor();
  await page.until("the text is there again", async () => (await own.inputValue()) === `${right} oops`);
  assert.equal(await own.getAttribute("aria-invalid"), "true");
  await page.page.click("#tab-trial");
  await page.page.getByRole("button", { name: "Run", exact: true }).click();
  await page.until("no run starts", async () => (await page.page.textContent("#trial-outcome")).includes("this is no JSON"));
  await page.page.click("#tab-inspector");
  await own.fill(right);
  await own.blur();
  await page.until("the field is right", async () => (await own.getAttribute("aria-invalid")) !== "true");
  assert.equal(await page.page.textContent("#saved"), "saved");
  // A wrong value of a state that is gone is not in the way.
  await own.fill("oops");
  await own.blur();
  await page.until("it is not saved", async () => (await page.page.textContent("#saved")) === "not saved");
  await page.page.locator("#canvas").focus();
  await page.page.keyboard.press("Delete");
  await page.has(...NAMES.filter((name) => name !== "Charge"));
  await page.save();
});

hurried("a wrong mock starts no run until it is corrected, also from another state", ORDERS, async (page) => {
  await page.select("/States/Charge");
  await page.fillTest("mocks", '{"Payload": 1}');
  const mock = page.page.locator("[data-test=mocks]");
  await mock.fill('{"Payload": ');
  await page.select("/States/Done");
  await page.says("the mock of Charge is no JSON");
  await field(page, "/States/Done/Comment").waitFor();
  await page.page.click("#tab-trial");
  await page.page.getByRole("button", { name: "Run", exact: true }).click();
  await page.until("no run starts", async () => (await page.page.textContent("#trial-outcome")).includes("the mock of Charge is no JSON"));
  await page.page.click("#tab-inspector");
  await page.select("/States/Charge");
  await page.until("the text is there again", async () => (await mock.inputValue()) === '{"Payload": ');
  await page.fillTest("mocks", '{"Payload": 2}');
  await page.page.getByRole("button", { name: "Run", exact: true }).click();
  await page.until("a run starts", async () => !(await page.page.textContent("#trial-outcome")).includes("no JSON"));
});

hurried("the form follows a state that another tab renames", ORDERS, async (page, studio) => {
  await page.select("/States/Charge");
  const other = await studio.open(browser);
  await other.select("/States/Charge");
  await other.page.locator("[data-rename]").waitFor();
  await other.fill("Name", "Pay");
  await page.has(...NAMES.filter((name) => name !== "Charge"), "Pay");
  await field(page, "/States/Pay/Comment").waitFor();
  await page.fill("Comment", "with a card");
  await page.until("the new name has it", async () => (await page.definition()).States.Pay.Comment === "with a card");
  await other.close();
});

hurried("several states move to an end, and all states are removed at once", CHAIN, async (page) => {
  await page.select("/States/A");
  await page.page.keyboard.down("Control");
  await page.select("/States/B");
  await page.page.keyboard.up("Control");
  await page.command("move").click();
  await page.page.locator("#choice select").selectOption({ label: "D → end" });
  await page.page.locator("#choice").getByRole("button", { name: "Move" }).click();
  const chain = async () => {
    const { StartAt, States } = await page.definition();
    const names = [StartAt];
    while (States[names.at(-1)]?.Next) names.push(States[names.at(-1)].Next);
    return names.join("");
  };
  await page.until("they are moved", async () => (await chain()) === "CDAB");
  // The next key is for the canvas.
  assert.equal(await focused(page), "canvas");
  await page.page.keyboard.press("Control+a");
  await page.page.keyboard.press("Delete");
  await page.until("the canvas is empty", async () => (await page.names()).length === 0);
  assert.deepEqual((await page.definition()).States, {});
  await page.page.keyboard.press("Control+z");
  await page.has("A", "B", "C", "D");
});

hurried("the buttons of a run keep their height, and its outcome is in view", ORDERS, async (page) => {
  const height = () => page.page.getByRole("button", { name: "Run", exact: true }).evaluate((button) => button.getBoundingClientRect().height);
  const first = await height();
  await page.page.getByRole("button", { name: "Run", exact: true }).click();
  await page.until("there is an outcome", async () => (await page.page.textContent("#trial-outcome")).length > 3);
  assert.equal(await height(), first);
  const box = await page.page.locator("#trial-outcome").boundingBox();
  assert.ok(box.y + 40 < 900, `the outcome is at ${box.y}`);
});

hurried("a line that is typed before a similar one stays a line when another tab removes that", ORDERS.replace('"Branches": [', '"Branches": [\n    // t4643t'), async (page, studio) => {
  const other = await studio.open(browser);
  await page.page.click("#tab-code");
  // The edit arrives after that of the other tab.
  let release;
  const isReleased = new Promise((done) => (release = done));
  await page.page.route(/apply/, async (route) => {
    await isReleased;
    await route.continue();
  });
  await page.page.locator("#text").evaluate((area) => {
    const at = area.value.indexOf("    // t4643t");
    area.focus();
    area.setSelectionRange(at, at);
    document.execCommand("insertText", false, "    // t4662t\n");
  });
  await other.select("/States/Both");
  await other.page.keyboard.press("Delete");
  await other.until("it is removed", async () => !(await other.text()).includes('"Both": {'));
  release();
  await page.until("both edits are there", async () => (await other.text()).includes("// t4662t"));
  const text = await other.text();
  assert.ok(text.split("\n").some((line) => line.trim() === "// t4662t"), text);
  assert.deepEqual(Object.keys((await other.definition()).States), ["Check", "Charge", "Done", "Reject"]);
  await other.close();
});
