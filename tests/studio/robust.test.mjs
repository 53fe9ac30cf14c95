// A crash of the server, two tabs, other programs that write the file, read-only files, and requests that are not from the page.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { launch } from "./support/browser.mjs";
import { NAMES, ORDERS, large } from "./support/definitions.mjs";
import { EditorPage, Studio } from "./support/studio.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("a crash of the server loses no edit", async () => {
  const studio = await Studio.start({ "orders.asl.jsonc": ORDERS });
  try {
    const page = await studio.open(browser);
    await page.insert("/States/Charge/Next", "wait");
    await page.has(...NAMES, "Wait");
    await page.select("/States/Charge");
    await page.command("duplicate").click();
    await page.has(...NAMES, "Charge 2", "Wait");
    const edited = await page.text();
    await studio.crash();
    assert.equal(studio.read(), ORDERS);
    // A further edit is kept, too.
    await page.page.click("#tab-code");
    await page.page.locator("#text").fill(edited.replace("The order workflow", "Orders"));
    await page.says("does not answer");
    const palette = async () => (await page.page.textContent("#palette")).includes("does not answer");
    await page.page.fill("#search", "choice");
    await page.until("the palette says why it has no items", palette);
    await studio.run(studio.port);
    await page.says("The server has started again.");
    page.tab.problems.length = 0;
    await page.page.getByRole("button", { name: "Restore them" }).click();
    await page.has(...NAMES, "Charge 2", "Wait");
    assert.equal(await page.text(), edited.replace("The order workflow", "Orders"));
    await page.save();
    assert.equal(studio.read(), await page.text());
    await page.page.keyboard.press("Control+z");
    await page.has(...NAMES);
    assert.equal(await page.text(), ORDERS);
    page.tab.problems.length = 0;
    await page.close();
  } finally {
    studio.stop();
  }
});

