// The extension in a browser: the language server and the studio are workers with the module. The
// command does not exist.

import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  FILE,
  hoverOverState,
  ORDERS,
  problem,
  renameState,
  showDiagnostic,
  showPictureAndSelectState,
} from "./steps.mjs";
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

/** A definition with a warning, in a file that is not opened. */
const CLOSED = JSON.stringify({
  StartAt: "Charge",
  States: {
    Charge: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "charge" },
      End: true,
    },
  },
});
const WARNING = "transient errors of Lambda are not retried";
const PASS = `{
  "StartAt": "Check",
  "States": {
    "Check":   {"Type": "Pass", "Next": "Done"},
    "Done": {"Type": "Succeed"}
  }
}
`;
let editor;
let page;

before(async () => {
  const settings = {
    "remote.extensionKind": { "stepwright.stepwright": ["web"] },
    "stepwright.path": "/missing/stepwright",
  };
  const files = { [FILE]: ORDERS, "charge ä#1.asl.json": CLOSED, "pass.asl.json": PASS };
  editor = await Editor.start(files, settings);
  page = await editor.open(FILE);
});
after(() => editor?.stop());

test("the diagnostic of the file is shown", () => showDiagnostic(page));

test("a file that is not open is checked, with the settings of the folder", async () => {
  await command(page, "Problems: Focus on Problems View");
  await problem(page, WARNING).waitFor();
  await problem(page, "charge ä#1.asl.json").waitFor();
  const settings = join(editor.folder, "stepwright.toml");
  writeFileSync(settings, '[validate]\nallow = ["missing-lambda-retry"]\n');
  await problem(page, WARNING).waitFor({ state: "hidden" });
  await problem(page, "ResultPath").waitFor();
  rmSync(settings);
  await problem(page, WARNING).waitFor();
});

test("a file that another program changes or deletes is checked again", async () => {
  const file = join(editor.folder, "new.asl.json");
  writeFileSync(file, PASS.replace('"Next": "Done"', '"Next": "Gone"'));
  await problem(page, "Gone").first().waitFor();
  writeFileSync(file, PASS);
  await problem(page, "Gone").first().waitFor({ state: "hidden" });
  writeFileSync(file, CLOSED);
  await until(async () => (await problem(page, WARNING).count()) === 2);
  rmSync(file);
  await until(async () => (await problem(page, WARNING).count()) === 1);
});

test("after a restart, the files are checked again, and their changes", async () => {
  await command(page, "Stepwright: Restart the Language Server");
  const file = join(editor.folder, "new.asl.json");
  writeFileSync(file, PASS.replace('"Next": "Done"', '"Next": "Gone"'));
  await problem(page, "Gone").first().waitFor();
  await problem(page, WARNING).waitFor();
  rmSync(file);
  await problem(page, "Gone").first().waitFor({ state: "hidden" });
  await command(page, "View: Hide Panel");
});

test("a click on the lens shows the picture, and a click on a state moves the cursor", () =>
  showPictureAndSelectState(page));

test("no lens needs a terminal", async () => {
  const lenses = await page.locator(".codelens-decoration a").allTextContents();
  assert.deepEqual([...new Set(lenses)], ["Picture"]);
});

test("hovering over a state shows what it does", () => hoverOverState(page));

test("renaming a state changes its transitions and the picture", () => renameState(page));

test("the studio edits the document, and undo is that of the editor", async () => {
  const tab = await editor.open("pass.asl.json");
  await command(tab, "Stepwright: Open in Studio");
  const studio = await studioFrame(tab, 0);
  await showsStates(studio, "Check", "Done");
  await addState(studio, "Check", "Wait");
  await showsStates(studio, "Check", "Wait", "Done");
  await until(async () =>
    (await editorText(tab)).includes('"Check":   {"Type": "Pass", "Next": "Wait"},'),
  );
  await studio.locator("#canvas").focus();
  await tab.keyboard.press("Control+z");
  await showsStates(studio, "Check", "Done");
  await untilEqual(() => editorText(tab), PASS);
  await studio.locator("#tab-trial").click();
  await studio.locator("#trial-input").fill('{"total": 12}');
  await studio.locator("#run").click();
  const outcome = studio.locator("#trial-outcome");
  await outcome.getByText("SUCCEEDED", { exact: true }).waitFor();
  assert.match(await outcome.textContent(), /"total": 12/);
});

test("a state is extracted to a new file", async () => {
  await goTo(page, 11, 7);
  await command(page, "Refactor...");
  const actions = page.locator(".action-widget .monaco-list-row.action");
  await actions.first().waitFor();
  assert.equal(await actions.first().textContent(), "Extract `Pay` to a new state machine");
  await page.keyboard.press("Enter");
  await until(async () => (await editorText(page)).includes("startExecution.sync:2"));
  // VS Code creates the file, and then saves its text.
  const file = join(editor.folder, "run-pay.asl.json");
  await until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("}\n"));
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")).States, {
    Pay: { Type: "Pass", End: true },
  });
});
