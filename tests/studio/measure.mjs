// How long an operation takes from the click until the new picture or form is on the screen. Fails beyond the limits of `LIMITS`.

import { launch } from "./support/browser.mjs";
import { large } from "./support/definitions.mjs";
import { Studio } from "./support/studio.mjs";

/**
 * The maximum of 95 % of the operations, in milliseconds, by the number of states, on two cores without a graphics card. The aim for 500 states is 50 ms for
 * a selection or a move of it, and 200 ms for a change. Changes of a Choice take longer: most transitions below it get another form.
 */
const LIMITS = {
  60: { select: 100, move: 60, duplicate: 110, undo: 80 },
  500: { select: 70, move: 70, duplicate: 300, undo: 150 },
};
const ROUNDS = 20;

const browser = await launch();
let failed = false;
for (const [count, limits] of Object.entries(LIMITS)) {
  const studio = await Studio.start({ "large.asl.json": large(Number(count)) });
  const page = await studio.open(browser);
  const times = await page.page.evaluate(async (rounds) => {
    const pause = (time) => new Promise((done) => setTimeout(done, time));
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const states = () => document.querySelectorAll("#canvas .state").length;
    const form = () => document.querySelector("#panel-inspector .form")?.dataset.state;
    const command = (name) => document.querySelector(`[data-command=${name}]`).click();
    const key = (name) => document.querySelector("#canvas").dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
    const times = { select: [], move: [], duplicate: [], undo: [] };
    const measure = async (name, act, value) => {
      await pause(150);
      const before = value();
      const start = performance.now();
      act();
      while (value() === before || value() === undefined) await pause();
      await frame();
      times[name].push(performance.now() - start);
    };
    for (let round = 0; round < rounds; round++) {
      await measure("select", () => document.querySelectorAll("#tree [role=treeitem]")[5 + round].click(), form);
      await measure("move", () => key("ArrowDown"), form);
      await measure("duplicate", () => command("duplicate"), states);
      await measure("undo", () => command("undo"), states);
    }
    return times;
  }, ROUNDS);
  for (const [name, limit] of Object.entries(limits)) {
    const sorted = times[name].sort((one, other) => one - other);
    const at = (share) => Math.round(sorted[Math.min(ROUNDS - 1, Math.floor(ROUNDS * share))]);
    console.log(`${count} states, ${name}: median ${at(0.5)} ms, p95 ${at(0.95)} ms, limit ${limit} ms`);
    failed ||= at(0.95) > limit;
  }
  await page.close();
  studio.stop();
}
await browser.close();
process.exit(failed ? 1 : 0);
