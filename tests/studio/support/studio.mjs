// A running `stepwright studio` with files in a folder of its own, and a page of it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Tab } from "./browser.mjs";

const program = process.env.STEPWRIGHT;

export class Studio {
  /** The folder with the key of the pages. */
  state = "state";

  /** Starts the command with files, by their names and texts. A file without a text does not exist. */
  static async start(files, { port = "0", folder = mkdtempSync(path.join(tmpdir(), "studio-")) } = {}) {
    for (const [name, text] of Object.entries(files)) if (text !== null) writeFileSync(path.join(folder, name), text);
    const studio = Object.assign(new Studio(), { folder, names: Object.keys(files) });
    await studio.run(port);
    return studio;
  }

  async run(port) {
    const files = this.names.map((name) => path.join(this.folder, name));
    this.child = spawn(program, ["studio", "--no-open", "--port", port, "--color", "never", ...files], {
      stdio: ["ignore", "pipe", "pipe"],
      // The key of the pages is that of this folder.
      env: { ...process.env, XDG_STATE_HOME: path.join(this.folder, this.state) },
    });
    const [out, errors] = [[], []];
    this.child.stderr.on("data", (data) => errors.push(String(data)));
    this.address = await new Promise((done, failed) => {
      this.child.on("exit", (code) => failed(new Error(`the command ended with ${code}: ${errors.join("")}`)));
      this.child.stdout.on("data", (data) => {
        out.push(String(data));
        const found = /http:\S+/.exec(out.join(""));
        if (found) done(found[0]);
      });
    });
    this.url = new URL(this.address).origin;
    this.port = new URL(this.address).port;
  }

  /** Ends the command as a crash does. */
  async crash() {
    const ended = new Promise((done) => this.child.on("exit", done));
    this.child.kill("SIGKILL");
    await ended;
  }

  stop() {
    this.child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  read(name = this.names[0]) {
    return readFileSync(path.join(this.folder, name), "utf8");
  }

  write(text, name = this.names[0]) {
    writeFileSync(path.join(this.folder, name), text);
  }

  async open(browser, options) {
    return this.openFile(browser, 0, options);
  }

  async openFile(browser, index, options) {
    const tab = await Tab.open(browser, { url: this.url }, options);
    return EditorPage.open(tab, `${this.address}?file=${index}`);
  }
}

/** The page of a file. */
export class EditorPage {
  static async open(tab, address) {
    const page = new EditorPage();
    Object.assign(page, { tab, page: tab.page });
    // Refusals have the status 422, and conflicts 409, on purpose.
    tab.expected = 200;
    await tab.goto(address);
    await tab.page.waitForFunction(() => document.querySelector("#tree [role=treeitem]"));
    return page;
  }

  /** The names of the states in the picture. */
  names() {
    return this.page.$$eval("#canvas .state", (all) => all.map((state) => state.dataset.state).sort());
  }

  text() {
    return this.page.inputValue("#text");
  }

  async definition() {
    return JSON.parse((await this.text()).replaceAll(/^\s*\/\/.*$/gm, ""));
  }

  message() {
    return this.page.textContent("#message");
  }

  /** Waits until something is true in the page. */
  async until(what, check) {
    for (let tries = 0; tries < 200; tries++) {
      if (await check()) return;
      await sleep(50);
    }
    assert.fail(`${what}: never true; the text is\n${await this.text()}\nthe message is: ${await this.message()}`);
  }

  has(...names) {
    return this.until(`the states ${names}`, async () => JSON.stringify(await this.names()) === JSON.stringify([...names].sort()));
  }

  says(part) {
    return this.until(`the message has ${part}`, async () => (await this.message()).includes(part));
  }

  state(pointer) {
    return this.page.locator(`#canvas [data-pointer="${pointer}"]`);
  }

  plus(edge) {
    return this.page.locator(`#canvas .plus[data-edges='["${edge}"]']`);
  }

  canUndo() {
    return this.command("undo").isEnabled();
  }

  command(name) {
    return this.page.locator(`[data-command=${name}]`);
  }

  /** Where a person clicks on a state: its name, because a Parallel contains others. */
  async centre(pointer) {
    const box = await this.state(pointer).locator(".name").first().boundingBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  }

  async select(pointer, options) {
    await this.page.mouse.click(...(await this.centre(pointer)), options);
    await this.until(`${pointer} is selected`, () => this.page.evaluate((own) => document.querySelector(`#canvas .chosen[data-pointer="${own}"]`), pointer));
  }

  /** A point of a transition, at a share of its length. */
  point(edge, share) {
    return this.page.$eval(
      `#canvas .edge[data-edges*='"${edge}"'] .line`,
      (line, part) => {
        const [matrix, at] = [line.getScreenCTM(), line.getPointAtLength(line.getTotalLength() * part)];
        return [matrix.a * at.x + matrix.e, matrix.d * at.y + matrix.f];
      },
      share,
    );
  }

  async drag(from, to) {
    await this.page.mouse.move(...from);
    await this.page.mouse.down();
    await this.page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 5 });
    await this.page.mouse.move(...to, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Inserts an item of the palette at a transition, with the mouse. */
  async insert(edge, item) {
    await this.plus(edge).click();
    await this.page.fill("#search", item);
    const first = this.page.locator("#palette [data-item]").first();
    await this.page.waitForFunction((words) => document.querySelector("#palette [data-item]")?.textContent.toLowerCase().includes(words), item.toLowerCase().split(" ")[0]);
    await first.click();
  }

  /** Types into a field of the form of the selected state, and leaves the field. */
  async fill(label, value) {
    const field = this.page.locator(`#panel-inspector label:has(> span:text-is("${label}")) > :is(input, textarea)`).first();
    await field.fill(value);
    await field.blur();
  }

  /** Types a value of tests into the form of the selected state: its `input`, `inputs` or `mocks`. */
  async fillTest(name, value) {
    const field = this.page.locator(`#panel-inspector [data-test=${name}]`);
    await field.fill(value);
    await field.blur();
    await this.until("the value is taken over", () => this.page.evaluate(() => !document.querySelector("#panel-inspector [aria-invalid=true]")));
  }

  async save() {
    await this.page.keyboard.press("Control+s");
    await this.until("it is saved", async () => (await this.page.textContent("#saved")) === "saved");
  }

  close() {
    return this.tab.close();
  }
}

/** Chooses the state to which a transition of a form leads, as a person does: the list has its states when it has the focus. */
export async function chooseTarget(list, state) {
  await list.focus();
  await list.selectOption(state);
}
