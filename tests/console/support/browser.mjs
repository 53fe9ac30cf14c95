// A headless Chromium whose pages record problems, and two people who use it: one with a mouse, one with a keyboard.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const THEMES = ["light", "dark"];
/** Whether only one width is tested, and each action once with the keyboard. */
export const IS_SHORT = process.env.CONSOLE_TESTS === "short";
export const WIDTHS = IS_SHORT ? [360] : [360, 768, 1280, 2560];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** A tab, and everything that went wrong in it. */
export class Tab {
  static async open(browser, server, options = {}) {
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    return new Tab(context, page);
  }

  constructor(context, page) {
    this.context = context;
    this.page = page;
    this.problems = [];
    /** The status of the next pages, if it is an error on purpose. */
    this.expected = 200;
    const problem = (text) => this.problems.push(`${page.url()}: ${text}`);
    page.on("console", (message) => {
      // Chromium reports each error status as a message.
      const isExpected = this.expected >= 400 && message.text().includes(`status of ${this.expected}`);
      if (["error", "warning"].includes(message.type()) && !isExpected) problem(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => problem(`exception: ${error.stack}`));
    page.on("dialog", (dialog) => {
      problem(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on("requestfailed", (request) => {
      // A browser cancels the requests of a page that it leaves.
      if (request.failure()?.errorText !== "net::ERR_ABORTED") problem(`${request.url()}: ${request.failure()?.errorText}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400 && response.status() !== this.expected) problem(`${response.url()}: ${response.status()}`);
    });
  }

  /** Loads a page. */
  async goto(path) {
    const response = await this.page.goto(path);
    assert.equal(response.status(), this.expected, path);
    return response;
  }

  /** Fails if anything went wrong since the last call. */
  check() {
    assert.deepEqual(this.problems.splice(0), []);
  }

  /** Returns the violations of the accessibility rules: WCAG 2.2 A and AA, and best practices. */
  async violations() {
    await this.page.evaluate(axe);
    const results = await this.page.evaluate(() =>
      axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }),
    );
    return results.violations.flatMap((violation) =>
      violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll("\n", " ")}\n${node.html}`),
    );
  }

  /** Returns by how many pixels the page is wider than the window, and the elements that cause it. */
  overflow() {
    return this.page.evaluate(() => {
      const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      if (over <= 0) return null;
      const limit = document.documentElement.clientWidth;
      const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > limit);
      return `${over} px: ${wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120)).join("\n")}`;
    });
  }

  async close() {
    // Chromium does not always close a page that is being loaded.
    await this.page.waitForLoadState();
    await this.page.goto("about:blank").catch(() => {});
    // The browser closes what remains.
    await Promise.race([this.context.close(), sleep(10_000)]);
  }
}

/** A person with a mouse. */
export const mouse = {
  name: "with the mouse",
  press: (locator) => locator.click(),
  check: (locator) => locator.check(),
  fill: (locator, text) => locator.fill(text),
};

/** A person who has only a keyboard. */
export const keyboard = {
  name: "with the keyboard",
  async press(locator) {
    await tabTo(locator);
    await locator.page().keyboard.press("Enter");
  },
  async check(locator) {
    await tabTo(locator);
    await locator.page().keyboard.press("Space");
  },
  async fill(locator, text) {
    await tabTo(locator);
    await locator.page().keyboard.press("ControlOrMeta+A");
    await locator.page().keyboard.type(text);
  },
};

/** Presses Tab until an element has the focus. Fails if the focus is not visible there. */
async function tabTo(locator) {
  const page = locator.page();
  await locator.waitFor();
  const wanted = await locator.elementHandle();
  const isFocused = () => wanted.evaluate((element) => document.activeElement === element);
  for (let presses = 0; !(await isFocused()); presses++) {
    assert.ok(presses < 300, `Tab does not reach ${locator}`);
    await page.keyboard.press("Tab");
  }
  const outline = await wanted.evaluate((element) => element.matches(":focus-visible") && getComputedStyle(element).outlineStyle);
  assert.notEqual(outline || "none", "none", `the focus is not visible at ${locator}`);
}
