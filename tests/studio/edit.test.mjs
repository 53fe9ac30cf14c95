// Each operation, with the mouse and with the keyboard. Undo restores the text byte by byte.

import assert from "node:assert/strict";
import { unlinkSync } from "node:fs";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { NAMES, ORDERS } from "./support/definitions.mjs";
import { NEEDS_SERVER, startStudio } from "./support/startStudio.mjs";
import { chooseTarget } from "./support/studio.mjs";

let browser, studio, page;
before(async () => {
  browser = await launch();
  studio = await startStudio({ "orders.asl.jsonc": ORDERS });
});
after(async () => {
  await browser?.close();
  studio?.stop();
});
beforeEach(async () => {
  page = await studio.open(browser);
});
/** After each operation, undo restores the file as it was. */
afterEach(async () => {
  await page.page.locator("#canvas").focus();
  while (await page.canUndo()) {
    const before = await page.text();
    await page.page.keyboard.press("Control+z");
    await page.until("a step is undone", async () => (await page.text()) !== before);
  }
  assert.equal(await page.text(), ORDERS);
  assert.equal(await studio.read(), ORDERS);
  page.tab.check();
  await page.close();
});

const keys = async (...names) => {
  for (const name of names) await page.page.keyboard.press(name);
};
/** Selects a state with the keyboard: in the tree, whose first item is selected at the start. */
const choose = async (name) => {
  await page.page.locator("#tree").focus();
  await keys("Escape");
  for (let presses = 0; presses < 20; presses++) {
    await keys("ArrowDown");
    if ((await page.page.textContent("#selected")).startsWith(`${name},`)) return;
  }
  assert.fail(`the tree has no ${name}`);
};
const next = async (state) => (await page.definition()).States[state]?.Next;

