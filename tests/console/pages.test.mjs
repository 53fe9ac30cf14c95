// Each page in both themes and all widths: its texts, its width, its accessibility, and no message in the browser's console.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { launch, Tab, THEMES, WIDTHS } from "./support/browser.mjs";
import { createWorld } from "./support/machines.mjs";
import { errorPages, pagesOf } from "./support/pages.mjs";
import { Server, Tasks } from "./support/server.mjs";

/** If this is set, screenshots are written to the folder. */
const screenshots = process.env.CONSOLE_SCREENSHOTS;

describe("pages", () => {
  let tasks, server, browser, pages;
  before(async () => {
    tasks = await Tasks.start();
    server = await Server.start(...tasks.bindings());
    const world = await createWorld(server);
    pages = [...pagesOf(world), ...errorPages];
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    tasks?.stop();
  });

  test("the links of all pages", async () => {
    const known = new Set();
    for (const { path: url, status } of pages) {
      const response = await fetch(new URL(url, server.url));
      assert.equal(response.status, status, url);
      for (const [, href] of (await response.text()).matchAll(/<a [^>]*href="([^"]*)"/g)) {
        // The link that skips the navigation leads to the page itself.
        if (!href.startsWith("#")) known.add(`${new URL(href.replaceAll("&amp;", "&"), server.url)}`);
      }
    }
    assert.ok(known.size > 100, `${known.size} links`);
    for (const url of known) {
      const response = await fetch(url);
      await response.text();
      assert.equal(response.status, 200, url);
    }
  });

  test("a printed page has no menu, no buttons and no forms", async (t) => {
    const tab = await Tab.open(browser, server);
    await tab.page.emulateMedia({ media: "print" });
    // The paper is as wide as A4.
    await tab.page.setViewportSize({ width: 794, height: 1123 });
    for (const { name, path: url, text, status } of pages) {
      await t.test(name, async () => {
        tab.expected = status;
        await tab.goto(url);
        const controls = tab.page.locator("nav:visible, button:visible, .button:visible, input:visible, select:visible, textarea:visible");
        assert.deepEqual(await controls.evaluateAll((all) => all.map((one) => one.outerHTML)), []);
        // What is read is there, unless it was in a form.
        const shown = await tab.page.locator("main").innerText();
        assert.ok(shown.length > 20, `${text}: ${shown}`);
        assert.equal(await tab.overflow(), null);
        tab.check();
      });
    }
    tab.expected = 200;
    // A whole diagram, although its box on the screen is smaller.
    await tab.goto(pages.find(({ name }) => name === "machine").path);
    const view = await tab.page.locator("diagram-view").boundingBox();
    const picture = await tab.page.locator("diagram-view svg").boundingBox();
    assert.ok(picture.width <= view.width + 1 && picture.height <= view.height + 1, JSON.stringify([picture, view]));
    await tab.close();
  });

  for (const theme of THEMES) {
    test(`in the ${theme} theme`, async (t) => {
      const tab = await Tab.open(browser, server, { colorScheme: theme });
      for (const { name, path: url, text, status } of pages) {
        await t.test(name, async () => {
          tab.expected = status;
          await tab.goto(url);
          const shown = await tab.page.locator("body").innerText();
          assert.ok(shown.includes(text), `no ${text} in ${shown}`);
          for (const width of WIDTHS) {
            await tab.page.setViewportSize({ width, height: 900 });
            assert.equal(await tab.overflow(), null, `${width} px`);
            if (screenshots) await screenshot(tab, `${name}-${theme}-${width}`);
            // The rules do not depend on the width, except that narrow tables scroll.
            if (width <= 360 || width === 1280) assert.deepEqual(await tab.violations(), [], `${width} px`);
          }
          tab.check();
        });
      }
      await tab.close();
    });
  }
});

async function screenshot(tab, name) {
  mkdirSync(screenshots, { recursive: true });
  await tab.page.screenshot({ path: path.join(screenshots, `${name.replaceAll(/[^\w-]+/g, "-")}.png`), fullPage: true });
}
