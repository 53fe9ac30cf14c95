// The parts of conditions in forms, in both query languages: each is added, changed, wrapped and removed, with its value for the input of the test.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { NEEDS_SERVER, startStudio } from "./support/startStudio.mjs";
import { EditorPage } from "./support/studio.mjs";

const text = (language, rule) => `{
  // The rules
  "QueryLanguage": "${language}",
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Choice", "Choices": [
      ${rule}
    ], "Default": "Done"},
    "Done": {"Type":   "Succeed"}
  }
}
`;
const JSONATA = text("JSONata", '{"Condition": "{% $states.input.a > 1  and ($states.input.b or $not($states.input.c = 3)) %}", "Next": "Done"}');
const JSONPATH = text("JSONPath", '{"Variable":   "$.a", "NumericGreaterThan": 1, "Next": "Done"}');

let browser, studio, page, form;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
const open = async (definition, options) => {
  studio = await startStudio({ "rules.asl.jsonc": definition });
  page = await studio.open(browser, options);
  form = page.page.locator("#panel-inspector");
  await page.select("/States/Check");
  await part().waitFor();
};
afterEach(async () => {
  page.tab.problems.length = 0;
  await page.close();
  studio.stop();
});

/** The part with this number, such as "2.1"; without one, the whole condition of the first rule. */
const part = (number) => form.getByRole("group", { name: number ? `Part ${number}` : "Whole condition", exact: true });
const bar = (number) => part(number).locator("> .commands");
const press = (number, name) => bar(number).getByRole("button", { name, exact: true }).click();
const value = (number) => bar(number).locator(".value").textContent();
const rule = async () => (await page.definition()).States.Check.Choices[0];
const condition = async () => (await rule()).Condition;
const is = async (read, wanted) => {
  const isWanted = async () => JSON.stringify(await read()) === JSON.stringify(wanted);
  await page.until(`it is ${JSON.stringify(wanted)}`, isWanted);
  // The form follows the text.
  const whole = form.locator('[data-field="/States/Check"]');
  await page.until("the form has it", async () => JSON.stringify(JSON.parse(await whole.inputValue()).Choices[0]) === JSON.stringify(await rule()));
};
const has = (number, wanted) => page.until(`part ${number} is ${wanted}`, async () => (await value(number)) === wanted);

test("an expression is built of parts, which have values", async () => {
  await open(JSONATA);
  await page.fillTest("input", '{"a": 2, "c": 3}');
  for (const [number, wanted] of [["", "false"], ["1", "true"], ["2", "false"], ["2.1", "missing"], ["2.2", "false"], ["2.2.1", "true"]]) await has(number, wanted);
  assert.deepEqual(await page.tab.violations(), []);
  const expression = (number) => part(number).locator("> label textarea");
  await expression("2.2.1").fill("$states.input.c = 4 or false");
  await expression("2.2.1").press("Escape");
  await expression("2.2.1").press("Tab");
  await is(condition, "{% $states.input.a > 1  and ($states.input.b or $not($states.input.c = 4 or false)) %}");
  await has("2.2", "true");
  await has("", "true");
  await press("1", "Or");
  await is(condition, "{% ($states.input.a > 1 or $states.input.value = true)  and ($states.input.b or $not($states.input.c = 4 or false)) %}");
  await bar("2").getByLabel("How the parts are combined").selectOption("all are true (and)");
  await is(condition, "{% ($states.input.a > 1 or $states.input.value = true)  and ($states.input.b and $not($states.input.c = 4 or false)) %}");
  await press("2.1", "Remove");
  await is(condition, "{% ($states.input.a > 1 or $states.input.value = true)  and $not($states.input.c = 4 or false) %}");
  await press("2", "End not");
  await is(condition, "{% ($states.input.a > 1 or $states.input.value = true)  and ($states.input.c = 4 or false) %}");
  await press("", "Not");
  await is(condition, "{% $not(($states.input.a > 1 or $states.input.value = true)  and ($states.input.c = 4 or false)) %}");
  // What is no expression is refused, and can be corrected.
  page.tab.expected = 422;
  await expression("1.1.1").fill("$states.input.a >");
  await expression("1.1.1").press("Escape");
  await expression("1.1.1").press("Tab");
  await page.says("S0207");
  assert.equal(await expression("1.1.1").inputValue(), "$states.input.a >");
  page.tab.expected = 200;
  // Only the expression has changed, and undo restores it.
  assert.equal((await page.text()).replace(/"\{%.*%\}"/, ""), JSONATA.replace(/"\{%.*%\}"/, ""));
  await page.page.locator("#canvas").focus();
  while (await page.canUndo()) {
    const now = await page.text();
    await page.page.keyboard.press("Control+z");
    await page.until("a step is undone", async () => (await page.text()) !== now);
  }
  assert.equal(await page.text(), JSONATA);
});

