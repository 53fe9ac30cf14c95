// A page of the playground.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { Tab } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A debug build of the module takes seconds to compile. */
const LOAD_MS = 60_000;

export class Playground {
  /** Opens the playground in a new context. `fragment` is that of a link. */
  static async open(browser, server, { fragment = "", ...options } = {}) {
    const tab = await Tab.open(browser, server, { acceptDownloads: true, ...options });
    const playground = Playground.of(tab, server);
    tab.page.on("request", (request) => playground.requests.push(request.url()));
    await tab.goto(`${server.url}/${fragment}`);
    await playground.isShown();
    return playground;
  }

  /** The playground in a tab. */
  static of(tab, server) {
    return Object.assign(new Playground(), { tab, page: tab.page, server, requests: [] });
  }

  get frame() {
    return this.page.frameLocator("#studio iframe");
  }

  /** The document in the frame of the studio. */
  async studio() {
    return (await this.page.waitForSelector("#studio iframe")).contentFrame();
  }

  /** Waits until the studio shows a definition. */
  async isShown() {
    await this.frame.locator("#tree [role=treeitem]").first().waitFor({ timeout: LOAD_MS });
  }

  /** The names of the states in the picture, at one moment: the picture may change. A target that does not exist is no state. */
  async names() {
    const states = this.frame.locator("#canvas .state:not(.missing)");
    return (await states.evaluateAll((all) => all.map((state) => state.getAttribute("data-state")))).sort();
  }

  has(...names) {
    const expected = JSON.stringify([...names].sort());
    return this.until(`the states ${names}`, async () => JSON.stringify(await this.names()) === expected);
  }

  /** Waits until something is true. */
  async until(what, check) {
    for (let tries = 0; tries < 300; tries++) {
      // The frame of the studio may be loading another document.
      const isLoading = (error) => /context was destroyed|frame was detached/i.test(error.message);
      const holds = await check().catch((error) => (isLoading(error) ? false : Promise.reject(error)));
      if (holds) return;
      await sleep(50);
    }
    assert.fail(`${what}: never true; the status is: ${await this.status()}`);
  }

  status() {
    return this.page.textContent("#status");
  }

  says(part) {
    return this.until(`the status has ${part}`, async () => (await this.status()).includes(part));
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Opens a text from the disk. */
  async openFile(name, text) {
    await this.page.setInputFiles("#file", { name, mimeType: "text/plain", buffer: Buffer.from(text) });
    await this.says(`${name} is open`);
    await this.isShown();
  }

  /** The bytes that "Download" writes. */
  async download() {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.button("Download").click()]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
  }

  /** Opens an example by its title. */
  async openExample(title) {
    await this.page.selectOption("#example", { label: title });
    await this.button("Open example").click();
  }

  /** The text that the browser stores. */
  text() {
    return this.page.evaluate(() => JSON.parse(localStorage.getItem("stepwright-playground:work")).text);
  }

  isDirty() {
    return this.page.$eval("#name", (name) => name.textContent.includes("(not saved)"));
  }

  /** Duplicates the state `First`, and waits for the copy. */
  async duplicate() {
    const { length } = await this.names();
    await this.select("First");
    await this.frame.locator("[data-command=duplicate]").click();
    await this.until("there is a copy", async () => (await this.names()).length === length + 1);
  }

  /** The violations of the accessibility rules in the frame of the studio. */
  async studioViolations() {
    const studio = await this.studio();
    await studio.evaluate(axe);
    const { violations } = await studio.evaluate(() => axe.run({ resultTypes: ["violations"] }));
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  /** Selects a state in the list of states. */
  async select(name) {
    await this.frame.locator("#tree [role=treeitem]").filter({ hasText: name }).first().click();
    await this.frame.locator("#canvas .chosen").first().waitFor();
  }

  /** Waits until the files are stored for use without a network. */
  async isStored() {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 50));
    });
  }

  async run() {
    await this.frame.locator("#run").click();
    await this.until("the run has ended", async () => /SUCCEEDED|FAILED/.test(await this.outcome()));
    return this.outcome();
  }

  outcome() {
    return this.frame.locator("#trial-outcome").textContent();
  }

  async showExpressions() {
    await this.button("Expressions").click();
    await this.page.waitForFunction(() => document.querySelector("#value").textContent !== "", null, { timeout: LOAD_MS });
  }

  async fill(label, text) {
    await this.page.getByRole("textbox", { name: label, exact: true }).fill(text);
  }

  /** Waits until the value of the expression has a part. */
  value(part) {
    return this.until(`the value has ${part}`, async () => (await this.page.textContent("#value")).includes(part));
  }

  close() {
    return this.tab.close();
  }
}
