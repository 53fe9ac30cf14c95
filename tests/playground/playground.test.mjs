// The playground in Chromium. PLAYGROUND is the folder that `web/page/build.mjs` wrote.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { launch, THEMES, WIDTHS } from "./support/browser.mjs";
import { Playground } from "./support/playground.mjs";
import { serve } from "./support/staticServer.mjs";

const folder = path.resolve(process.env.PLAYGROUND);
const LINEAR = '{"StartAt": "First", "States": {\r\n  "First":   {"Type": "Pass", "Next": "Second"},\r\n  "Second": {"Type": "Succeed"}\r\n}}\r\n';
/** An expression that ends with a timeout: after ten seconds in a debug build, and in less than one in a release. */
const ENDLESS = "($f := function($n){$f($n + 1)}; $f(0))";
let [browser, server] = [];

before(async () => {
  server = await serve(folder);
  browser = await launch();
});
after(async () => {
  await browser.close();
  await server.stop();
});

/** A test with a page; it fails if anything went wrong in the page. */
function pageTest(name, work, options) {
  test(name, async () => {
    const playground = await Playground.open(browser, server, options);
    try {
      await work(playground);
      playground.tab.check();
    } finally {
      await playground.close();
    }
  });
}

pageTest("the first visit shows the states of an example, and every request is to the playground's origin", async (playground) => {
  await playground.has("AwaitPriceList", "Discount", "FullPrice", "Regular?", "Total");
  await playground.isStored();
  assert.ok(playground.requests.some((url) => url.endsWith(".wasm")));
  assert.deepEqual(playground.requests.filter((url) => !url.startsWith(`${server.url}/`)), []);
});

pageTest("the policy of the page forbids a request to another origin, also in the frame of the studio", async (playground) => {
  for (const target of [playground.page.mainFrame(), await playground.studio()]) {
    const result = await target.evaluate(() => fetch("http://localhost:9/").then(String, (error) => error.message));
    assert.match(result, /Failed to fetch/);
  }
  const problems = playground.tab.problems.splice(0).filter((problem) => problem.includes("Content Security Policy"));
  assert.ok(problems.length >= 2, String(problems));
});

pageTest("every example opens, the studio shows its states, and a run with its data succeeds", async (playground) => {
  const examples = JSON.parse(readFileSync(path.join(folder, "examples.json"), "utf8"));
  assert.ok(examples.some(({ text }) => text.includes("AWS::Serverless::StateMachine")));
  for (const { title, name, text, tests } of examples) {
    await playground.openExample(title);
    await playground.says(`${name} is open`);
    await playground.isShown();
    const states = await playground.names();
    assert.ok(states.length >= 2 && states.every((state) => text.includes(state)), `${title}: ${states}`);
    if (tests.input) assert.match(await playground.run(), /^SUCCEEDED/, title);
  }
});

pageTest("duplicating a state changes the text, undo restores its exact bytes, and redo repeats the change", async (playground) => {
  await playground.openFile("linear.asl.json", LINEAR);
  assert.equal(await playground.isDirty(), false);
  await playground.duplicate();
  const text = await playground.text();
  assert.equal(Object.keys(JSON.parse(text).States).length, 3);
  assert.equal(await playground.isDirty(), true);
  await playground.frame.locator("[data-command=undo]").click();
  await playground.has("First", "Second");
  assert.equal(await playground.text(), LINEAR);
  assert.equal(await playground.isDirty(), false);
  await playground.frame.locator("[data-command=redo]").click();
  await playground.until("there are three states", async () => (await playground.names()).length === 3);
  assert.deepEqual(await playground.download(), { name: "linear.asl.json", text });
  assert.equal(await playground.isDirty(), false, "the downloaded text is in a file");
});

pageTest("a run on virtual time of an example that waits 8 hours shows SUCCEEDED", async (playground) => {
  assert.match(await playground.run(), /SUCCEEDED/);
});