test("an open page survives a restart, with what was typed in a form without the server", async () => {
  const studio = await Studio.start({ "orders.asl.jsonc": ORDERS, "other.asl.json": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}' });
  try {
    const page = await studio.open(browser);
    const old = page.page.url();
    await page.page.click("#tab-trial");
    await page.page.fill("#trial-mocks", '{"Charge": 1}');
    await page.page.click("#tab-inspector");
    await page.insert("/States/Charge/Next", "wait");
    await page.has(...NAMES, "Wait");
    await page.select("/States/Charge");
    await page.page.locator('[data-field="/States/Charge/Comment"]').waitFor();
    await studio.crash();
    // A name first: the pointers of the other fields are those of the old one. The last field still has the focus.
    await page.fill("Name", "Pay");
    await page.says("does not answer");
    await page.fill("Comment", "with a card");
    await page.page.locator('[data-field="/States/Charge/TimeoutSeconds"], [data-field="/States/Charge/Output"]').first().fill('{% $states.result %}');
    const form = page.page.locator("#panel-inspector");
    assert.equal(await form.locator('[data-field="/States/Charge/Comment"]').inputValue(), "with a card");
    await studio.run(studio.port);
    await page.says("The server has started again.");
    assert.notEqual(page.page.url(), old);
    assert.ok(page.page.url().startsWith(studio.address));
    assert.equal(studio.read(), ORDERS);
    await page.page.getByRole("button", { name: "Restore them" }).click();
    await page.has(...NAMES.filter((name) => name !== "Charge"), "Pay", "Wait");
    const { Comment, Output, Next } = (await page.definition()).States.Pay;
    assert.deepEqual([Comment, Output, Next], ["with a card", "{% $states.result %}", "Wait"]);
    assert.deepEqual(JSON.parse(await page.page.inputValue("#trial-mocks")), { Pay: 1 });
    await page.save();
    assert.equal(studio.read(), await page.text());
    // A second time, without edits; then with a studio of another file.
    for (const names of [studio.names, ["other.asl.json"]]) {
      studio.names = names;
      await studio.crash();
      await studio.run(studio.port);
      await page.says(names.length > 1 ? "The server has started again." : "this studio does not have");
    }
    assert.equal(await page.page.locator("#choice").isVisible(), false);
    studio.names = ["orders.asl.jsonc"];
    await studio.crash();
    await studio.run(studio.port);
    await page.says("The server has started again.");
    page.tab.problems.length = 0;
    await page.close();
  } finally {
    studio.stop();
  }
});

test("what was typed a moment before a reload is not lost", async () => {
  const studio = await Studio.start({ "orders.asl.jsonc": ORDERS });
  try {
    const page = await studio.open(browser);
    const reload = async (type) => {
      const loaded = page.page.waitForEvent("load");
      await page.page.evaluate(`(${type})(); location.reload();`);
      await loaded;
      await page.page.waitForFunction(() => document.querySelector("#tree [role=treeitem]"));
    };
    await page.page.click("#tab-code");
    await reload(() => {
      const area = document.querySelector("#text");
      area.focus();
      area.setSelectionRange(0, 0);
      document.execCommand("insertText", false, "// typed\n");
    });
    await page.until("the text is there", async () => (await page.text()) === `// typed\n${ORDERS}`);
    await page.select("/States/Charge");
    await page.page.locator('[data-field="/States/Charge/Comment"]').waitFor();
    await reload(() => {
      document.querySelector('[data-field="/States/Charge/Comment"]').focus();
      document.execCommand("insertText", false, "in a form");
    });
    await page.until("the field is there", async () => (await page.definition()).States.Charge.Comment === "in a form");
    page.tab.problems.length = 0;
    await page.close();
  } finally {
    studio.stop();
  }
});

test("a new file that was never saved survives a crash", async () => {
  const studio = await Studio.start({ "new.asl.json": null });
  try {
    const page = await studio.open(browser);
    await page.page.fill("#search", "pass");
    await page.page.locator('#palette [data-item="flow:Pass"]').waitFor();
    await page.page.locator("#search").press("Enter");
    await page.has("Pass");
    const edited = await page.text();
    await studio.crash();
    await studio.run(studio.port);
    await page.page.getByRole("button", { name: "Restore them" }).click();
    await page.has("Pass");
    assert.equal(await page.text(), edited);
    page.tab.problems.length = 0;
    await page.close();
  } finally {
    studio.stop();
  }
});

test("a page sends nothing to another program at its address, and believes none", async () => {
  const studio = await Studio.start({ "orders.asl.jsonc": ORDERS });
  try {
    const page = await studio.open(browser);
    const secret = new URL(studio.address).pathname.split("/")[2];
    const seen = await fetch(`${studio.url}/studio/run?nonce=1`).then((response) => response.json());
    await page.select("/States/Charge");
    await studio.crash();
    // It answers as the studio did before, and as a page of it.
    const received = [];
    const answer = JSON.stringify({ ...seen, view: {}, html: "<p>changed</p>" });
    const other = createServer((incoming, response) => {
      received.push(`${incoming.method} ${incoming.url}`);
      response.setHeader("content-type", "application/json");
      response.end(answer);
    });
    await new Promise((done) => other.listen(studio.port, "127.0.0.1", done));
    await page.until("the page looks for the studio", () => received.length > 1);
    await page.fill("Comment", "for the studio only");
    await page.page.keyboard.press("Control+s");
    await page.says("does not answer");
    await sleep(1500);
    assert.ok(received.every((line) => /^GET \/studio\/run\?nonce=[-\da-f]{36}$/.test(line)), received.join("\n"));
    assert.ok(!received.some((line) => line.includes(secret)));
    other.closeAllConnections();
    await new Promise((done) => other.close(done));
    // The studio of another user has another key.
    const own = studio.state;
    studio.state = "another";
    await studio.run(studio.port);
    await sleep(2500);
    assert.equal(await page.page.getByRole("button", { name: "Restore them" }).count(), 0);
    await studio.crash();
    studio.state = own;
    await studio.run(studio.port);
    await page.page.getByRole("button", { name: "Restore them" }).click();
    await page.until("the edit is there", async () => (await page.definition()).States.Charge.Comment === "for the studio only");
    assert.equal(await page.page.locator("#studio[data-key]").count(), 0, "the key is no longer in the page");
    for (const address of [`${studio.url}/studio/run`, `${studio.url}/studio/run?nonce=${"1".repeat(65)}`]) assert.equal((await fetch(address)).status, 400);
    page.tab.problems.length = 0;
    await page.close();
  } finally {
    studio.stop();
  }
});

test("the palette has the state machines and functions of the named files", async () => {
  const template = `Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: orders.asl.jsonc
      DefinitionSubstitutions:
        ChargeFunctionArn: !GetAtt ChargeCard.Arn
  ChargeCard:
    Type: AWS::Serverless::Function
`;
  const refund = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}';
  const studio = await Studio.start({ "orders.asl.jsonc": ORDERS, "refund.asl.json": refund, "template.yaml": template });
  try {
    const page = await studio.open(browser);
    await page.insert("/States/Charge/Next", "refund");
    await page.has(...NAMES, "Run refund");
    const { Resource, Arguments } = (await page.definition()).States["Run refund"];
    assert.deepEqual([Resource, Arguments.StateMachineArn], ["arn:aws:states:::states:startExecution.sync:2", "${RefundStateMachineArn}"]);
    await page.insert("/States/Run refund/Next", "chargecard");
    await page.has(...NAMES, "Run refund", "ChargeCard");
    assert.equal((await page.definition()).States.ChargeCard.Arguments.FunctionName, "${ChargeFunctionArn}");
    await page.page.fill("#search", "orders.asl");
    await page.until("the definition is not offered to itself", async () => (await page.page.textContent("#palette")).includes("nothing found"));
    await page.page.fill("#search", "");
    page.tab.check();
    await page.close();
  } finally {
    studio.stop();
  }
});

