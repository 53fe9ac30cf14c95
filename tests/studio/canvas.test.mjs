// The canvas of a first user: an empty file, drops next to a transition, small targets, and marks that do not look alike.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { NAMES, ORDERS, large } from "./support/definitions.mjs";
import { NEEDS_SERVER, startStudio } from "./support/startStudio.mjs";

/** A Choice whose rules and default lead to the same state, and a warning in the same line as an error. */
const RULES = `{
  "QueryLanguage": "JSONata",
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Choice", "Choices": [
      {"Condition": "{% $states.input.a %}", "Next": "Done"},
      {"Condition": "{% $states.input.b %}", "Next": "Done"}
    ], "Default": "Done"},
    "Done": {"Type": "Succeed"}
  }
}
`;

let browser, studio, page;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
afterEach(async () => {
  page?.tab.check();
  await page?.close();
  studio?.stop();
  page = studio = undefined;
});
const open = async (text) => {
  studio = await startStudio({ "a.asl.jsonc": text });
  page = await studio.open(browser);
};
const item = async (id) => {
  await page.page.fill("#search", "");
  const box = await page.page.locator(`#palette [data-item="${id}"]`).boundingBox();
  return [box.x + 20, box.y + 8];
};
const canvas = () => page.page.locator("#canvas").boundingBox();

test("the first item is dropped anywhere on an empty canvas, which has a hint", NEEDS_SERVER, async () => {
  await open(null);
  const hint = page.page.locator("#hint");
  await hint.waitFor({ state: "visible" });
  assert.deepEqual(await page.tab.violations(), []);
  const box = await canvas();
  await page.drag(await item("flow:Pass"), [box.x + box.width * 0.8, box.y + box.height * 0.7]);
  await page.has("Pass");
  assert.equal((await page.definition()).StartAt, "Pass");
  await hint.waitFor({ state: "hidden" });
});

test("a dragged item marks the nearest transition, and is inserted there; no text is selected", async () => {
  await open(ORDERS);
  const to = await page.plus("/States/Both/Next").boundingBox();
  await page.page.mouse.move(...(await item("flow:Wait")));
  await page.page.mouse.down();
  await page.page.mouse.move(to.x + 40, to.y + 5, { steps: 8 });
  assert.deepEqual(await page.page.$$eval("#canvas .over", (all) => all.map(({ dataset }) => dataset.edges)), ['["/States/Both/Next"]']);
  await page.page.mouse.up();
  await page.has(...NAMES, "Wait");
  assert.equal((await page.definition()).States.Both.Next, "Wait");
  const [x, y] = await page.centre("/States/Charge");
  await page.page.mouse.move(x, y);
  await page.page.mouse.down();
  await page.page.mouse.move(x + 300, y + 200, { steps: 8 });
  assert.equal(await page.page.evaluate(() => getSelection().toString()), "");
  await page.page.mouse.up();
});

test("an item that is dropped beside the canvas is not inserted", async () => {
  await open(ORDERS);
  const box = await canvas();
  await page.drag(await item("flow:Wait"), [box.x + box.width + 60, box.y + 300]);
  await page.insert("/StartAt", "pass");
  await page.has(...NAMES, "Pass");
});

test("each rule and the default have a + of their own", async () => {
  await open(RULES);
  await page.insert("/States/Check/Default", "wait");
  await page.has("Check", "Done", "Wait");
  let { Choices, Default } = (await page.definition()).States.Check;
  assert.deepEqual([Choices.map(({ Next }) => Next), Default], [["Done", "Done"], "Wait"]);
  const to = await page.plus("/States/Check/Choices/1/Next").boundingBox();
  await page.drag(await item("flow:Pass"), [to.x + to.width / 2, to.y + to.height / 2]);
  await page.has("Check", "Done", "Pass", "Wait");
  ({ Choices, Default } = (await page.definition()).States.Check);
  assert.deepEqual([Choices.map(({ Next }) => Next), Default], [["Done", "Pass"], "Wait"]);
});

test("a + and a small state are hit 11 pixels from their centre, at every zoom", async () => {
  await open(ORDERS);
  for (let zooms = 0; zooms < 5; zooms++) {
    const box = await page.plus("/States/Charge/Next").boundingBox();
    await page.page.mouse.click(box.x + box.width / 2 + 11, box.y + box.height / 2);
    await page.says("Inserts at: Charge → Both");
    await page.page.locator("#canvas").focus();
    await page.page.keyboard.press("Escape");
    await page.page.keyboard.press("-");
  }
  const label = () => page.page.textContent("#selected");
  const box = await page.state("/States/Done").locator(".box").boundingBox();
  assert.ok(box.height < 20, `the state is ${box.height} pixels high`);
  await page.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2 + 10.5);
  await page.until("Done is selected", async () => (await label()).startsWith("Done"));
});

