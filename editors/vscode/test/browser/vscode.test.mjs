// The extension in a real VS Code.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  FILE,
  hoverOverState,
  ORDERS,
  renameState,
  showDiagnostic,
  showPictureAndSelectState,
} from "./steps.mjs";
import { clickLens, command, Editor, goTo, pictureFrame, pictureIn } from "./support.mjs";

const SOURCES = JSON.stringify({ [FILE]: { Ship: "orders.rs:1:1" } });
const RUST = "workflow! {\n    workflow Orders(order: String) -> String {}\n}\n";
let editor;
let page;

before(async () => {
  editor = await Editor.start({
    [FILE]: ORDERS,
    "orders.rs": RUST,
    "stepwright.sources.json": SOURCES,
  });
  page = await editor.open(FILE);
});
after(() => editor?.stop());

test("the diagnostic of the file is shown", () => showDiagnostic(page));

test("a click on the lens shows the picture, and a click on a state moves the cursor", () =>
  showPictureAndSelectState(page));

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

test("hovering over a state shows what it does", () => hoverOverState(page));

test("renaming a state changes its transitions and the picture", () => renameState(page));

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