test("a state whose name has control characters is selected in the picture", async () => {
  const name = 'a\u0007"b\n\\c';
  const States = { Start: { Type: "Pass", Next: name }, [name]: { Type: "Pass", End: true } };
  const studio = await Studio.start({ "odd.asl.json": JSON.stringify({ StartAt: "Start", States }) });
  try {
    const page = await studio.open(browser);
    const box = await page.page.locator("#canvas .state").nth(1).boundingBox();
    await page.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.until("it is selected", async () => (await page.page.locator("#canvas .chosen").count()) === 1 && (await page.page.textContent("#selected")).startsWith("a\u0007"));
    page.tab.check();
    await page.close();
  } finally {
    studio.stop();
  }
});

test("a picture larger than its view has a mini-map, which moves it", async () => {
  const studio = await Studio.start({ "large.asl.json": large(60) });
  try {
    const page = await studio.open(browser);
    const map = page.page.locator("#canvas").locator("#map");
    await map.waitFor();
    const top = () => page.page.$eval("#canvas svg", (svg) => svg.getBoundingClientRect().top);
    const before = await top();
    const box = await map.boundingBox();
    await page.page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.9);
    await page.until("it has moved", async () => (await top()) < before - 500);
    await page.page.locator("#canvas").focus();
    await page.page.keyboard.press("0");
    await map.waitFor({ state: "hidden" });
    page.tab.check();
    await page.close();
  } finally {
    studio.stop();
  }
});

test("two tabs see each other's edits, and an edit of an old picture is made in the new one", async () => {
  const studio = await Studio.start({ "orders.asl.jsonc": ORDERS });
  try {
    const one = await studio.open(browser);
    const two = Object.assign(new EditorPage(), { tab: one.tab, page: await one.tab.context.newPage() });
    await two.page.goto(studio.address);
    await two.page.waitForFunction(() => document.querySelector("#tree [role=treeitem]"));
    await one.insert("/States/Charge/Next", "wait");
    await two.has(...NAMES, "Wait");
    await two.select("/States/Both");
    await two.command("duplicate").isEnabled();
    await two.page.keyboard.press("Delete");
    await one.has("Charge", "Check", "Done", "Reject", "Wait");
    // Both at the same time.
    one.tab.expected = 409;
    await Promise.all([
      one.page.evaluate(() => document.querySelector('[data-command="undo"]').click()),
      two.page.evaluate(() => document.querySelector('[data-command="undo"]').click()),
    ]);
    await one.has(...NAMES);
    await two.has(...NAMES);
    assert.equal(await one.text(), ORDERS);
    assert.equal(await two.text(), ORDERS);
    // Typing in one tab does not lose that of the other.
    for (const page of [one, two]) await page.page.click("#tab-code");
    const type = (page, line, text) =>
      page.page.locator("#text").evaluate(
        (area, [find, added]) => {
          const at = area.value.indexOf(find);
          area.focus();
          area.setRangeText(added, at, at, "end");
          area.dispatchEvent(new Event("input", { bubbles: true }));
        },
        [line, text],
      );
    await Promise.all([type(one, "The order", "First: "), type(two, '"Done": {', '"Extra": {"Type": "Succeed"},\n    ')]);
    for (const page of [one, two]) await page.until("both are there", async () => (await page.text()).includes("First: ") && (await page.text()).includes('"Extra"'));
    assert.equal(await one.text(), await two.text());
    one.tab.problems.length = 0;
    await one.close();
  } finally {
    studio.stop();
  }
});

