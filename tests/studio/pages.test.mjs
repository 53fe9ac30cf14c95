// The page in both themes and all widths, with every panel: accessible, and never wider than the window.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { IS_SHORT, THEMES, launch } from "./support/browser.mjs";
import { ORDERS, large } from "./support/definitions.mjs";
import { Studio } from "./support/studio.mjs";

const WIDTHS = IS_SHORT ? [390] : [320, 390, 1280, 3840];
const PANELS = ["inspector", "code", "problems", "trial", "reports"];

let browser, studio;
before(async () => {
  browser = await launch();
  studio = await Studio.start({ "orders.asl.jsonc": ORDERS.replace('"Next": "Both"', '"Next": "Bohth"'), "large.asl.json": large(60) });
});
after(async () => {
  await browser?.close();
  studio?.stop();
});

for (const colorScheme of THEMES) {
  describe(colorScheme, () => {
    for (const width of WIDTHS) {
      test(`${width} px`, async () => {
        const page = await studio.open(browser, { colorScheme, viewport: { width, height: width > 2000 ? 2160 : 900 } });
        for (const panel of PANELS) {
          await page.page.click(`#tab-${panel}`);
          if (panel === "inspector") await page.page.locator("#panel-inspector .form").waitFor();
          assert.deepEqual(await page.tab.violations(), [], panel);
          assert.equal(await page.tab.overflow(), null, panel);
        }
        await page.page.locator("#canvas").focus();
        await page.page.keyboard.press("c");
        await page.page.locator("#choice").getByLabel("Transition").waitFor();
        assert.deepEqual(await page.tab.violations(), [], "a question");
        assert.equal(await page.tab.overflow(), null);
        page.tab.check();
        await page.close();
      });
    }
  });
}
