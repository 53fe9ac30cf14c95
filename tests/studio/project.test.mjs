// The page of all files: the state machines of a folder, and the executions that they start.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { THEMES, Tab, launch } from "./support/browser.mjs";
import { EditorPage, Studio } from "./support/studio.mjs";

const start = (arn, suffix = "") => ({ Type: "Task", Resource: `arn:aws:states:::states:startExecution${suffix}`, Parameters: { StateMachineArn: arn }, End: true });
const chain = (states) => JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
const FILES = {
  "order.asl.json": chain({
    Both: { Type: "Parallel", End: true, Branches: [chain({ "Pay back": start("${MoneyBack}", ".sync:2") }), chain({ Tell: start("arn:aws:states:eu-west-1:123456789012:stateMachine:tell-all", ".sync") })].map(JSON.parse) },
  }),
  "refund.asl.json": chain({ Again: { ...start("${OrderStateMachineArn}"), End: undefined, Next: "Lost" }, Lost: start("${ElsewhereArn}") }),
  "<b>.asl.json": chain({ A: { Type: "Succeed" } }),
  "template.yaml": `Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: order.asl.json
      DefinitionSubstitutions:
        MoneyBack: !GetAtt Refunds.Arn
  Refunds:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: refund.asl.json}
  Tell:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: tell-all
      Definition: {StartAt: Mail, States: {Mail: {Type: Pass, End: true}}}
  Second:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition: {StartAt: Last, States: {Last: {Type: Pass, End: true}}}
`,
};

let browser, studio;
before(async () => {
  browser = await launch();
  studio = await Studio.start(FILES);
});
after(async () => {
  await browser?.close();
  studio?.stop();
});

const open = async (options) => {
  const tab = await Tab.open(browser, { url: studio.url }, options);
  await tab.goto(studio.address);
  await tab.page.locator("#project svg").waitFor();
  return Object.assign(new EditorPage(), { tab, page: tab.page });
};

const shows = (page, ...names) => page.page.waitForFunction((wanted) => JSON.stringify([...document.querySelectorAll("#canvas .state")].map((one) => one.dataset.state).sort()) === wanted, JSON.stringify(names.sort()));

test("the picture has all machines, and lines to those that they start", async () => {
  const page = await open();
  const names = await page.page.$$eval("#project .machine", (all) => all.map((one) => one.dataset.state).sort());
  assert.deepEqual(names, ["<b>", "Second", "Tell", "order", "refund"]);
  const starts = await page.page.$$eval("#project .starts", (all) => all.map((one) => one.dataset.state).sort());
  assert.deepEqual(starts, ["order: Pay back", "order: Tell", "refund: Again", "refund: Lost"]);
  const lines = await page.page.$$eval("#project .edge", (all) => all.map((one) => one.querySelector("title").textContent).sort());
  assert.deepEqual(lines, ["order → Tell", "order → refund", "refund → order"]);
  await page.page.getByText("Lost starts Elsewhere").waitFor();
  await page.page.getByText("template.yaml, 1 state").first().waitFor();
  page.tab.check();
  await page.close();
});

test("a click opens a machine, and a nested start its child, also of a form", async () => {
  const page = await open();
  const click = (name) => page.page.locator(`#project a:has(> [data-state="${name}"])`).click();
  await click("order");
  await shows(page, "Both", "Pay back", "Tell");
  await page.page.getByRole("link", { name: "Project" }).click();
  await click("order: Pay back");
  await shows(page, "Again", "Lost");
  await page.select("/States/Again");
  await page.page.getByRole("link", { name: "Open the state machine that it starts" }).click();
  await shows(page, "Both", "Pay back", "Tell");
  await page.page.goBack();
  await page.select("/States/Lost");
  page.tab.expected = 404;
  await page.page.getByRole("link", { name: "Open the state machine that it starts" }).click();
  await page.page.getByText("the files have no state machine that Lost").waitFor();
  page.tab.expected = 200;
  // The second definition of a file.
  await page.tab.goto(studio.address);
  await page.page.locator("main.project").getByRole("link", { name: "Second" }).last().click();
  await shows(page, "Last");
  assert.equal(await page.page.inputValue("#definition"), "1");
  page.tab.problems.length = 0;
  await page.close();
});

test("unsaved edits and changes of other programs are in the picture", async () => {
  const page = await open();
  const machines = () => page.page.locator("#project .machine").count();
  const before = await machines();
  const old = studio.read("<b>.asl.json");
  studio.write(FILES["order.asl.json"], "<b>.asl.json");
  await page.page.reload();
  await page.page.locator('#project .starts[data-state="<b>: Tell"]').waitFor();
  studio.write(old, "<b>.asl.json");
  await page.page.reload();
  await page.page.locator('#project .machine[data-state="<b>"]').waitFor();
  assert.equal(await page.page.locator('#project .starts[data-state="<b>: Tell"]').count(), 0);
  assert.equal(await machines(), before);
  page.tab.check();
  await page.close();
});

for (const colorScheme of THEMES) {
  for (const width of [320, 1280]) {
    test(`it is accessible, and never wider than the window: ${colorScheme}, ${width} px`, async () => {
      const page = await open({ colorScheme, viewport: { width, height: 800 } });
      assert.deepEqual(await page.tab.violations(), []);
      assert.equal(await page.tab.overflow(), null);
      page.tab.check();
      await page.close();
    });
  }
}
