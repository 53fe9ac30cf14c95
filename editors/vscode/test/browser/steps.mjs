// Steps that the extension passes with the command and in a browser, for the file `orders.asl.json`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clickLens, command, editorText, goTo, pictureFrame, pictureIn } from "./support.mjs";

export const FILE = "orders.asl.json";
export const ORDERS = readFileSync(
  join(import.meta.dirname, "../../../test/orders.asl.json"),
  "utf8",
);

/** A problem of a file in the view of all problems, which must be visible. */
export function problem(page, text) {
  return page.locator(".markers-panel .monaco-list-row", { hasText: text });
}

export async function showDiagnostic(page) {
  await page.locator(".squiggly-error").first().waitFor();
  await command(page, "Problems: Focus on Problems View");
  const row = problem(page, "ResultPath");
  await row.waitFor();
  assert.match(await row.textContent(), /stepwright/);
  await command(page, "View: Hide Panel");
}

export async function showPictureAndSelectState(page) {
  await clickLens(page, /^Picture$/, pictureIn(page));
  const picture = await pictureFrame(page);
  const states = await picture
    .locator("g.state")
    .evaluateAll((all) => all.map((state) => state.dataset.state));
  assert.deepEqual(states.sort(), ["Check", "Pay", "Ship"]);
  await picture.locator('g.state[data-state="Ship"]').click();
  await page.getByText("Ln 12, Col ").waitFor();
  await picture.locator('g.state[data-state="Ship"].is-current').waitFor();
}

export async function hoverOverState(page) {
  await goTo(page, 12, 7);
  await command(page, "Show or Focus Hover");
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "Ship (Succeed)" });
  await hover.waitFor();
  await page.keyboard.press("Escape");
}

export async function renameState(page) {
  await goTo(page, 12, 7);
  await page.keyboard.press("F2");
  const name = page.locator(".rename-box input");
  await name.fill("Deliver");
  await name.press("Enter");
  const picture = await pictureFrame(page);
  await picture.locator('g.state[data-state="Deliver"]').waitFor();
  const text = await editorText(page);
  assert.equal(text.match(/"Deliver"/g)?.length, 3);
  assert.doesNotMatch(text, /"Ship"/);
  // An unsaved text would also be that of the following windows.
  await command(page, "File: Revert File");
  await picture.locator('g.state[data-state="Ship"]').waitFor();
}
