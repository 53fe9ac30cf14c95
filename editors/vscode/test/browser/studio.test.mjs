// The studio as a custom editor of a real VS Code.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  addState,
  command,
  Editor,
  editorText,
  goTo,
  showsStates,
  studioFrame,
  until,
  untilEqual,
} from "./support.mjs";

const FILE = "orders.asl.json";
// An edit keeps the unusual blanks.
const ORDERS = `{
  "StartAt": "Check",
  "States": {
    "Check":   {"Type": "Pass", "Next": "Done"},
    "Done": {"Type": "Succeed"}
  }
}
`;
let editor;
let page;
let studio;

const file = () => readFileSync(join(editor.folder, FILE), "utf8");
const text = () => editorText(page);
const dirtyTabs = () => page.locator(".tab.dirty", { hasText: FILE }).count();

/** Presses a key in the canvas. */
async function press(frame, key) {
  await frame.locator("#canvas").focus();
  await page.keyboard.press(key);
}

/** Undoes steps until the text is that of the file: VS Code decides what typing is one step. */
async function undoAll() {
  await until(async () => {
    if ((await text()) !== ORDERS) {
      await page.keyboard.press("Control+z");
    }
    return (await text()) === ORDERS;
  });
}

before(async () => {
  editor = await Editor.start({ [FILE]: ORDERS });
  page = await editor.open(FILE);
  await command(page, "Stepwright: Open in Studio");
  studio = await studioFrame(page, 0);
});
after(() => editor?.stop());

test("the page shows the definition in the theme of the editor", async () => {
  await showsStates(studio, "Check", "Done");
  const background = () =>
    studio.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
  const light = await background();
  await command(page, "Preferences: Toggle between Light/Dark Themes");
  await studio.locator("body.vscode-dark").waitFor();
  assert.notEqual(await background(), light);
  await command(page, "Preferences: Toggle between Light/Dark Themes");
  await studio.locator("body.vscode-light").waitFor();
  await untilEqual(background, light);
});

test("a state that is added in the page is a small edit of the document, and Ctrl+Z undoes it", async () => {
  await addState(studio, "Check", "Wait");
  await showsStates(studio, "Check", "Wait", "Done");
  await until(async () => (await dirtyTabs()) > 0);
  const edited = await text();
  assert.ok(edited.includes('"Check":   {"Type": "Pass", "Next": "Wait"},'), edited);
  assert.ok(edited.includes('    "Done": {"Type": "Succeed"}'), edited);
  assert.equal(file(), ORDERS);
  await press(studio, "Control+z");
  await showsStates(studio, "Check", "Done");
  await untilEqual(text, ORDERS);
  await until(async () => (await dirtyTabs()) === 0);
  assert.equal(file(), ORDERS);
});

test("redo and save are those of the editor", async () => {
  await press(studio, "Control+Shift+z");
  await showsStates(studio, "Check", "Wait", "Done");
  const edited = await text();
  await press(studio, "Control+s");
  await until(async () => (await dirtyTabs()) === 0);
  assert.equal(file(), edited);
  await studio.locator("[data-command=undo]").click();
  await untilEqual(text, ORDERS);
  await studio.locator("[data-command=save]").click();
  await untilEqual(async () => file(), ORDERS);
});

test("unsaved text of the editor is what the page shows, and a broken one keeps the picture", async () => {
  await goTo(page, 5, 5);
  await page.keyboard.insertText('"Extra": {"Type": "Fail"}, ');
  await showsStates(studio, "Check", "Extra", "Done");
  await page.keyboard.insertText("[");
  await until(async () => (await studio.locator("#panel-problems .error").count()) > 0);
  assert.equal(await studio.locator("#canvas g.state").count(), 3);
  await undoAll();
  await showsStates(studio, "Check", "Done");
});

test("text that is typed in the page is in the document", async () => {
  await studio.locator("#tab-code").click();
  const area = studio.locator("#text");
  await area.focus();
  await area.evaluate((one) => one.setSelectionRange(4, 4));
  await page.keyboard.type('"Comment": "x", ');
  await untilEqual(text, ORDERS.replace("{\n  ", '{\n  "Comment": "x", '));
  await undoAll();
  await untilEqual(() => area.inputValue(), ORDERS);
  await studio.locator("#tab-inspector").click();
});

test("a reverted document and a file that another program changes are shown", async () => {
  await addState(studio, "Check", "Wait");
  await showsStates(studio, "Check", "Wait", "Done");
  await until(async () => (await dirtyTabs()) > 0);
  await command(page, "File: Revert File");
  await showsStates(studio, "Check", "Done");
  assert.equal(file(), ORDERS);
  writeFileSync(join(editor.folder, FILE), ORDERS.replaceAll("Done", "Ready"));
  await showsStates(studio, "Check", "Ready");
  writeFileSync(join(editor.folder, FILE), ORDERS);
  await showsStates(studio, "Check", "Done");
});

test("two views of one document show each other's edits, and undo is shared", async () => {
  await studio.locator("#canvas").focus();
  await command(page, "View: Split Editor Down");
  const second = await studioFrame(page, 1);
  await showsStates(second, "Check", "Done");
  await addState(second, "Check", "Wait");
  await showsStates(second, "Check", "Wait", "Done");
  await showsStates(studio, "Check", "Wait", "Done");
  await press(studio, "Control+z");
  await showsStates(second, "Check", "Done");
  await untilEqual(text, ORDERS);
});

test("if the process is killed, another one shows the unsaved text", async () => {
  await addState(studio, "Check", "Wait");
  await showsStates(studio, "Check", "Wait", "Done");
  const running = spawnSync("pgrep", ["-f", `studio --stdio ${editor.folder}`], {
    encoding: "utf8",
  });
  const processes = running.stdout.trim().split("\n").map(Number);
  assert.equal(processes.length, 1, running.stdout);
  process.kill(processes[0], "SIGKILL");
  await goTo(page, 1, 2);
  await page.keyboard.insertText(' "TimeoutSeconds": 9,');
  await showsStates(studio, "Check", "Wait", "Done");
  await addState(studio, "Done", "Fail");
  await until(async () => (await text()).includes('"TimeoutSeconds": 9'));
  await until(async () => (await text()).includes('"Fail"'));
});