describe("with the mouse", () => {
  test("a state is inserted by the + of a transition", async () => {
    await page.insert("/States/Charge/Next", "wait");
    await page.has(...NAMES, "Wait");
    assert.deepEqual([await next("Charge"), await next("Wait")], ["Wait", "Both"]);
    assert.match(await page.page.textContent("#selected"), /^Wait, Wait, next: Both/);
  });

  test("an item of the palette is dragged to a transition", async () => {
    const item = await page.page.locator('#palette [data-item="flow:Pass"]').boundingBox();
    const to = await page.plus("/StartAt").boundingBox();
    await page.drag([item.x + 20, item.y + 8], [to.x + 9, to.y + 9]);
    await page.has(...NAMES, "Pass");
    assert.equal((await page.definition()).StartAt, "Pass");
  });

  test("a pattern of several states is inserted, and its states lead to the target", async () => {
    await page.insert("/States/Charge/Next", "retry with fallback");
    await page.has(...NAMES, "Call service", "Use fallback");
    assert.deepEqual([await next("Charge"), await next("Call service"), await next("Use fallback")], ["Call service", "Both", "Both"]);
  });

  test("a state of an empty branch is inserted by its +", async () => {
    await page.insert("/States/Charge/Next", "map");
    await page.has(...NAMES, "Map");
    await page.insert("/States/Map/ItemProcessor/StartAt", "pass");
    await page.has(...NAMES, "Map", "Pass");
    assert.equal((await page.definition()).States.Map.ItemProcessor.StartAt, "Pass");
  });

  test("a state is removed, and its neighbours are connected", async () => {
    await page.select("/States/Both");
    await page.command("remove").click();
    await page.has("Charge", "Check", "Done", "Reject");
    assert.equal(await next("Charge"), "Done");
  });

  test("a state with several successors is removed after a question", async () => {
    await page.select("/States/Check");
    await page.command("remove").click();
    await page.page.locator("#choice").getByLabel("Continues with").selectOption("Charge");
    await page.page.getByRole("button", { name: "Remove", exact: true }).last().click();
    await page.until("it is gone", async () => (await page.definition()).StartAt === "Charge");
  });

  test("a state is duplicated after itself", async () => {
    await page.select("/States/Charge");
    await page.command("duplicate").click();
    await page.has(...NAMES, "Charge 2");
    assert.deepEqual([await next("Charge"), await next("Charge 2")], ["Charge 2", "Both"]);
  });

  test("a copy of a Choice or a Fail has a transition, and no copy is unreachable", async () => {
    const problems = () => page.page.textContent("#tab-problems");
    const before = await problems();
    await page.select("/States/Check");
    await page.command("duplicate").click();
    await page.has(...NAMES, "Check 2");
    const { StartAt, States } = await page.definition();
    assert.deepEqual([StartAt, States["Check 2"].Default, States.Check.Default], ["Check 2", "Check", "Reject"]);
    await page.select("/States/Reject");
    await page.command("duplicate").click();
    await page.has(...NAMES, "Check 2", "Reject 2");
    assert.equal(await problems(), before);
    await page.select("/States/Done");
    page.tab.expected = 422;
    await page.command("duplicate").click();
    await page.says("no transition could lead to a copy of Done");
    page.tab.expected = 200;
    page.tab.problems.length = 0;
    await page.has(...NAMES, "Check 2", "Reject 2");
  });

  test("the end of a transition is dragged to another state", async () => {
    await page.page.mouse.click(...(await page.point("/States/Check/Default", 0.85)));
    const handle = await page.page.locator("#canvas .handle").boundingBox();
    await page.drag([handle.x + 6, handle.y + 6], await page.centre("/States/Done"));
    await page.until("it leads to Done", async () => (await page.definition()).States.Check.Default === "Done");
  });

  test("an edit elsewhere leaves the picture as it is, also with a selected transition", async () => {
    await page.page.mouse.click(...(await page.point("/States/Check/Default", 0.85)));
    await page.page.locator("#canvas .handle").waitFor();
    const elements = () => page.page.$$eval("#canvas svg > g > *", (all) => all.length);
    const before = await elements();
    await page.page.click("#tab-code");
    await page.page.locator("#text").fill(`// note\n${ORDERS}`);
    await page.until("it is sent", async () => (await page.page.textContent("#saved")) === "not saved");
    assert.equal(await elements(), before);
    await page.has(...NAMES);
  });

  test("a state is dragged to another transition", async () => {
    await page.select("/States/Charge");
    await page.command("duplicate").click();
    await page.has(...NAMES, "Charge 2");
    const to = await page.plus("/States/Both/Next").boundingBox();
    await page.drag(await page.centre("/States/Charge 2"), [to.x + 9, to.y + 9]);
    await page.until("it is after Both", async () => (await next("Both")) === "Charge 2");
    assert.deepEqual([await next("Charge"), await next("Charge 2")], ["Both", "Done"]);
  });

  test("a state is dragged into a branch, and out of it again", async () => {
    await page.select("/States/Charge");
    await page.command("duplicate").click();
    await page.has(...NAMES, "Charge 2");
    await page.page.getByRole("button", { name: "Remove this Catcher" }).click();
    await page.until("it has no Catcher", async () => !("Catch" in (await page.definition()).States["Charge 2"]));
    let to = await page.plus("/States/Both/Branches/0/StartAt").boundingBox();
    await page.drag(await page.centre("/States/Charge 2"), [to.x + 9, to.y + 9]);
    await page.until("it is in the branch", async () => (await page.definition()).States.Both.Branches[0].StartAt === "Charge 2");
    assert.equal(await next("Charge"), "Both");
    assert.equal((await page.definition()).States.Both.Branches[0].States["Charge 2"].Next, "Pack");
    assert.match(await page.text(), /"FunctionName": "charge", {3}"Payload"/);
    to = await page.plus("/States/Both/Next").boundingBox();
    await page.drag(await page.centre("/States/Both/Branches/0/States/Charge 2"), [to.x + 9, to.y + 9]);
    await page.until("it is out again", async () => (await next("Both")) === "Charge 2");
  });

  test("states are extracted to a new file", NEEDS_SERVER, async () => {
    await page.select("/States/Charge");
    await page.command("extract").click();
    page.tab.expected = 422;
    await page.says("leads out of the group");
    page.tab.expected = 200;
    page.tab.problems.length = 0;
    await page.select("/States/Both");
    await page.command("extract").click();
    await page.has("Charge", "Check", "Done", "Reject", "Run Both");
    await page.says("both.asl.jsonc");
    const inner = JSON.parse(studio.read("both.asl.jsonc"));
    assert.deepEqual([inner.StartAt, inner.States.Both.Branches.length], ["Both", 2]);
    unlinkSync(path.join(studio.folder, "both.asl.jsonc"));
  });

  test("the states of a Parallel are folded by the handle in its head, and the file is as before", async () => {
    await page.select("/States/Charge");
    await page.page.locator('#canvas [data-pointer="/States/Both"] > .fold').click();
    await page.has("Both", "Charge", "Check", "Done", "Reject");
    assert.match(await page.state("/States/Both").locator(".kind").textContent(), /2 states/);
    await page.page.locator("#tree").getByText("Pack").click();
    await page.until("the folded state is marked", () => page.page.locator('#canvas .chosen[data-pointer="/States/Both"]').count());
    await page.page.locator('#canvas [data-pointer="/States/Both"] > .fold').click();
    await page.has(...NAMES);
    assert.equal(await page.text(), ORDERS);
  });

  test("several states are wrapped, and unwrapped", async () => {
    await page.select("/States/Both");
    await page.select("/States/Done", { modifiers: ["Shift"] }).catch(() => {});
    await page.page.keyboard.down("Shift");
    await page.page.mouse.click(...(await page.centre("/States/Done")));
    await page.page.keyboard.up("Shift");
    await page.select("/States/Both");
    await page.command("map").click();
    await page.has(...NAMES, "Map");
    await page.command("unwrap").click();
    await page.has(...NAMES);
    await page.command("parallel").click();
    await page.has(...NAMES, "Parallel");
  });

  test("the form changes fields, and refuses what is no number", async () => {
    await page.select("/States/Charge");
    await page.fill("Name", "Charge card");
    await page.has(...NAMES.filter((name) => name !== "Charge"), "Charge card");
    await page.page.getByRole("button", { name: "Add a Retrier" }).click();
    await page.page.getByText("Retrier 1").waitFor();
    const meanings = page.page.locator("details:not([open])", { hasText: "Fields of a Retrier" });
    assert.match(await meanings.textContent(), /MaxAttempts/);
    await page.fill("MaxAttempts", "five");
    page.tab.expected = 422;
    await page.says("no number");
    page.tab.expected = 200;
    page.tab.problems.length = 0;
    await page.fill("MaxAttempts", "5");
    await page.until("the field is set", async () => (await page.definition()).States["Charge card"].Retry?.[0].MaxAttempts === 5);
    await page.page.getByRole("button", { name: "Remove this Retrier" }).click();
    await page.until("the list is gone", async () => !("Retry" in (await page.definition()).States["Charge card"]));
  });

  test("the form adds and removes Choice rules and changes targets", async () => {
    await page.select("/States/Check");
    await page.page.getByRole("button", { name: "Add a rule" }).click();
    await page.page.locator("summary", { hasText: "Rule 2:" }).waitFor();
    const form = page.page.locator("#panel-inspector");
    await chooseTarget(form.getByLabel("Continues with").nth(1), "Done");
    await page.until("the rule leads to Done", async () => (await page.definition()).States.Check.Choices[1].Next === "Done");
    await chooseTarget(form.getByLabel("If no rule is true"), "Both");
    await page.until("the default is Both", async () => (await page.definition()).States.Check.Default === "Both");
    await form.getByRole("button", { name: "Remove this rule" }).first().click();
    await page.until("one rule is left", async () => (await page.definition()).States.Check.Choices.length === 1);
  });

  test("a state ends the execution, and leads on again", async () => {
    await page.select("/States/Both");
    const form = page.page.locator("#panel-inspector");
    await chooseTarget(form.getByLabel("Next state"), "(end)");
    await page.until("it ends", async () => (await page.definition()).States.Both.End === true);
    await chooseTarget(form.getByLabel("Next state"), "Done");
    await page.until("it leads to Done", async () => (await next("Both")) === "Done");
    await page.until("the form shows it", async () => (await form.getByLabel("Next state").inputValue()) === "Done");
  });

  test("the list of a transition has each state of the body once, when a person opens it", async () => {
    await page.select("/States/Both");
    const list = page.page.locator("#panel-inspector").getByLabel("Next state");
    const chosen = await list.inputValue();
    await list.click();
    await page.page.keyboard.press("Escape");
    const { States } = await page.definition();
    assert.deepEqual(await list.locator("option").allTextContents(), ["(end)", ...Object.keys(States)]);
    assert.deepEqual([chosen, await list.inputValue()], ["Done", "Done"]);
  });
});