test("what another program writes is merged, or the user is asked", async () => {
  const studio = await Studio.start({ "orders.asl.jsonc": ORDERS });
  try {
    const page = await studio.open(browser);
    await page.insert("/States/Charge/Next", "wait");
    await page.has(...NAMES, "Wait");
    studio.write(ORDERS.replace("The order workflow", "Orders"));
    await page.until("it is merged", async () => (await page.text()).includes("// Orders") && (await page.names()).includes("Wait"));
    const conflict = ORDERS.replace("The order workflow", "Orders").replace('"Next": "Both"', '"Next": "Done"');
    studio.write(conflict);
    await page.page.getByRole("button", { name: "Take the text of the file" }).click();
    await page.until("the file is there", async () => (await page.text()) === conflict);
    await page.page.locator("#canvas").focus();
    await page.page.keyboard.press("Control+z");
    await page.has(...NAMES, "Wait");
    await page.save();
    assert.equal(studio.read(), await page.text());
    page.tab.check();
    await page.close();
  } finally {
    studio.stop();
  }
});

test("saving keeps line ends, the byte order mark and the mode", async () => {
  const text = `\ufeff${ORDERS.replaceAll("\n", "\r\n")}`;
  const studio = await Studio.start({ "orders.asl.jsonc": text });
  try {
    const file = path.join(studio.folder, "orders.asl.jsonc");
    chmodSync(file, 0o640);
    const page = await studio.open(browser);
    await page.insert("/States/Charge/Next", "wait");
    await page.has(...NAMES, "Wait");
    await page.save();
    const saved = studio.read();
    assert.ok(saved.startsWith("\ufeff{\r\n"));
    assert.equal(saved.replaceAll("\r\n", "").includes("\n"), false);
    assert.equal(statSync(file).mode & 0o777, 0o640);
    await page.select("/States/Wait");
    await page.page.keyboard.press("Delete");
    await page.has(...NAMES);
    await page.save();
    assert.equal(studio.read(), text);
    page.tab.check();
    await page.close();
  } finally {
    studio.stop();
  }
});

test("a read-only file is shown, and cannot be changed", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "studio-"));
  writeFileSync(path.join(folder, "orders.asl.jsonc"), ORDERS, { mode: 0o444 });
  const studio = await Studio.start({ "orders.asl.jsonc": null }, { folder });
  try {
    const page = await studio.open(browser);
    await page.page.getByText("read-only").waitFor();
    for (const name of ["add", "remove", "save", "connect"]) assert.equal(await page.command(name).isDisabled(), true, name);
    await page.select("/States/Charge");
    await page.page.keyboard.press("Delete");
    assert.deepEqual(await page.names(), NAMES);
    const answer = await post(studio, `${studio.address}apply?file=0`, { revision: 0, actions: [{ do: "undo" }] });
    assert.equal(answer.status, 403);
    page.tab.check();
    await page.close();
  } finally {
    studio.stop();
  }
});