pageTest("a link carries a text with quotes, CRLF, emoji, # and %, and its file name", async (playground) => {
  const text = LINEAR.replace('"StartAt"', '"Comment": "a \\"b\\" 😀 # 100 % ä+/=&?",\r\n "StartAt"');
  const name = "a #1 100% 😀.asl.json";
  await playground.openFile(name, text);
  await playground.button("Share").click();
  await playground.says("link");
  const link = await playground.page.inputValue("#link-address");
  const other = await Playground.open(browser, server, { fragment: new URL(link).hash });
  try {
    await other.has("First", "Second");
    assert.deepEqual(await other.download(), { name, text });
    assert.equal(new URL(other.page.url()).hash, "", "loading the page again keeps later edits");
    other.tab.check();
  } finally {
    await other.close();
  }
});

pageTest("a damaged link is reported, and the text and the expression remain", async (playground) => {
  await playground.showExpressions();
  const contents = async () => [await playground.download(), await playground.page.inputValue("[name=expression]")];
  const before = await contents();
  const parts = (...texts) => deflateRawSync(JSON.stringify(texts)).toString("base64url");
  for (const [fragment, message] of [
    ["#text=%%%", "Copy the whole link again"],
    [`#text=${parts("a.asl.json")}`, "no name and text"],
    ["#expression=%%%", "Copy the whole link again"],
    [`#expression=${parts("Rust", "1", "{}")}`, "no language, expression and input"],
    [`#expression=${parts("JSONata", "1", "{}", "more")}`, "no language, expression and input"],
  ]) {
    await playground.page.evaluate((hash) => (location.hash = hash), fragment);
    await playground.says(message);
    assert.deepEqual(await contents(), before);
  }
});

pageTest("a link to another text asks before it replaces changes, and both answers hold", async (playground) => {
  await playground.button("Share").click();
  await playground.says("link");
  const { hash } = new URL(await playground.page.inputValue("#link-address"));
  await playground.openFile("linear.asl.json", LINEAR);
  await playground.duplicate();
  const changed = await playground.text();
  const follow = () => playground.page.evaluate((fragment) => (location.hash = fragment), hash);
  await follow();
  await playground.button("Keep the text").click();
  assert.equal(await playground.text(), changed);
  await follow();
  await playground.button("Replace the text").click();
  await playground.says("discount.asl.json is open");
  await playground.has("AwaitPriceList", "Discount", "FullPrice", "Regular?", "Total");
});

pageTest("loading the page again restores a changed text, also a large one", async (playground) => {
  for (const comment of ["short", "x".repeat(1_500_000)]) {
    await playground.openFile("linear.asl.json", LINEAR.replace('"StartAt"', `"Comment": "${comment}", "StartAt"`));
    await playground.duplicate();
    await playground.page.reload();
    await playground.isShown();
    assert.equal(await playground.isDirty(), true);
    const { text } = await playground.download();
    assert.equal(text.match(/"Comment": "(\w+)"/)[1], comment);
    assert.equal(Object.keys(JSON.parse(text).States).length, 3);
  }
});

pageTest("loading the page again restores the input of a run", async (playground) => {
  await playground.openFile("linear.asl.json", LINEAR);
  const fill = async () => {
    await playground.frame.getByRole("tab", { name: "Test" }).click();
    return playground.frame.locator("#trial-input");
  };
  await (await fill()).fill('{"order": 7}');
  await (await fill()).blur();
  assert.match(await playground.run(), /SUCCEEDED/);
  await playground.page.reload();
  await playground.isShown();
  assert.equal(await (await fill()).inputValue(), '{"order": 7}');
});

pageTest("saving writes the file that was opened, and reports a refusal", async (playground) => {
  await playground.page.evaluate((text) => {
    globalThis.written = [];
    const createWritable = async () => ({
      write: async (part) => {
        if (globalThis.isRefused) throw new Error("the disk is full");
        globalThis.written.push(part);
      },
      close: async () => {},
    });
    const name = "disk.asl.json";
    globalThis.showOpenFilePicker = async () => [{ name, createWritable, getFile: async () => new File([text], name) }];
  }, LINEAR);
  await playground.button("Open").click();
  await playground.says("disk.asl.json is open");
  await playground.isShown();
  await playground.duplicate();
  await playground.page.evaluate(() => (globalThis.isRefused = true));
  await playground.frame.locator("[data-command=save]").click();
  await playground.frame.locator("#message", { hasText: "the disk is full" }).waitFor();
  assert.equal(await playground.isDirty(), true);
  await playground.page.evaluate(() => (globalThis.isRefused = false));
  await playground.frame.locator("[data-command=save]").click();
  await playground.until("it is saved", async () => !(await playground.isDirty()));
  assert.deepEqual(await playground.page.evaluate(() => globalThis.written), [await playground.text()]);
});