describe("with the keyboard", () => {
  test("arrows follow the transitions", async () => {
    await page.page.locator("#canvas").focus();
    const selected = async () => (await page.page.textContent("#selected")).split(",")[0];
    const visited = [];
    for (const key of ["ArrowDown", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "ArrowUp"]) {
      await keys(key);
      visited.push(await selected());
    }
    assert.deepEqual(visited, ["Charge", "Reject", "Charge", "Both", "Pack", "Mail", "Pack", "Both", "Done", "Both"]);
  });

  test("A adds, / searches, Enter inserts", async () => {
    await choose("Charge");
    await keys("a");
    await page.page.keyboard.type("dynamodb putitem");
    await keys("Enter");
    await page.has(...NAMES, "Put item");
    assert.equal(await next("Charge"), "Put item");
    await page.page.locator("#canvas").focus();
    await keys("/");
    await page.page.keyboard.type("saga");
    await keys("Enter");
    await page.until("the saga is there", async () => (await page.names()).includes("Cancel reservation"));
  });

  test("Delete removes, Ctrl+D duplicates, F2 renames", async () => {
    await choose("Both");
    await keys("Delete");
    await page.has("Charge", "Check", "Done", "Reject");
    await choose("Charge");
    await keys("Control+d");
    await page.has("Charge", "Charge 2", "Check", "Done", "Reject");
    await keys("F2");
    // The form of the new state may still be on its way.
    await page.page.locator("[data-rename]:focus").waitFor();
    await page.page.keyboard.type("Ship");
    await keys("Enter");
    await page.has("Charge", "Check", "Done", "Reject", "Ship");
  });

  test("C connects and V moves", async () => {
    await choose("Check");
    await keys("c");
    await page.page.locator("#choice").getByLabel("Transition").selectOption({ label: "Check → Reject (default)" });
    await page.page.locator("#choice").getByLabel("Leads to").selectOption("Done");
    await page.page.getByRole("button", { name: "Connect", exact: true }).last().press("Enter");
    await page.until("it leads to Done", async () => (await page.definition()).States.Check.Default === "Done");
    await choose("Both");
    await keys("v");
    await page.page.locator("#choice").getByLabel("Transition").selectOption({ label: "start → Check" });
    await page.page.getByRole("button", { name: "Move", exact: true }).last().press("Enter");
    await page.until("it is first", async () => (await page.definition()).StartAt === "Both");
    assert.deepEqual([await next("Both"), await next("Charge")], ["Check", "Done"]);
  });

  test("B folds, and folded states stay folded after an edit", async () => {
    await choose("Both");
    await keys("b");
    await page.has("Both", "Charge", "Check", "Done", "Reject");
    await choose("Charge");
    await keys("Control+d");
    await page.has("Both", "Charge", "Charge 2", "Check", "Done", "Reject");
    await choose("Both");
    await keys("b");
    await page.has(...NAMES, "Charge 2");
  });

  test("Shift selects several states, which are wrapped and unwrapped", async () => {
    await choose("Charge");
    await page.page.locator("#canvas").focus();
    await keys("Shift+ArrowDown");
    await page.until("two are selected", async () => (await page.page.locator("#canvas .chosen").count()) === 2);
    await keys("ArrowDown");
    await choose("Both");
    await keys("p");
    await page.has(...NAMES, "Parallel");
    await keys("u");
    await page.has(...NAMES);
    await keys("m");
    await page.has(...NAMES, "Map");
  });

  test("Ctrl+Z undoes and Ctrl+Shift+Z repeats, over the picture and the text", async () => {
    await choose("Reject");
    await keys("Control+d");
    page.tab.problems.length = 0;
    await page.has(...NAMES, "Reject 2");
    await page.page.click("#tab-code");
    await page.page.locator("#text").focus();
    await keys("Control+Home");
    await page.page.keyboard.type("// note\n");
    await page.until("it is typed and sent", async () => (await page.page.locator("#saved").textContent()) === "not saved" && (await page.text()).startsWith("// note"));
    await keys("Control+z");
    await page.until("the typing is undone", async () => !(await page.text()).includes("// note"));
    await keys("Control+z");
    await page.has(...NAMES);
    await keys("Control+Shift+z");
    await page.has(...NAMES, "Reject 2");
  });
});

