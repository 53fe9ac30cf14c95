// The book with the playground, in Chromium: each link "Try it" shows what its page promises. BOOK is the folder that `.ci/book` wrote. With LINKS_PER_PAGE,
// only so many links of a page are followed.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { launch, Tab } from "./support/browser.mjs";
import { Playground } from "./support/playground.mjs";
import { serve } from "./support/staticServer.mjs";

const folder = path.resolve(process.env.BOOK);
/** By role and name, the search would take long in a large page. */
const LINKS = "main a.try-it";
const MOST = Number(process.env.LINKS_PER_PAGE || Infinity);
/** The book has at least this number of links. */
const LEAST = 201;

test("each link shows the states and problems of its definition, or the value of its expression", async () => {
  const server = await serve(folder, "/some/where");
  const browser = await launch();
  try {
    const tab = await Tab.open(browser, server);
    const requests = [];
    tab.context.on("request", (request) => requests.push(request.url()));
    // `print.html` has all other pages, and `index.html` is the first one.
    const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".html") && !/^(playground|index|print|toc)/.test(file));
    let [playground, count] = [undefined, 0];
    for (const file of files.sort()) {
      const promises = await promisesOf(tab, server, file);
      for (const [index, promise] of promises.slice(0, MOST).entries()) {
        const link = tab.page.locator(LINKS).nth(index);
        if (playground) {
          await link.press("Enter");
        } else {
          const [page] = await Promise.all([tab.context.waitForEvent("page"), link.press("Enter")]);
          playground = Playground.of(new Tab(tab.context, page), server);
          await playground.says("is open");
        }
        const what = `${file}, block ${index + 1}`;
        await (promise.language ? isEvaluated(playground, promise, what) : isOpened(playground, promise, what));
      }
      count += promises.length;
    }
    assert.ok(count >= LEAST, `${count} links`);
    assert.equal((await promisesOf(tab, server, "print.html")).length, count);
    // The book does not highlight all languages.
    tab.problems = tab.problems.filter((problem) => !/Could not find the language|no-highlight mode/.test(problem));
    tab.check();
    playground.tab.check();
    assert.deepEqual(requests.filter((url) => !url.startsWith(`${server.url}/`)), []);
  } finally {
    await browser.close();
    await server.stop();
  }
});

/** Opens a page of the book, and returns what it promises for each link. */
async function promisesOf(tab, server, file) {
  await tab.goto(`${server.url}/${file}`);
  // The page imports the same module, which adds the links before the import ends.
  await tab.page.evaluate((url) => import(url).then(() => undefined), `${server.url}/playground/try-it.js`);
  assert.equal(await tab.page.getByRole("link", { name: "Try it", exact: true }).count(), await tab.page.locator(LINKS).count());
  return tab.page.evaluate((links) => {
    const blocks = [...document.querySelectorAll("pre > code")];
    return [...document.querySelectorAll(links)].map((link) => {
      const { previousElementSibling: pre } = link;
      const block = pre.querySelector("code");
      const after = blocks.slice(blocks.indexOf(block) + 1);
      const language = { "language-jsonata": "JSONata", "language-jsonpath": "JSONPath" }[block.classList[0]];
      while (language && /jsonata|jsonpath/.test(after[0]?.className)) after.shift();
      const input = after[0]?.classList.contains("input") ? after.shift().textContent : undefined;
      const value = after[0]?.classList.contains("value") ? JSON.parse(after[0].textContent) : undefined;
      let heading = pre;
      while (heading && !/^H\d$/.test(heading.tagName)) heading = heading.previousElementSibling;
      return { text: block.textContent, language, input, value, above: pre.previousElementSibling?.textContent, heading: heading?.textContent };
    });
  }, LINKS);
}

/** Waits until the view "Expressions" has an expression and its input, and shows the value of the page. */
async function isEvaluated(playground, { text, language, input = "", value }, what) {
  assert.notEqual(value, undefined, `${what}: no block \`json,value\` has the value of the expression`);
  const { page } = playground;
  const field = (name) => page.locator(`#expression-form [name=${name}]`).inputValue();
  await playground.until(what, async () => (await field("expression")) === text.trim());
  assert.equal(await field("input"), input, what);
  assert.equal(await page.locator("[name=language]:checked").inputValue(), language, what);
  await playground.until(`${what}: the value`, async () => isSame(await page.textContent("#value"), value));
  assert.ok(await page.locator("#expressions").isVisible(), what);
}

/** Waits until the studio shows a definition: its states, and the problems that the page promises. */
async function isOpened(playground, { text, input, value, above, heading }, what) {
  const { frame } = playground;
  await playground.until(`${what}: the text`, async () => (await playground.text()) === text);
  const states = namesIn(text);
  await frame.locator("#panel-problems :is(ul, p)").first().waitFor({ state: "attached" });
  await playground.until(`${what}: the states ${states}`, async () => isSame(JSON.stringify(await playground.names()), states));
  const problems = await frame.locator("#panel-problems li > button").allTextContents();
  if (above.startsWith("Breaks the rule")) {
    assert.ok(problems.some((problem) => problem.includes(` ${heading}: `)), `${what}: ${heading} is not among ${problems}`);
  } else if (above.startsWith("Corrected")) {
    assert.deepEqual(problems, [], what);
  } else {
    assert.ok(states.length > 0, `${what}: a definition without states promises nothing`);
    assert.deepEqual(problems.filter((problem) => problem.startsWith("error")), [], what);
  }
  if (input !== undefined) {
    assert.equal(await frame.locator("#trial-input").inputValue(), input, what);
  }
  if (value !== undefined) {
    assert.match(await playground.run(), /^SUCCEEDED/, what);
    assert.deepEqual(JSON.parse(await frame.locator("#trial-outcome pre").textContent()), value, what);
  }
}

function isSame(text, value) {
  try {
    assert.deepEqual(JSON.parse(text), value);
    return true;
  } catch {
    return false;
  }
}

/** Returns the names of all states of a definition, sorted. In YAML, these are the keys of an indentation of two. */
function namesIn(text) {
  if (!text.startsWith("{")) {
    return [...text.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name).sort();
  }
  const names = [];
  const visit = (value) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      if (key === "States" && typeof member === "object") names.push(...Object.keys(member));
      visit(member);
    }
  };
  visit(JSON.parse(text));
  return names.sort();
}