test("Enter after a name returns to the canvas", async () => {
  await open(ORDERS);
  await page.select("/States/Done");
  await page.page.keyboard.press("F2");
  await page.page.locator("[data-rename]:focus").waitFor();
  await page.page.keyboard.type("Finished");
  await page.page.keyboard.press("Enter");
  await page.has(...NAMES.filter((name) => name !== "Done"), "Finished");
  assert.equal(await page.page.evaluate(() => document.activeElement.id), "canvas");
});

test("a value of a Condition and the texts of help name what they are about", async () => {
  await open(ORDERS);
  await page.select("/States/Check");
  const condition = page.page.locator('[data-field="/States/Check/Choices/0/Condition"]');
  await condition.fill("{% $states.input.ok %}");
  await page.page.getByText("specified for the field 'Condition'", { exact: false }).waitFor();
  await page.select("/States/Charge");
  await page.page.locator("#panel-inspector .meaning").first().waitFor();
  const meanings = await page.page.locator("#panel-inspector .meaning").allTextContents();
  assert.ok(meanings.length > 3 && !meanings.join().includes("`"), meanings.join());
  assert.ok(await page.page.locator("#panel-inspector .meaning code").count());
});

test("a breakpoint, an error and a warning have colours of their own", async () => {
  await open(ORDERS.replace('"Next": "Both"', '"Next": "Bohth"').replace('"Reject": {', '"Late": {"Type": "Wait", "Seconds": 1, "Next": "Done"}, "Reject": {'));
  const stroke = (pointer) => page.page.$eval(`#canvas [data-pointer="${pointer}"] > .box`, (box) => getComputedStyle(box).stroke);
  await page.select("/States/Reject");
  await page.page.keyboard.press("k");
  await page.page.locator('#canvas .breaks[data-pointer="/States/Reject"]').waitFor();
  await page.select("/States/Check");
  assert.notEqual(await stroke("/States/Reject"), await stroke("/States/Charge"));
  await page.page.click("#tab-code");
  const colour = (severity) => page.page.$eval(`#highlight .${severity}`, (row) => getComputedStyle(row).textDecorationColor);
  await page.page.locator("#highlight .error").first().waitFor();
  await page.page.locator("#text").fill(ORDERS.replace('"Type": "Fail", "Error": "Rejected"', '"Type": "Fail"'));
  await page.page.locator("#highlight .warning").first().waitFor();
  const warning = await colour("warning");
  await page.page.locator("#text").fill(ORDERS.replace('"Next": "Both"', '"Next": "Bohth"'));
  await page.page.locator("#highlight .error").first().waitFor();
  assert.notEqual(await colour("error"), warning);
});

test("a state is found by its name, also in a folded body", async () => {
  await open(ORDERS);
  const selected = () => page.page.textContent("#selected");
  await page.select("/States/Both");
  await page.page.keyboard.press("b");
  await page.has(...NAMES.filter((name) => name !== "Mail" && name !== "Pack"));
  await page.page.keyboard.press("Control+f");
  await page.page.keyboard.type("AI");
  await page.page.keyboard.press("Enter");
  await page.has(...NAMES);
  await page.until("Mail is selected", async () => (await selected()).startsWith("Mail"));
  await page.page.fill("#find", "c");
  const found = [];
  while (found.length < 4) {
    await page.page.keyboard.press("Enter");
    const name = async () => (await selected()).split(",")[0];
    await page.until("another state is selected", async () => !["Mail", ...found].includes(await name()));
    found.push(await name());
  }
  assert.deepEqual([...found].sort(), ["Charge", "Check", "Pack", "Reject"]);
  await page.page.fill("#find", "nothing");
  await page.page.keyboard.press("Enter");
  await page.says("No state has nothing in its name.");
  await page.page.keyboard.press("Escape");
  assert.equal(await page.page.evaluate(() => document.activeElement.id), "canvas");
});

test("the selection is zoomed to, and the small map shows it and moves the picture", async () => {
  await open(large(300));
  const around = await canvas();
  const map = page.page.locator("#canvas #map");
  const picture = () => map.evaluate((canvas) => canvas.toDataURL());
  await map.waitFor({ state: "visible" });
  const size = await map.boundingBox();
  assert.ok(size.width >= 64, `the map is ${size.width} pixels wide`);
  await page.page.mouse.click(size.x + size.width / 2, size.y + size.height - 2);
  const last = page.state("/States/S298");
  await page.until("the end of the picture is shown", async () => {
    const { y, height } = await last.boundingBox();
    return y > around.y && y + height < around.y + around.height;
  });
  const before = await picture();
  await page.select("/States/S298");
  await page.until("the map shows the selection", async () => (await picture()) !== before);
  await page.page.keyboard.press("0");
  assert.ok((await last.boundingBox()).height < 10);
  await page.page.keyboard.press("2");
  const box = await last.boundingBox();
  assert.ok(box.height > 30, `the state is ${box.height} pixels high`);
  assert.ok(Math.abs(box.x + box.width / 2 - (around.x + around.width / 2)) < 20);
});