describe("the form with the keyboard", () => {
  /** Presses Tab until a field or button has the focus. */
  const tabTo = async (selector, text) => {
    for (let presses = 0; presses < 80; presses++) {
      await keys("Tab");
      const is = await page.page.evaluate(([own, part]) => document.activeElement.matches(own) && (!part || document.activeElement.closest("label, button").textContent.includes(part)), [selector, text]);
      if (is) return;
    }
    assert.fail(`Tab never leads to ${selector} ${text ?? ""}`);
  };

  test("a Choice rule is added, changed and removed", async () => {
    await choose("Check");
    await keys("F2");
    await tabTo("button", "Add a rule");
    await keys("Enter");
    await page.page.locator("summary", { hasText: "Rule 2:" }).waitFor();
    await page.page.locator("[data-rename]").focus();
    await tabTo('[data-field="/States/Check/Choices/1/Condition"]');
    await keys("Control+a");
    await page.page.keyboard.type("{% $states.input.total > 9 %}");
    await keys("Escape", "Tab");
    await page.until("the condition is set", async () => (await page.definition()).States.Check.Choices[1]?.Condition === "{% $states.input.total > 9 %}");
    await tabTo("button", "Remove this rule");
    await keys("Enter");
    await page.until("one rule is left", async () => (await page.definition()).States.Check.Choices.length === 1);
  });

  test("a form that arrives late leaves the focus on the button that the user has reached", NEEDS_SERVER, async () => {
    await choose("Check");
    await keys("F2");
    let arrive;
    const isLate = new Promise((done) => (arrive = done));
    await page.page.route("**/inspector*", (route) => isLate.then(() => route.continue()));
    const asked = page.page.waitForRequest("**/inspector*");
    await tabTo('[data-field="/States/Check/Choices/0/Condition"]');
    await keys("Control+a");
    await page.page.keyboard.type("{% $states.input.total > 3 %}");
    await keys("Escape", "Tab");
    await asked;
    await tabTo("button", "Add a rule");
    arrive();
    await page.page.locator("summary", { hasText: "total > 3" }).waitFor();
    assert.equal(await page.page.evaluate(() => document.activeElement.textContent), "Add a rule");
    await page.page.unroute("**/inspector*");
  });

  test("a Retrier is added, changed and removed", async () => {
    await choose("Charge");
    await keys("F2");
    await tabTo("button", "Add a Retrier");
    await keys("Enter");
    await page.page.getByText("Retrier 1").waitFor();
    await page.page.locator("[data-rename]").focus();
    await tabTo('[data-field="/States/Charge/Retry/0/MaxAttempts"]');
    await keys("Control+a");
    await page.page.keyboard.type("5");
    await keys("Tab");
    await page.until("the field is set", async () => (await page.definition()).States.Charge.Retry?.[0].MaxAttempts === 5);
    await tabTo("button", "Remove this Retrier");
    await keys("Enter");
    await page.until("the list is gone", async () => !("Retry" in (await page.definition()).States.Charge));
  });

  test("an expression is completed, and has its value while it is typed", async () => {
    await choose("Charge");
    await page.page.click("#tab-inspector");
    await page.fillTest("inputs", '{"price": 7}');
    await keys("F2");
    const field = page.page.locator('[data-field="/States/Charge/Output"]');
    await field.focus();
    await page.page.keyboard.type("{% $sta");
    const list = page.page.locator("#completions");
    await list.getByText("$states", { exact: false }).first().waitFor();
    await keys("Enter");
    await page.until("it is completed", async () => (await field.inputValue()).includes("$states"));
    await page.page.keyboard.type(".inp");
    await list.waitFor();
    await keys("Tab");
    await page.until("the member is completed", async () => (await field.inputValue()).startsWith("{% $states.input"));
    await page.page.keyboard.type(".price * 2 %}");
    await page.page.getByText("for this input: 14").waitFor();
    await keys("Tab");
    await page.until("the field is set", async () => (await page.definition()).States.Charge.Output === "{% $states.input.price * 2 %}");
  });
});