/** Sends a request with any headers, which a browser does not allow. */
function post(studio, url, body, headers = {}) {
  return new Promise((done, failed) => {
    const sent = request(url, { method: body === undefined ? "GET" : "POST", headers: { "content-type": "application/json", ...headers } }, (response) => {
      let text = "";
      response.on("data", (data) => (text += data));
      response.on("end", () => done({ status: response.statusCode, text }));
    });
    sent.on("error", failed);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

test("only the page can send requests", async () => {
  const studio = await Studio.start({ "orders.asl.jsonc": ORDERS });
  try {
    const apply = `${studio.address}apply?file=0`;
    const body = { revision: 0, actions: [{ do: "undo" }] };
    const status = async (...request) => (await post(studio, ...request)).status;
    assert.equal(await status(apply, body), 200);
    assert.equal(await status(apply, body, { host: "evil.example" }), 403);
    assert.equal(await status(apply, body, { origin: "http://evil.example" }), 403);
    assert.equal(await status(apply, body, { "content-type": "text/plain" }), 415);
    assert.equal(await status(`${studio.url}/studio/0000/apply?file=0`, body), 403);
    assert.equal(await status(`${studio.url}/studio/0000/`), 403);
    assert.equal(await status(`${studio.address}view?file=7`), 404);
    assert.equal(await status(`${studio.address}assets/..%2fCargo.toml`), 404);
    assert.equal(await status(apply, { revision: 9, actions: [] }), 409);
    assert.equal(await status(apply, { revision: 0, actions: [{ do: "nothing" }] }), 400);
    const page = await fetch(studio.address);
    assert.match(page.headers.get("content-security-policy"), /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.equal(page.headers.get("x-frame-options"), "DENY");
  } finally {
    studio.stop();
  }
});

test("the data of tests survives a reload, follows the names of states, and is the same in two tabs", async () => {
  const studio = await Studio.start({ "orders.asl.jsonc": ORDERS });
  try {
    const page = await studio.open(browser);
    const mocks = (of = page) => of.page.inputValue("#trial-mocks").then((text) => JSON.stringify(JSON.parse(text || "null")));
    const has = (wanted, of = page) => page.until(`the mocks are ${wanted}`, async () => (await mocks(of)) === wanted);
    const field = () => page.page.locator("#panel-inspector [data-test=mocks]");
    await page.select("/States/Check");
    await page.fillTest("input", '{"ok": true}');
    await page.select("/States/Charge");
    await page.fillTest("mocks", '{"Payload": 7}');
    await has('{"Charge":{"Payload":7}}');
    await page.page.reload();
    await page.page.waitForFunction(() => document.querySelector("#tree [role=treeitem]"));
    await has('{"Charge":{"Payload":7}}');
    assert.equal(await page.page.inputValue("#trial-input"), '{"ok": true}');
    // A rename in a form, and its undo and redo.
    await page.select("/States/Charge");
    await page.page.locator("#canvas").focus();
    await page.page.keyboard.press("k");
    await page.page.click("#tab-inspector");
    await page.fill("Name", "Pay");
    await has('{"Pay":{"Payload":7}}');
    await page.page.locator('#canvas .breaks[data-pointer="/States/Pay"]').waitFor();
    await page.page.click("#run");
    await page.page.locator("#trial-outcome").getByText("SUCCEEDED", { exact: true }).waitFor();
    await page.page.locator("#canvas").focus();
    await page.page.keyboard.press("Control+z");
    await has('{"Charge":{"Payload":7}}');
    await page.page.keyboard.press("Control+Shift+z");
    await has('{"Pay":{"Payload":7}}');
    // A rename in another tab, which has the data, too; and one in the text.
    const two = Object.assign(new EditorPage(), { tab: page.tab, page: await page.tab.context.newPage() });
    await two.page.goto(studio.address);
    await two.page.waitForFunction(() => document.querySelector("#tree [role=treeitem]"));
    await has('{"Pay":{"Payload":7}}', two);
    await two.select("/States/Pay");
    await two.fill("Name", "Bill");
    for (const tab of [page, two]) await has('{"Bill":{"Payload":7}}', tab);
    await two.page.click("#tab-code");
    await two.page.locator("#text").fill((await two.text()).replaceAll('"Bill"', '"Collect"'));
    for (const tab of [page, two]) await has('{"Collect":{"Payload":7}}', tab);
    // The form of the renamed state has its mock, and a removed one is not renamed.
    await page.select("/States/Collect");
    await page.page.click("#tab-inspector");
    await page.until("the form has the mock", async () => (await field().count()) === 1 && JSON.stringify(JSON.parse((await field().inputValue()) || "null")) === '{"Payload":7}');
    await two.page.click("#tab-trial");
    await two.page.fill("#trial-mocks", '{"Collect": 8}');
    await page.until("the form follows the other tab", async () => (await field().inputValue()) === "8");
    await page.page.locator("#canvas").focus();
    await page.page.keyboard.press("Delete");
    await page.until("it is removed", async () => !(await page.names()).includes("Collect"));
    await has('{"Collect":8}');
    // After a restart of the command and in a new page it is still there.
    await studio.crash();
    await studio.run(studio.port);
    await page.says("The server has started again.");
    const three = Object.assign(new EditorPage(), { tab: page.tab, page: await page.tab.context.newPage() });
    await three.page.goto(studio.address);
    await has('{"Collect":8}', three);
    page.tab.problems.length = 0;
    await page.close();
  } finally {
    studio.stop();
  }
});
