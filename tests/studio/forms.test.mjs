// Forms of a hurried person: after undo, next to another tab, with keys while a field is edited. An edit changes what the form shows, or nothing.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { NEEDS_SERVER, startStudio } from "./support/startStudio.mjs";
import { EditorPage } from "./support/studio.mjs";

const rule = (name) => `{"Condition": "{% $states.input.${name} %}", "Next": "Done"}`;
const RULES = `{
  // The rules
  "QueryLanguage": "JSONata",
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Choice", "Choices": [
      ${rule("a")},
      ${rule("b")},
      ${rule("c")}
    ], "Default": "Done"},
    "Done": {"Type": "Succeed"}
  }
}
`;

let browser, studio, page, form;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  studio = await startStudio({ "rules.asl.jsonc": RULES });
  page = await studio.open(browser);
  form = page.page.locator("#panel-inspector");
  await page.select("/States/Check");
  await condition(0).waitFor();
});
afterEach(async () => {
  page.tab.problems.length = 0;
  await page.close();
  studio.stop();
});

const condition = (index, of = page) => of.page.locator(`#panel-inspector [data-field="/States/Check/Choices/${index}/Condition"]`);
const conditions = async () => (await page.definition()).States.Check.Choices.map(({ Condition }) => /input\.(\w+)/.exec(Condition)[1]).join("");
const set = async (field, name) => {
  await field.fill(`{% $states.input.${name} %}`);
  await field.press("Escape");
  await field.press("Tab");
};
const secondTab = async () => {
  const two = Object.assign(new EditorPage(), { tab: page.tab, page: await page.tab.context.newPage() });
  await two.page.goto(studio.address);
  await two.page.waitForFunction(() => document.querySelector("#tree [role=treeitem]"));
  await two.select("/States/Check");
  await condition(2, two).waitFor();
  return two;
};

test("after undo the form shows the rules of the text", async () => {
  await form.getByRole("button", { name: "Remove this rule" }).first().click();
  await page.until("a rule is gone", async () => (await conditions()) === "bc");
  await page.command("undo").click();
  await page.until("the form has three rules", async () => (await form.getByRole("button", { name: "Remove this rule" }).count()) === 3);
  await set(condition(0), "x");
  await page.until("the first rule is changed", async () => (await conditions()) === "xbc");
});

test("the form follows another tab, another program and the code", NEEDS_SERVER, async () => {
  const two = await secondTab();
  await two.page.locator("#panel-inspector").getByRole("button", { name: "Remove this rule" }).first().click();
  await page.until("the form has two rules", async () => (await form.getByRole("button", { name: "Remove this rule" }).count()) === 2);
  assert.match(await condition(0).inputValue(), /input\.b/);
  await page.save();
  studio.write(studio.read().replace("input.b", "input.other"));
  await page.until("the form has the text of the file", async () => (await condition(0).inputValue()).includes("input.other"));
  await page.page.click("#tab-code");
  const text = page.page.locator("#text");
  await text.fill((await text.inputValue()).replace("input.other", "input.typed"));
  await page.until("the picture has the text", async () => (await page.text()).includes("input.typed"));
  await page.page.click("#tab-inspector");
  await page.until("the form has the typed text", async () => (await condition(0).inputValue()).includes("input.typed"));
});

test("what was typed in a form of an old state changes nothing", NEEDS_SERVER, async () => {
  const two = await secondTab();
  page.tab.expected = 409;
  await condition(1).fill("{% $states.input.y %}");
  await two.page.locator("#panel-inspector").getByRole("button", { name: "Remove this rule" }).first().click();
  await page.until("the rule is gone here, too", async () => (await conditions()) === "bc");
  await condition(1).press("Escape");
  await condition(1).press("Tab");
  await page.says("repeat the edit");
  assert.equal(await conditions(), "bc");
  await page.until("the form is drawn again", async () => /input\.c/.test(await condition(1).inputValue()));
  await set(condition(1), "y");
  await page.until("the repeated edit is made", async () => (await conditions()) === "by");
});

test("two presses of Remove remove one rule", async () => {
  page.tab.expected = 409;
  await form
    .getByRole("button", { name: "Remove this rule" })
    .first()
    .evaluate((button) => {
      button.click();
      button.click();
    });
  await page.says("repeat the edit");
  assert.equal(await conditions(), "bc");
});

test("fields that are left one after the other are all set, however late the answers are", NEEDS_SERVER, async () => {
  const answers = [];
  await page.page.route("**/apply*", async (route) => {
    await new Promise((done) => answers.push(done));
    await route.continue();
  });
  const release = setInterval(() => answers.shift()?.(), 150);
  for (const [index, name] of ["x", "y", "z"].entries()) await set(condition(index), name);
  await page.until("all rules are changed", async () => (await conditions()) === "xyz");
  clearInterval(release);
  await page.page.unroute("**/apply*");
});

test("Ctrl+S in a field saves what was typed, and Ctrl+Z undoes it there", NEEDS_SERVER, async () => {
  await condition(0).fill("{% $states.input.saved %}");
  await page.page.keyboard.press("Control+s");
  await page.until("the file has the field", () => studio.read().includes("input.saved"));
  const saved = await page.text();
  await condition(2).focus();
  await page.page.keyboard.press("End");
  await page.page.keyboard.type(" ");
  await page.page.keyboard.press("Control+z");
  assert.equal(await condition(2).inputValue(), "{% $states.input.c %}");
  assert.equal(await page.text(), saved);
  await page.page.locator("#canvas").focus();
  await page.page.keyboard.press("Control+z");
  await page.until("the field is undone", async () => (await page.text()) === RULES);
  await page.until("the form shows it", async () => (await condition(0).inputValue()).includes("input.a"));
});

test("letters typed right after F2 are the new name, however late the form is", NEEDS_SERVER, async () => {
  await page.page.route("**/inspector*", async (route) => {
    await new Promise((done) => setTimeout(done, 400));
    await route.continue();
  });
  await page.page.locator("#canvas").focus();
  await page.page.keyboard.press("ArrowDown");
  await page.page.keyboard.press("F2");
  await page.page.keyboard.type("Kept/d");
  const name = form.locator("[data-rename]:focus");
  await name.waitFor();
  assert.equal(await name.inputValue(), "Kept/d");
  await page.page.unroute("**/inspector*");
  await name.press("Enter");
  await page.has("Check", "Kept/d");
});