describe("code", () => {
  test("a name of a state is completed", async () => {
    await page.page.click("#tab-code");
    const at = ORDERS.indexOf('"Next": "Done"') + '"Next": "'.length;
    await page.page.locator("#text").evaluate((area, position) => {
      area.focus();
      area.setSelectionRange(position, position + 4);
    }, at);
    await page.page.keyboard.type("Re");
    await page.page.locator("#completions").getByText("Reject").waitFor();
    assert.equal(await page.page.locator("#text").getAttribute("aria-activedescendant"), "c0");
    await keys("Enter");
    await page.until("Both leads to Reject", async () => (await next("Both")) === "Reject");
  });

  test("typing redraws the picture, and the cursor selects its state", async () => {
    await page.page.click("#tab-code");
    const at = ORDERS.indexOf('"Done": {');
    await page.page.locator("#text").evaluate((area, position) => {
      area.focus();
      area.setSelectionRange(position, position);
    }, at);
    await page.page.keyboard.type('"Extra": {"Type": "Pass", "Next": "Done"},\n    ');
    // The server has not seen the text yet.
    await page.page.keyboard.press("ArrowRight");
    await page.has(...NAMES, "Extra");
    await page.until("Done is selected", async () => (await page.page.textContent("#selected")).startsWith("Done,"));
  });

  test("the fault of a broken text is marked", async () => {
    await page.page.click("#tab-code");
    await page.page.locator("#text").fill("{");
    await page.until("the fault is marked", async () => (await page.page.locator("#highlight .fault").count()) > 0);
    assert.match(await page.page.textContent("#panel-problems"), /the text ends here/);
  });

  test("lines have numbers, and those that are folded are not shown", async () => {
    await page.page.click("#tab-code");
    const area = page.page.locator("#text");
    const shown = () => area.inputValue();
    const numbers = () => page.page.$$eval("#numbers .row", (rows) => rows.map(({ textContent }) => textContent.trim()));
    const cursorAt = (text) =>
      area.evaluate((element, wanted) => {
        element.focus();
        element.setSelectionRange(...Array(2).fill(element.value.indexOf(wanted)));
      }, text);
    const fold = (name) => page.page.getByRole("button", { name, exact: true }).click();
    assert.deepEqual((await numbers()).slice(0, 6), ["1 ▾", "2", "3", "4", "5 ▾", "6"]);
    await fold("Fold states");
    const [before, inside] = [ORDERS.split("\n"), [8, 9, 10, 11, 12, 15, 16]];
    assert.equal(await shown(), before.filter((line, index) => !inside.includes(index + 1)).join("\n"));
    assert.deepEqual((await numbers()).slice(5, 10), ["6", "7 ▸", "13", "14 ▸", "17"]);
    assert.deepEqual(await page.tab.violations(), []);
    // A click at the number shows the lines of one state again.
    const box = await page.page.locator("#numbers .row").nth(6).boundingBox();
    await page.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    assert.ok((await shown()).includes('"FunctionName"') && !(await shown()).includes('"Pack"'));
    // What is typed next to folded lines is there in the file, and they stay folded.
    await cursorAt('], "Next": "Done"');
    await page.page.keyboard.press("ArrowUp");
    await page.page.keyboard.press("End");
    await page.page.keyboard.press("Enter");
    await page.page.keyboard.type("// branches");
    const typed = ORDERS.replace('"Branches": [\n', '"Branches": [\n// branches\n');
    await page.until("it is sent", async () => (await page.page.textContent("#saved")) === "not saved");
    assert.ok(!(await shown()).includes('"Pack"'));
    await fold("Unfold all");
    assert.equal(await shown(), typed);
    // A state that is selected in the picture is shown.
    await fold("Fold states");
    await page.select("/States/Both/Branches/1/States/Mail");
    await page.until("its line is shown", async () => (await shown()).includes('"Mail"'));
    // Fold toggles the lines around the cursor; an edit over folded lines contains them.
    await fold("Unfold all");
    await cursorAt('"FunctionName"');
    for (const isShown of [false, true, false]) {
      await fold("Fold lines");
      assert.equal((await shown()).includes('"FunctionName"'), isShown);
    }
    await area.evaluate((element) => {
      const start = element.value.indexOf('    "Charge": {');
      element.focus();
      element.setSelectionRange(start, element.value.indexOf('    "Both": {'));
    });
    await page.page.keyboard.press("Delete");
    await page.until("the state is gone", async () => (await page.page.textContent("#panel-problems")).includes("Charge"));
    await fold("Unfold all");
    const start = typed.indexOf('    "Charge": {');
    assert.equal(await shown(), typed.slice(0, start) + typed.slice(typed.indexOf('    "Both": {')));
  });

  test("a name is completed below folded lines, and the edit of another page is above them", NEEDS_SERVER, async () => {
    await page.page.click("#tab-code");
    const area = page.page.locator("#text");
    await page.page.getByRole("button", { name: "Fold states" }).click();
    await area.evaluate((element) => {
      element.focus();
      element.setSelectionRange(...[0, 4].map((more) => element.value.indexOf('"Next": "Done"') + '"Next": "'.length + more));
    });
    await page.page.keyboard.type("Re");
    await page.page.locator("#completions").getByText("Reject").waitFor();
    await keys("Enter");
    await page.until("Both leads to Reject", async () => !(await area.inputValue()).includes('"Pack"') && /Both, .*next: Reject/.test(await page.page.locator('[data-pointer="/States/Both"][role=treeitem]').getAttribute("aria-label")));
    await page.save();
    studio.write(studio.read().replace("The order workflow", "Orders of\n  // all shops"));
    await page.until("the page has the line", async () => (await area.inputValue()).includes("all shops"));
    assert.ok(!(await area.inputValue()).includes('"Pack"'));
    await page.page.getByRole("button", { name: "Unfold all" }).click();
    assert.equal(await area.inputValue(), studio.read());
    await page.page.locator("#canvas").focus();
    while (await page.canUndo()) await page.page.keyboard.press("Control+z").then(() => page.page.waitForTimeout(100));
    await page.save();
  });

  test("a fix is one click away", async () => {
    await page.page.click("#tab-code");
    await page.page.locator("#text").fill(ORDERS.replace('"Next": "Both"', '"Next": "Bohth"'));
    await page.page.click("#tab-problems");
    await page.page.getByRole("button", { name: "replace Bohth with Both" }).click();
    await page.until("it is fixed", async () => (await page.text()) === ORDERS);
  });
});

