// Takes the pictures of docs/guides/editor.md, docs/guides/studio.md and the README: `node pictures.mjs FOLDER`.

import { join } from "node:path";
import {
  clickLens,
  command,
  Editor,
  goTo,
  pictureFrame,
  pictureIn,
  studioFrame,
  until,
} from "./support.mjs";

const ORDERS = `{
  "QueryLanguage": "JSONata",
  "StartAt": "Check",
  "States": {
    "Check": {
      "Type": "Choice",
      "Choices": [{"Condition": "{% $states.input.total > 0 %}", "Next": "Charge"}],
      "Default": "Free"
    },
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Arguments": {"FunctionName": "charge-card", "Payload": "{% $states.input %}"},
      "Retry": [{"ErrorEquals": ["GatewayTimeout"], "MaxAttempts": 3}],
      "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refuse"}],
      "ResultPath": "$.receipt",
      "Next": "Done"
    },
    "Done": {"Type": "Succeed"},
    "Free": {"Type": "Succeed"},
    "Refuse": {"Type": "Fail", "Error": "CardDeclined"}
  }
}
`;

const folder = process.argv[2] ?? ".";
await takeEditor();
await takeStudio();

async function takeEditor() {
  const editor = await Editor.start({ "orders.asl.json": ORDERS });
  try {
    const page = await editor.open("orders.asl.json");
    await page.setViewportSize({ width: 1180, height: 760 });
    await command(page, "View: Toggle Primary Side Bar Visibility");
    await clickLens(page, /^Picture$/, pictureIn(page));
    const picture = await pictureFrame(page);
    await goTo(page, 16, 10);
    await picture.locator('g.state[data-state="Charge"].is-current').waitFor();
    await page.locator(".squiggly-error").first().waitFor();
    await command(page, "Show or Focus Hover");
    await page.locator(".monaco-hover:not(.hidden)", { hasText: "ResultPath" }).waitFor();
    await page.screenshot({ path: join(folder, "editor.png") });
  } finally {
    await editor.stop();
  }
}

/** The studio next to the text, with a state that was just added. */
async function takeStudio() {
  const text = ORDERS.replace('\n      "ResultPath": "$.receipt",', "");
  const editor = await Editor.start({ "orders.asl.json": text });
  try {
    const page = await editor.open("orders.asl.json");
    await page.setViewportSize({ width: 1500, height: 820 });
    await command(page, "View: Toggle Primary Side Bar Visibility");
    await command(page, "Stepwright: Open in Studio");
    const studio = await studioFrame(page, 0);
    await studio.locator('#tree [data-pointer="/States/Charge"]').click();
    await studio.locator("#canvas").press("a");
    await studio.locator("#search").fill("sns publish");
    await studio.locator("#palette [data-item]", { hasText: "publish" }).first().waitFor();
    await studio.locator("#search").press("Enter");
    await until(async () => (await studio.locator("#tree [role=treeitem]").count()) === 6);
    await page.locator(".tab.dirty").first().waitFor();
    await page.screenshot({ path: join(folder, "studio-vscode.png") });
  } finally {
    await editor.stop();
  }
}