pageTest("a picture is exported as SVG and as PNG", async (playground) => {
  await playground.frame.getByRole("tab", { name: "Reports" }).click();
  for (const [kind, start] of [["svg", "<svg"], ["png", "\x89PNG"]]) {
    const [file] = await Promise.all([playground.page.waitForEvent("download"), playground.frame.locator(`[data-export=${kind}]`).click()]);
    assert.equal(file.suggestedFilename(), `discount.${kind}`);
    const content = readFileSync(await file.path(), "latin1");
    assert.ok(content.slice(0, 200).includes(start), content.slice(0, 200));
  }
});

pageTest("a second tab does not overwrite the stored text of the first", async (playground) => {
  await playground.openFile("linear.asl.json", LINEAR);
  const second = await playground.tab.context.newPage();
  await second.goto(server.url);
  await second.locator("#name").filter({ hasText: "discount.asl.json" }).waitFor();
  await second.close();
  await playground.page.reload();
  await playground.isShown();
  assert.equal((await playground.download()).text, LINEAR);
});

pageTest("after the first load it works offline: the page, a run and an expression", async (playground) => {
  await playground.isStored();
  await playground.tab.context.setOffline(true);
  await playground.page.reload();
  await playground.isShown();
  assert.match(await playground.run(), /SUCCEEDED/);
  await playground.showExpressions();
  await playground.value("184.5");
});

pageTest("a dropped file opens, on the page and on the frame of the studio", async (playground) => {
  for (const index of [0, 1]) {
    const target = index === 0 ? playground.page.mainFrame() : await playground.studio();
    await target.evaluate(
      ([name, text]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], name));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
      },
      [`dropped${index}.asl.json`, LINEAR],
    );
    await playground.says(`dropped${index}.asl.json is open`);
    await playground.has("First", "Second");
  }
});

pageTest("a file that is no text in UTF-8 is refused, and the text remains", async (playground) => {
  const before = await playground.download();
  await playground.page.setInputFiles("#file", { name: "picture.json", mimeType: "text/plain", buffer: Buffer.from([0xff, 0xfe, 0x00]) });
  await playground.says("picture.json cannot be opened");
  assert.deepEqual(await playground.download(), before);
});

pageTest("a pasted definition opens without focus in a field, and not with it", async (playground) => {
  const paste = (selector) =>
    playground.page.evaluate(
      ([target, text]) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        document.querySelector(target).dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
      },
      [selector, LINEAR],
    );
  await playground.showExpressions();
  await paste("[name=expression]");
  assert.equal((await playground.download()).name, "discount.asl.json");
  await paste("body");
  await playground.says("pasted.asl.json is open");
  await playground.has("First", "Second");
});

pageTest("a JSONata expression shows its value as JSON, with the input, variables and context", async (playground) => {
  await playground.showExpressions();
  await playground.value("184.5");
  await playground.fill("Input", '{"a": 2}');
  await playground.fill("Variables", '{"x": 40}');
  await playground.fill("Expression", '{"sum": $states.input.a + $x}');
  await playground.value('{\n  "sum": 42\n}');
  await playground.fill("Context object", '{"Execution": {"Name": "e-1"}}');
  await playground.fill("Expression", "$states.context.Execution.Name & $states.input.a & $x");
  await playground.value('"e-1240"');
});

pageTest("a JSONPath shows its value, with intrinsic functions and the context object", async (playground) => {
  await playground.showExpressions();
  await playground.page.getByRole("radio", { name: "JSONPath" }).check();
  await playground.value("79.5");
  await playground.fill("Expression", "States.MathAdd($.lines[0].quantity, 3)");
  await playground.value("5");
  await playground.fill("Context object", '{"Execution": {"Name": "e-1"}}');
  await playground.fill("Expression", "States.Format('{} of {}', $.lines[1].price, $$.Execution.Name)");
  await playground.value('"4.25 of e-1"');
});

