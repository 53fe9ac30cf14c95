// Definitions of this repository, and large ones: each opens, and a state that is added, changed and removed again leaves the file as it was, byte by byte.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { large } from "./support/definitions.mjs";
import { Studio } from "./support/studio.mjs";

const root = process.env.STEPWRIGHT_ROOT;
const files = {
  "large-60.asl.json": large(60),
  "large-500.asl.json": large(500),
  "windows.asl.json": large(8).replaceAll("\n", "\r\n"),
  "unicode.asl.json": large(8).replaceAll('"S3"', '"Prüfen 日本語 𝄞"'),
  "order.asl.yaml": "# The order\nQueryLanguage: JSONata\nStartAt: Check   # first\nStates:\n  Check:\n    Type: Pass\n    Next: Done\n\n  Done:\n    Type: Succeed\n",
};
if (root && existsSync(path.join(root, ".git"))) {
  const listed = execFileSync("git", ["-C", root, "ls-files", "*.asl.json", "*.asl.yaml"], { encoding: "utf8" }).trim().split("\n");
  for (const file of listed.filter(Boolean)) {
    const text = readFileSync(path.join(root, file), "utf8");
    if (text.includes('"States"') || text.includes("States:")) files[file.replaceAll("/", "-")] ??= text;
  }
}

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("a state that is added, changed and removed leaves each file as it was", async () => {
  const studio = await Studio.start(files);
  let count = 0;
  try {
    for (const [index, name] of Object.keys(files).entries()) {
      const page = await studio.openFile(browser, index).catch((error) => assert.fail(`${name}: ${error.message}`));
      // A file without states has no transition.
      const start = (await page.page.$$eval("#canvas .plus", (all) => all.map((plus) => JSON.parse(plus.dataset.edges)))).flat().find((edge) => edge === "/StartAt");
      const isValid = start && !(await page.page.textContent("#panel-problems")).includes("error");
      if (isValid) {
        const states = await page.names();
        await page.page.$eval(`#canvas .plus[data-edges='["/StartAt"]']`, (plus) => {
          const box = plus.getBoundingClientRect();
          for (const type of ["pointerdown", "pointerup"]) plus.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0, clientX: box.x, clientY: box.y }));
        });
        await page.page.fill("#search", "wait");
        await page.page.waitForFunction(() => document.querySelector("#palette [data-item]")?.dataset.item === "flow:Wait");
        await page.page.keyboard.press("Enter");
        await page.until(`${name}: a state is added`, async () => (await page.names()).length === states.length + 1);
        await page.page.locator("#panel-inspector .kind", { hasText: "Wait" }).waitFor();
        await page.fill("Seconds", "7");
        await page.until(`${name}: it is changed`, async () => /Seconds"?: 7\b/.test(await page.text()));
        await page.save();
        await page.page.locator("#canvas").focus();
        await page.page.keyboard.press("Delete");
        await page.until(`${name}: it is removed`, async () => (await page.names()).length === states.length);
        await page.save();
        assert.equal(studio.read(name), files[name], name);
        count++;
      }
      page.tab.check();
      await page.close();
    }
  } finally {
    studio.stop();
  }
  assert.ok(count >= 5, `${count} files`);
});
