// Takes the picture of docs/guides/editor.md and of the README: `node pictures.mjs FOLDER`.

import { join } from "node:path";
import { clickLens, command, Editor, goTo, pictureFrame, pictureIn } from "./support.mjs";

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
  await page.screenshot({ path: join(process.argv[2] ?? ".", "editor.png") });
} finally {
  await editor.stop();
}