pageTest("a value shows large numbers exactly, and texts with JSON characters unchanged", async (playground) => {
  await playground.showExpressions();
  await playground.page.getByRole("radio", { name: "JSONPath" }).check();
  await playground.fill("Input", '{"n": 12345678901234567, "t": "a, {b: [\\"c\\"]}  \\\\", "none": [], "deep": [[1]]}');
  await playground.fill("Expression", "$");
  const value = `{
  "n": 12345678901234567,
  "t": "a, {b: [\\"c\\"]}  \\\\",
  "none": [],
  "deep": [
    [
      1
    ]
  ]
}`;
  await playground.until("the value is exact", async () => (await playground.page.textContent("#value")) === value);
});

pageTest("a wrong expression shows AWS's error", async (playground) => {
  await playground.showExpressions();
  await playground.fill("Expression", "$states.input.lines + 'x'");
  await playground.value("States.QueryEvaluationError: The JSONata expression '$states.input.lines + 'x'' specified for the field 'Output' threw an error during evaluation. T2001");
  await playground.page.getByRole("radio", { name: "JSONPath" }).check();
  await playground.fill("Expression", "$.missing");
  await playground.value("States.Runtime: The JSONPath '$.missing' specified for the field 'value.$' could not be found in the input");
});

pageTest("a state shows the steps of its data flow, and AWS's error without the result of its call", async (playground) => {
  await playground.showExpressions();
  await playground.page.locator("#flow tr").nth(6).waitFor();
  const titles = await playground.page.locator("#flow th").allTextContents();
  assert.deepEqual(titles, ["Input", "After InputPath", "After Parameters", "Result", "After ResultSelector", "After ResultPath", "Output"]);
  const [selected] = await playground.page.locator("#flow tr", { hasText: "After ResultSelector" }).locator("td").allTextContents();
  assert.deepEqual(JSON.parse(selected), { id: "ch-1" });
  await playground.fill("Result of its call", "");
  await playground.until("the error is shown", async () => (await playground.page.textContent("#flow-outcome")).includes("RoleArn must be specified"));
  assert.equal(await playground.page.locator("#flow tr").count(), 0);
});

pageTest("an endless expression ends or can be stopped, and the next one has a value", async (playground) => {
  await playground.showExpressions();
  await playground.fill("Expression", ENDLESS);
  const stop = playground.button("Stop");
  const ended = playground.page.locator("#value", { hasText: "Expression evaluation timeout" });
  await stop.or(ended).first().waitFor();
  if (await ended.isHidden()) {
    await stop.click();
    await playground.value("You stopped the test");
  }
  await playground.fill("Expression", "1 + 1");
  await playground.value("2");
  assert.equal(await playground.button("Stop").isVisible(), false);
});

pageTest("an endless run can be stopped; the text, its undo and the next run work", async (playground) => {
  const again = { ErrorEquals: ["States.QueryEvaluationError"], Next: "First" };
  const first = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Arguments: { Payload: `{% ${ENDLESS} %}` }, Catch: [again], End: true };
  const endless = JSON.stringify({ QueryLanguage: "JSONata", StartAt: "First", States: { First: first } });
  await playground.openFile("endless.asl.json", endless);
  await playground.frame.locator("#run").click();
  await playground.button("Stop").click({ timeout: 8_000 });
  await playground.says("The call is stopped");
  await playground.duplicate();
  await playground.frame.locator("[data-command=undo]").click();
  await playground.has("First");
  assert.equal((await playground.download()).text, endless);
  await playground.openFile("linear.asl.json", LINEAR);
  assert.match(await playground.run(), /SUCCEEDED/);
});