test("a name in a part is completed", async () => {
  await open(JSONATA);
  const field = part("1").locator("> label textarea");
  await field.fill("");
  await field.pressSequentially("$sta");
  await page.page.locator("#completions").getByText("$states").first().waitFor();
  await page.page.keyboard.press("Enter");
  await page.until("it is completed", async () => (await field.inputValue()).startsWith("$states"));
  await page.page.keyboard.type(".input.x = 1");
  await page.page.keyboard.press("Escape");
  await page.page.keyboard.press("Tab");
  await is(condition, "{% $states.input.x = 1  and ($states.input.b or $not($states.input.c = 3)) %}");
});

test("comparisons of JSONPath are combined and negated, also in depth", async () => {
  await open(JSONPATH);
  await page.fillTest("input", '{"a": 2}');
  await has("", "true");
  const [one, new_] = [{ Variable: "$.a", NumericGreaterThan: 1 }, { Variable: "$.value", BooleanEquals: true }];
  await press("", "And");
  await is(rule, { And: [one, new_], Next: "Done" });
  assert.ok((await page.text()).includes('{"Variable":   "$.a", "NumericGreaterThan": 1}'), "the part has its bytes");
  await has("2", "missing");
  await press("2", "Not");
  await is(rule, { And: [one, { Not: new_ }], Next: "Done" });
  await press("2.1", "Or");
  await is(rule, { And: [one, { Not: { Or: [new_, new_] } }], Next: "Done" });
  const variable = part("2.1.2").getByLabel("Variable");
  await variable.fill("$.a");
  await variable.press("Tab");
  await is(rule, { And: [one, { Not: { Or: [new_, { Variable: "$.a", BooleanEquals: true }] } }], Next: "Done" });
  await part("2.1.2").getByLabel("Operator").selectOption("IsPresent");
  await is(rule, { And: [one, { Not: { Or: [new_, { Variable: "$.a", IsPresent: true }] } }], Next: "Done" });
  await has("2.1.2", "true");
  await bar("2.1").getByLabel("How the parts are combined").selectOption("all are true (and)");
  await is(rule, { And: [one, { Not: { And: [new_, { Variable: "$.a", IsPresent: true }] } }], Next: "Done" });
  await press("2.1.1", "Remove");
  await is(rule, { And: [one, { Not: { Variable: "$.a", IsPresent: true } }], Next: "Done" });
  assert.deepEqual(await page.tab.violations(), []);
  await press("2", "Remove");
  await page.until("the text is as before", async () => (await page.text()) === JSONPATH);
});

test("a part of an old form changes nothing", NEEDS_SERVER, async () => {
  await open(JSONATA);
  const two = Object.assign(new EditorPage(), { tab: page.tab, page: await page.tab.context.newPage() });
  await two.page.goto(studio.address);
  await two.page.waitForFunction(() => document.querySelector("#tree [role=treeitem]"));
  await two.select("/States/Check");
  const field = part("1").locator("> label textarea");
  await field.fill("$states.input.x");
  await two.page.locator("#panel-inspector").getByRole("group", { name: "Part 1", exact: true }).getByRole("button", { name: "Remove", exact: true }).click();
  const removed = "{% $states.input.b or $not($states.input.c = 3) %}";
  await page.until("the part is removed", async () => (await condition()) === removed);
  page.tab.expected = 409;
  await field.press("Escape");
  await field.press("Tab");
  await page.says("repeat the edit");
  assert.equal(await condition(), removed);
});

test("what was typed in the whole condition does not undo what was set in a part", NEEDS_SERVER, async () => {
  await open(JSONATA);
  page.tab.expected = 409;
  const whole = form.locator('[data-field="/States/Check/Choices/0/Condition"]');
  // The answers are late, so the whole condition is typed from its old text.
  let release;
  const isLate = new Promise((done) => (release = done));
  await page.page.route("**/apply*", (route) => isLate.then(() => route.continue()));
  const field = part("1").locator("> label textarea");
  await field.fill("$states.input.x");
  await field.press("Escape");
  await field.press("Tab");
  await whole.fill((await whole.inputValue()).replace("input.c", "input.d"));
  release();
  await page.until("the part is set", async () => (await condition()).includes("input.x"));
  await whole.press("Escape");
  await whole.press("Tab");
  await page.says("repeat the edit");
  assert.equal(await condition(), "{% $states.input.x  and ($states.input.b or $not($states.input.c = 3)) %}");
  await page.page.unroute("**/apply*");
});

test("two fields of parts are set one after the other, and the form fits 320 pixels", async () => {
  await open(JSONATA, { viewport: { width: 320, height: 800 } });
  for (const [number, name] of [["1", "x"], ["2.1", "y"], ["2.2.1", "z"]]) {
    const field = part(number).locator("> label textarea");
    await field.fill(`$states.input.${name}`);
    await field.press("Escape");
    await field.press("Tab");
  }
  await is(condition, "{% $states.input.x  and ($states.input.y or $not($states.input.z)) %}");
  assert.equal(await page.tab.overflow(), null);
  assert.deepEqual(await page.tab.violations(), []);
});
