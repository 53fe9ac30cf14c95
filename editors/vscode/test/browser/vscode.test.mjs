// The extension in a real VS Code.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clickLens, command, Editor, goTo, pictureFrame, pictureIn } from "./support.mjs";

const ORDERS = readFileSync(join(import.meta.dirname, "../../../test/orders.asl.json"), "utf8");
const FILE = "orders.asl.json";
const SOURCES = JSON.stringify({ [FILE]: { Ship: "orders.rs:1:1" } });
const RUST = "workflow! {\n    workflow Orders(order: String) -> String {}\n}\n";
let editor;
let page;

async function text() {
  const lines = await page.locator(".view-line").allInnerTexts();
  return lines.join("\n").replaceAll("\u00a0", " ");
}

before(async () => {
  editor = await Editor.start({
    [FILE]: ORDERS,
    "orders.rs": RUST,
    "stepwright.sources.json": SOURCES,
  });
  page = await editor.open(FILE);
});
after(() => editor?.stop());

test("the diagnostic of the file is shown", async () => {
  await page.locator(".squiggly-error").first().waitFor();
  await command(page, "Problems: Focus on Problems View");
  const problem = page.locator(".markers-panel .monaco-list-row", { hasText: "ResultPath" });
  await problem.waitFor();
  assert.match(await problem.textContent(), /stepwright/);
  await command(page, "View: Hide Panel");
});

test("a click on the lens shows the picture, and a click on a state moves the cursor", async () => {
  await clickLens(page, /^Picture$/, pictureIn(page));
  const picture = await pictureFrame(page);
  const states = await picture
    .locator("g.state")
    .evaluateAll((all) => all.map((state) => state.dataset.state));
  assert.deepEqual(states.sort(), ["Check", "Pay", "Ship"]);
  await picture.locator('g.state[data-state="Ship"]').click();
  await page.getByText("Ln 12, Col ").waitFor();
  await picture.locator('g.state[data-state="Ship"].is-current').waitFor();
});

test("the cursor marks its state in the picture", async () => {
  const picture = await pictureFrame(page);
  await goTo(page, 7, 8);
  await picture.locator('g.state[data-state="Check"].is-current').waitFor();
  assert.equal(await picture.locator(".is-current").count(), 1);
});

test("the keyboard moves between states and selects one", async () => {
  const picture = await pictureFrame(page);
  await picture.locator('g.state[data-state="Check"]').focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByText("Ln 11, Col ").waitFor();
});

test("hovering over a state shows what it does", async () => {
  await goTo(page, 12, 7);
  await command(page, "Show or Focus Hover");
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "Ship (Succeed)" });
  await hover.waitFor();
  await page.keyboard.press("Escape");
});

test("renaming a state changes its transitions and the picture", async () => {
  await goTo(page, 12, 7);
  await page.keyboard.press("F2");
  const name = page.locator(".rename-box input");
  await name.fill("Deliver");
  await name.press("Enter");
  const picture = await pictureFrame(page);
  await picture.locator('g.state[data-state="Deliver"]').waitFor();
  assert.equal((await text()).match(/"Deliver"/g)?.length, 3);
  assert.doesNotMatch(await text(), /"Ship"/);
  // An unsaved text would also be that of the following windows.
  await command(page, "File: Revert File");
  await picture.locator('g.state[data-state="Ship"]').waitFor();
});

test("a text with syntax errors keeps the picture and shows a notice", async () => {
  const picture = await pictureFrame(page);
  await page.locator(".view-lines").first().click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("{");
  await picture.locator("#notice").waitFor();
  assert.equal(await picture.locator("g.state").count(), 3);
  await page.keyboard.press("Control+z");
  await picture.locator("#notice").waitFor({ state: "hidden" });
  assert.equal(await picture.locator("g.state").count(), 3);
});

test("the picture follows the theme of the editor", async () => {
  const picture = await pictureFrame(page);
  const fill = () =>
    picture
      .locator(".state .box")
      .first()
      .evaluate((box) => getComputedStyle(box).fill);
  const light = await fill();
  await command(page, "Preferences: Toggle between Light/Dark Themes");
  await picture.locator("body.vscode-dark").waitFor();
  assert.notEqual(await fill(), light);
});

test("a workflow in Rust shows the picture of the emitted file", async () => {
  const tab = await editor.open("orders.rs");
  await clickLens(tab, /^Picture$/, pictureIn(tab));
  const picture = await pictureFrame(tab);
  assert.equal(await picture.locator("g.state").count(), 3);
});

test("a workflow in Rust opens the state of its line in the emitted file", async () => {
  const tab = await editor.open("orders.rs");
  const line = ORDERS.slice(0, ORDERS.indexOf('"Ship": {')).split("\n").length;
  await clickLens(tab, /^Open ASL$/, tab.getByText(`Ln ${line}, Col `));
});