pageTest("each report is what the command prints", async (playground) => {
  await playground.openFile("linear.asl.json", LINEAR);
  await playground.duplicate();
  await playground.button("Reports").click();
  const text = await playground.text();
  const command = (...words) => execFileSync(process.env.STEPWRIGHT, words, { input: text, encoding: "utf8", stdio: "pipe" });
  const file = path.join(mkdtempSync(path.join(tmpdir(), "stepwright-reports-")), "linear.asl.json");
  writeFileSync(file, LINEAR);
  const edited = path.join(path.dirname(file), "edited", "linear.asl.json");
  mkdirSync(path.dirname(edited));
  writeFileSync(edited, text);
  // The source names the file that it was made from, and the converted text has another layout.
  const content = (report) => (report.startsWith("{") ? JSON.stringify(JSON.parse(report)) : report.replaceAll(/^\/\/.*\n/gm, "").trim());
  for (const [report, expected] of [
    ["estimate", command("estimate", "-")],
    ["policy", command("policy", "-", "--name", "StateMachine")],
    ["rust", command("import", "-", "--name", "Workflow")],
    ["ts", command("types", edited, "--lang", "ts")],
    ["python", command("types", edited, "--lang", "python")],
    ["jsonata", command("convert", "--to", "jsonata", "--write", "-")],
    ["changes", command("diff", file, "-")],
  ]) {
    await playground.page.selectOption("#report", report);
    await playground.until(`${report} is there`, async () => content(await playground.page.textContent("#report-text")) === content(expected));
  }
  await playground.page.selectOption("#report", "explore");
  await playground.until("the paths are searched", async () => (await playground.page.textContent("#report-text")).startsWith("no findings in "));
  rmSync(path.dirname(file), { recursive: true });
});

pageTest("a report is about the chosen state machine of a template, and a refused definition says why", async (playground) => {
  const machine = (definition) => ({ Type: "AWS::StepFunctions::StateMachine", Properties: { Definition: definition } });
  const one = machine({ StartAt: "A", States: { A: { Type: "Succeed" } } });
  const other = machine({ StartAt: "Other", States: { Other: { Type: "Pass", Next: "Missing" } } });
  const template = { AWSTemplateFormatVersion: "2010-09-09", Resources: { One: one, Two: other } };
  await playground.openFile("template.json", JSON.stringify(template));
  await playground.button("Reports").click();
  await playground.page.selectOption("#report", "estimate");
  await playground.until("the first is estimated", async () => (await playground.page.textContent("#report-text")).includes("transitions"));
  await playground.page.selectOption("#report-machine", { label: "Two" });
  await playground.until("the reason is there", async () => (await playground.page.textContent("#report-text")).includes("Missing"));
  assert.equal(await playground.page.locator("#report-machine option:checked").textContent(), "Two");
});

for (const colorScheme of THEMES) {
  pageTest(
    `all views and the studio break no rule of accessibility in the ${colorScheme} theme`,
    async (playground) => {
      const { tab, page } = playground;
      const isDark = await (await playground.studio()).evaluate(() => document.body.className);
      assert.equal(isDark, `vscode-${colorScheme}`);
      await playground.button("Share").click();
      await playground.says("link");
      assert.deepEqual(await tab.violations(), []);
      assert.deepEqual(await playground.studioViolations(), []);
      await playground.showExpressions();
      await page.locator("#flow tr").first().waitFor();
      assert.deepEqual(await tab.violations(), []);
      await playground.button("Reports").click();
      assert.deepEqual(await tab.violations(), []);
    },
    { colorScheme },
  );
}

for (const width of [320, ...WIDTHS]) {
  pageTest(
    `no view scrolls sideways at a width of ${width} pixels`,
    async (playground) => {
      await playground.button("Share").click();
      await playground.says("link");
      assert.equal(await playground.tab.overflow(), null);
      const studio = await playground.studio();
      assert.ok((await studio.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0);
      await playground.showExpressions();
      await playground.page.locator("#flow tr").first().waitFor();
      assert.equal(await playground.tab.overflow(), null);
      await playground.button("Reports").click();
      assert.equal(await playground.tab.overflow(), null);
    },
    { viewport: { width, height: 700 } },
  );
}

pageTest("the frame of the studio follows a change of the theme", async (playground) => {
  const studio = await playground.studio();
  const scheme = () => studio.evaluate(() => document.documentElement.style.colorScheme);
  await playground.page.emulateMedia({ colorScheme: "dark" });
  await playground.until("it is dark", async () => (await scheme()) === "dark");
  await playground.page.emulateMedia({ colorScheme: "light" });
  await playground.until("it is light", async () => (await scheme()) === "light");
});