/** The elements that are in the box of the picture and not painted there, or that are only believed to be there; and how many are not painted at all. */
const unpainted = () =>
  page.page.$eval("#canvas", (canvas) => {
    const around = canvas.shadowRoot.querySelector("#view").getBoundingClientRect();
    const group = canvas.querySelector("svg > g:last-of-type");
    const isHidden = (element) => getComputedStyle(element).visibility === "hidden";
    const isInBox = ({ left, top, right, bottom }) => right > around.left && left < around.right && bottom > around.top && top < around.bottom;
    const isWrong = (element) => {
      const box = element.getBBox();
      const corner = new DOMPoint(box.x + element.at[0] / 10, box.y + element.at[1] / 10).matrixTransform(group.getScreenCTM());
      const end = new DOMPoint(box.x + box.width + element.at[0] / 10, box.y + box.height + element.at[1] / 10).matrixTransform(group.getScreenCTM());
      const isThere = element.getAttribute("transform") === `translate(${element.at[0] / 10} ${element.at[1] / 10})`;
      const isSeen = isInBox({ left: corner.x, top: corner.y, right: end.x, bottom: end.y });
      return isSeen ? isHidden(element) || !isThere : isInBox(element.getBoundingClientRect()) && !isThere;
    };
    const elements = [...group.children];
    return [elements.filter(isWrong).map((element) => element.textContent), elements.filter(isHidden).length];
  });

// Above 300 elements some are hidden; 72 states have as many.
for (const size of [300, 72]) test(`of a picture of ${size} states, only what is far from its box is not painted, after each move and edit`, async () => {
  await open(large(size));
  const check = async (what) => assert.deepEqual((await unpainted())[0], [], what);
  const press = (key) => page.page.keyboard.press(key);
  const { x, y, width, height } = await canvas();
  const moves = {
    "a found state": async () => {
      await page.page.fill("#find", `S${Math.floor(random() * (size - 1))}`);
      await page.page.focus("#find");
      await press("Enter");
      await page.page.focus("#canvas");
    },
    "a key": () => press(["ArrowDown", "ArrowUp", "0", "1", "2", "+", "-"][Math.floor(random() * 7)]),
    "a drag": async () => {
      await page.page.mouse.move(x + 20, y + height / 2);
      await page.page.mouse.down();
      await page.page.mouse.move(x + width * random(), y + height * random(), { steps: 3 });
      await page.page.mouse.up();
    },
    "the wheel": async () => {
      await page.page.mouse.move(x + width * random(), y + height * random());
      await page.page.keyboard.down("Control");
      await page.page.mouse.wheel(0, (random() - 0.5) * 1500);
      await page.page.keyboard.up("Control");
    },
    "a selected transition": async () => {
      const point = await page.page.$eval("#canvas", (canvas) => {
        const around = canvas.shadowRoot.querySelector("#view").getBoundingClientRect();
        const points = [...canvas.querySelectorAll(".edge:not(.far) .line")].map((line) => line.getPointAtLength(line.getTotalLength() * 0.2).matrixTransform(line.getScreenCTM()));
        const found = points.find(({ x, y }) => x > around.left + 20 && x < around.right - 220 && y > around.top + 20 && y < around.bottom - 20);
        return found && [found.x, found.y];
      });
      if (point) await page.page.mouse.click(...point);
    },
    "an edit": async () => {
      const count = (await page.names()).length;
      const command = page.command(random() < 0.5 ? "duplicate" : "undo");
      if (await command.isDisabled()) return;
      if ((await command.getAttribute("data-command")) === "undo" && !(await page.canUndo())) return;
      await command.click();
      await page.until("the picture has changed", async () => (await page.names()).length !== count);
    },
  };
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  await page.select("/States/S5");
  if (size === 300) assert.ok((await unpainted())[1] > 500, "most of the picture is far");
  for (let count = 0; count < 80; count++) {
    const [name, move] = Object.entries(moves)[Math.floor(random() * 6)];
    await move();
    await check(`${name}, action ${count}`);
  }
  await page.page.focus("#canvas");
  await press("0");
  assert.deepEqual(await unpainted(), [[], 0]);
});

test("a large picture that screen readers, Tab and the browser's search must find has no hidden element", async () => {
  await open(large(300));
  await page.select("/States/S5");
  assert.ok((await unpainted())[1] > 500);
  await page.page.$eval("#canvas", (canvas) => {
    canvas.querySelector("svg").removeAttribute("aria-hidden");
    canvas.drawn();
  });
  assert.deepEqual(await unpainted(), [[], 0]);
});