describe("tests in place", () => {
  test("a state is tested with a result, and with an error", async () => {
    await page.select("/States/Charge");
    await page.page.click("#tab-inspector");
    await page.fillTest("mocks", '{"Payload": {"id": 1}, "StatusCode": 200}');
    await page.page.click("#test");
    await page.page.getByText("SUCCEEDED").waitFor();
    await page.fillTest("mocks", '{"Throw": {"Error": "Declined", "Cause": "no money"}}');
    await page.page.click("#test");
    await page.page.getByText("CAUGHT_ERROR").waitFor();
    await page.page.getByText("Next state: Reject").waitFor();
  });

  test("the definition runs with mocks, and the picture has the statuses", async () => {
    await page.page.click("#tab-trial");
    await page.page.fill("#trial-input", '{"ok": true}');
    await page.page.fill("#trial-mocks", '{"Charge": {"Payload": 1}}');
    await page.page.click("#run");
    await page.page.locator("#trial-outcome").getByText("SUCCEEDED", { exact: true }).waitFor();
    assert.notEqual(await page.page.locator("#canvas .is-good, #canvas [class*=is-]").count(), 0);
    await page.page.click("#clear-run");
    await page.until("the statuses are gone", async () => (await page.page.locator("#canvas .badge").count()) === 0);
  });

  test("the form of a state has the values of the last run, and the next run uses those that are edited there", async () => {
    const form = page.page.locator("#panel-inspector");
    const value = (name) => form.locator(`[data-test=${name}]`).inputValue();
    const has = (name, text) => page.until(`${name} is ${text}`, async () => JSON.stringify(JSON.parse((await value(name)) || "null")) === text);
    const outcome = (text) => page.page.locator("#trial-outcome").getByText(text).first().waitFor();
    await choose("Check");
    await page.page.click("#tab-inspector");
    await page.fillTest("input", '{"ok": true, "total": 5}');
    await page.page.click("#run");
    await outcome("Rejected");
    await form.getByText("Last run: succeeded").waitFor();
    // Without a result of its own, the Task fails, and the Catcher leads on.
    await choose("Charge");
    await form.getByText("Studio.NoMock", { exact: true }).waitFor();
    await has("inputs", '{"ok":true,"total":5}');
    await page.fillTest("mocks", '{"Payload": {"id": 7}}');
    await page.page.click("#run");
    await outcome("SUCCEEDED");
    await form.getByText("Last run: succeeded").waitFor();
    await choose("Done");
    await has("inputs", '[{"Payload":{"id":7}},{"Payload":{"id":7}}]');
    await choose("Reject");
    await form.getByText("The last run did not reach this state.").waitFor();
    // An edited input is that of a test of the state, until it is empty.
    await choose("Charge");
    await page.fillTest("inputs", '{"total": 9}');
    await page.page.click("#test");
    await page.page.getByText("Next state: Both").waitFor();
    await page.page.locator("#trial-outcome summary").click();
    await outcome('"total": 9');
    await page.fillTest("inputs", "");
    await has("inputs", '{"ok":true,"total":5}');
    page.tab.check();
  });

  test("a wrong result is named, also that of another state, and starts no run", async () => {
    await choose("Check");
    await page.page.click("#tab-inspector");
    await page.fillTest("input", '{"ok": true}');
    await choose("Charge");
    const outcome = page.page.locator("#trial-outcome");
    await page.page.locator("[data-test=mocks]").fill('{"Payload": ');
    await page.page.click("#run");
    await outcome.getByText("the mock of Charge is no JSON").waitFor();
    await page.fillTest("mocks", '{"Payload": 1}');
    await page.page.click("#run");
    await outcome.getByText("SUCCEEDED", { exact: true }).waitFor();
    for (const [mocks, reason] of [
      ['{"Charge": 1, "Ship": 2}', "the mock of Ship: there is no Task, Parallel or Map with this name"],
      ['{"Charge": 1, "Both": {"Throw": 3}}', "the mock of Both: Throw is an object"],
      ['{"Charge": 1, "Both": {"a" 3}}', "the mock of Both is no JSON"],
    ]) {
      await page.page.click("#tab-trial");
      await page.page.fill("#trial-mocks", mocks);
      for (const button of ["#run", "#test"]) {
        await page.page.click(button);
        await outcome.getByText(reason).waitFor();
        await page.page.evaluate(() => (document.querySelector("#trial-outcome").textContent = ""));
      }
    }
    await page.page.click("#tab-inspector");
    await page.page.locator("#panel-inspector").getByText("the mock of Both is no JSON").waitFor();
    page.tab.problems.length = 0;
  });

  test("Test, Run and Step are at the same position in each panel, and their outcome is in view", async () => {
    const box = async (button) => JSON.stringify(await page.page.locator(button).boundingBox());
    const buttons = ["#test", "#run", "[data-debug=step]"];
    const before = await Promise.all(buttons.map(box));
    for (const panel of ["code", "problems", "trial", "reports", "inspector"]) {
      await page.page.click(`#tab-${panel}`);
      assert.deepEqual(await Promise.all(buttons.map(box)), before, panel);
    }
    for (const button of buttons) {
      await page.page.click(button);
      const outcome = page.page.locator("#trial-outcome .outcome");
      await outcome.waitFor();
      const { y, height } = await outcome.boundingBox();
      assert.ok(y >= 0 && y + height <= page.page.viewportSize().height, `${button}: ${y}`);
      await page.page.evaluate(() => (document.querySelector("#trial-outcome").textContent = ""));
    }
    assert.equal(await page.page.evaluate(() => scrollY), 0);
  });

  test("the definition is stepped through, with a breakpoint, an answer and a way back", async () => {
    await choose("Done");
    await page.page.locator("#canvas").focus();
    await keys("k");
    assert.equal(await page.page.locator('#canvas .breaks[data-pointer="/States/Done"]').count(), 1);
    await page.page.click("#tab-trial");
    await page.page.fill("#trial-input", '{"ok": true, "total": 5}');
    const outcome = page.page.locator("#trial-outcome");
    const at = (name) => page.page.locator(`#canvas .current[data-pointer="/States/${name}"]`).waitFor();
    const act = (name) => page.page.click(`[data-debug=${name}]`);
    await act("start");
    await outcome.getByText("before Check").waitFor();
    await at("Check");
    await act("step");
    await outcome.getByText("before Charge").waitFor();
    await act("step");
    await outcome.getByText("Charge calls arn:aws:states:::lambda:invoke").waitFor();
    assert.match(await outcome.textContent(), /"total":5/);
    await act("answer");
    await outcome.getByText("write the result of Charge in its form first").waitFor();
    page.tab.problems.length = 0;
    await page.page.click("#tab-inspector");
    await page.fillTest("mocks", '{"Throw": {"Error": "Declined"}}');
    await act("answer");
    await at("Reject");
    await act("back");
    await outcome.getByText("Charge calls").waitFor();
    await page.fillTest("mocks", '{"Payload": 1}');
    await act("answer");
    await at("Both");
    await act("into");
    await outcome.getByText("in Both").waitFor();
    await act("resume");
    await outcome.getByText("a breakpoint").waitFor();
    await at("Done");
    await act("resume");
    await outcome.getByText("SUCCEEDED").waitFor();
    // After the end, a step starts again.
    await act("step");
    await outcome.getByText("before Check").waitFor();
    await page.page.click("#clear-run");
    await page.until("the statuses are gone", async () => (await page.page.locator("#canvas .current, #canvas .badge").count()) === 0);
  });

  test("reports need no network", async () => {
    await page.page.click("#tab-reports");
    await page.page.click('[data-report="policy"]');
    await page.until("there is a policy", async () => (await page.page.textContent("#report")).includes("lambda:InvokeFunction"));
    await page.page.click('[data-report="estimate"]');
    await page.until("there is an estimate", async () => (await page.page.textContent("#report")).includes("transitions"));
    for (const kind of ["svg", "png"]) {
      const [download] = await Promise.all([page.page.waitForEvent("download"), page.page.click(`[data-export=${kind}]`)]);
      // The playground knows the name of the file.
      assert.match(download.suggestedFilename(), new RegExp(`^(state-machine|orders)\\.${kind}$`));
    }
  });
});
