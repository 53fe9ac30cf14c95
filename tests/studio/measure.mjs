// How long an operation takes from the click until the new picture is on the screen. Fails beyond the limits of `LIMITS`.

import { launch } from "./support/browser.mjs";
import { large } from "./support/definitions.mjs";
import { Studio } from "./support/studio.mjs";

/** The maximum of 95 % of the operations, in milliseconds, by the number of states. */
const LIMITS = { 60: 100, 500: 300 };
const OPERATIONS = 40;

const browser = await launch();
let failed = false;
for (const [count, limit] of Object.entries(LIMITS)) {
  const studio = await Studio.start({ "large.asl.json": large(Number(count)) });
  const page = await studio.open(browser);
  const times = await page.page.evaluate(async (operations) => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const items = () => document.querySelectorAll("#tree [role=treeitem]");
    const count = () => document.querySelectorAll("#canvas .state").length;
    const times = [];
    for (let index = 0; index < operations; index++) {
      items()[5 + index].click();
      await new Promise((done) => setTimeout(done, 100));
      const before = count();
      const start = performance.now();
      document.querySelector(`[data-command=${index % 2 ? "undo" : "duplicate"}]`).click();
      while (count() === before) await new Promise((done) => setTimeout(done));
      await frame();
      times.push(performance.now() - start);
    }
    return times.sort((one, other) => one - other);
  }, OPERATIONS);
  const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))]);
  console.log(`${count} states: median ${at(0.5)} ms, p95 ${at(0.95)} ms, limit ${limit} ms`);
  failed ||= at(0.95) > limit;
  await page.close();
  studio.stop();
}
await browser.close();
process.exit(failed ? 1 : 0);