test("states are selected by a rectangle and all at once, moved and removed together", async () => {
  await open(ORDERS);
  const chosen = () => page.page.$$eval("#canvas .chosen[data-state]", (all) => all.map(({ dataset }) => dataset.state).sort());
  const both = await page.state("/States/Both").locator(".box").first().boundingBox();
  const around = [both.x - 12, both.y - 12];
  await page.page.mouse.move(...around);
  await page.page.keyboard.down("Shift");
  await page.drag(around, [both.x + both.width + 12, both.y + both.height + 12]);
  await page.page.keyboard.up("Shift");
  // The states in a selected one are a part of it.
  await page.until("Both is selected", async () => JSON.stringify(await chosen()) === '["Both"]');
  await page.page.locator("#canvas").focus();
  await page.page.keyboard.press("Control+a");
  assert.deepEqual(await chosen(), ["Both", "Charge", "Check", "Done", "Reject"]);
  await page.select("/States/Charge");
  await page.command("duplicate").click();
  await page.has(...NAMES, "Charge 2");
  await page.select("/States/Charge");
  await page.page.keyboard.down("Shift");
  await page.page.mouse.click(...(await page.centre("/States/Charge 2")));
  await page.page.keyboard.up("Shift");
  assert.deepEqual(await chosen(), ["Charge", "Charge 2"]);
  const to = await page.plus("/States/Both/Next").boundingBox();
  await page.drag(await page.centre("/States/Charge"), [to.x + to.width / 2, to.y + to.height / 2]);
  const next = async (name) => (await page.definition()).States[name]?.Next;
  await page.until("both are after Both", async () => (await next("Both")) === "Charge");
  assert.deepEqual([await next("Charge"), await next("Charge 2")], ["Charge 2", "Done"]);
  await page.select("/States/Charge");
  await page.page.keyboard.down("Shift");
  await page.page.mouse.click(...(await page.centre("/States/Charge 2")));
  await page.page.keyboard.up("Shift");
  await page.page.keyboard.press("Delete");
  await page.has(...NAMES.filter((name) => name !== "Charge"));
  assert.equal(await next("Both"), "Done");
});

test("states are copied, cut and pasted between bodies, files and programs", NEEDS_SERVER, async () => {
  studio = await startStudio({ "a.asl.jsonc": ORDERS, "b.asl.yaml": "" });
  page = await studio.open(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  const clipboard = () => page.page.evaluate(() => navigator.clipboard.readText());
  await page.select("/States/Charge");
  await page.page.keyboard.press("Control+c");
  await page.says("The states are copied.");
  const copy = JSON.parse(await clipboard());
  assert.deepEqual([copy.QueryLanguage, copy.StartAt, Object.keys(copy.States)], ["JSONata", "Charge", ["Charge"]]);
  assert.equal(copy.States.Charge.Catch[0].Next, "Reject");
  await page.select("/States/Both/Branches/0/States/Pack");
  await page.page.keyboard.press("Control+v");
  const branch = async () => (await page.definition()).States.Both.Branches[0].States;
  await page.until("it is in the branch", async () => (await branch()).Pack.Next === "Charge 2");
  // Its handler is missing in the branch, and the picture shows that.
  await page.page.locator('#canvas .chosen[data-state="Charge 2"]').waitFor();
  assert.match(await page.page.textContent("#tab-problems"), /^Problems \(/);
  await page.page.keyboard.press("Control+x");
  await page.has(...NAMES);
  assert.equal((await branch()).Pack.End, true);
  assert.ok((await clipboard()).includes('"Charge 2"'));
  // Another file, in another tab.
  const other = await page.tab.context.newPage();
  await other.goto(`${studio.address}?file=1`);
  await other.locator("#hint").waitFor();
  await other.locator("#canvas").focus();
  await other.keyboard.press("Control+v");
  await other.locator('#canvas [data-state="Charge 2"]').waitFor();
  assert.match(await other.inputValue("#text"), /^QueryLanguage: JSONata\nStartAt: Charge 2\nStates:\n/);
  // A field has its own clipboard, and a text without states is refused.
  await other.evaluate(() => navigator.clipboard.writeText("no states"));
  await other.locator("#find").focus();
  await other.keyboard.press("Control+v");
  assert.equal(await other.inputValue("#find"), "no states");
  await other.close();
  page.tab.expected = 422;
  await page.page.bringToFront();
  await page.page.locator("#canvas").focus();
  await page.page.keyboard.press("Control+v");
  await page.says("the clipboard has no states");
  page.tab.expected = 200;
  page.tab.problems.length = 0;
});
