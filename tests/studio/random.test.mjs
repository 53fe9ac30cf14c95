// Random actions of a person in two pages of one file, with undo, typing, forms, a disk that changes and reloads. An edit changes what the page showed, or
// nothing and says so; nothing is lost; undo restores each byte. `STUDIO_SEED` repeats a run, `STUDIO_ACTIONS` is its length.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launch } from "./support/browser.mjs";
import { EditorPage, Studio } from "./support/studio.mjs";

const SEED = Number(process.env.STUDIO_SEED ?? Math.floor(Math.random() * 1_000_000));
const ACTIONS = Number(process.env.STUDIO_ACTIONS ?? 60);
/** Fewer than the steps that the studio can undo. */
const ROUND = 150;

/** Each state has a number, with which the same state is found under another name and in another branch. */
const ORIGINAL = `{
  // The order workflow
  "QueryLanguage": "JSONata",
  "StartAt": "Check",
  "States": {
    // The first state
    "Check": {
      "Type": "Choice",
      "Assign": {"id": "s1"},
      "Choices": [
        {"Condition": "{% $states.input.a > 1 and ($states.input.b or $not($states.input.c)) %}", "Next": "Charge"},
        {"Condition": "{% $states.input.d   = 'x' %}",   "Next": "Wait"}
      ],
      "Default": "Reject"
    },
    "Charge": { // the card
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Arguments": {"FunctionName": "charge",   "Payload": "{% $states.input %}"},
      "Assign": {"id": "s2"},
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Reject"}],
      "Next": "Both"
    },
    "Both": {
      "Type": "Parallel",
      "Assign": {"id": "s3"},
      "Branches": [
        {"StartAt": "Pack", "States": {
          "Pack": {"Type": "Pass", "Assign": {"id": "s4"}, "Next": "Seal"},
          "Seal": {"Type": "Pass", "Assign": {"id": "s5"}, "End": true}
        }},
        {"StartAt": "Mail", "States": {
          "Mail": {"Type": "Pass", "Assign": {"id":   "s6"}, "End": true}
        }}
      ],
      "Next": "Wait"
    },
    "Wait": {"Type": "Wait", "Seconds": 1, "Assign": {"id": "s7"}, "Next": "Done"},
    "Done": {"Type": "Succeed", "Output": {"id": "s8"}},
    // The last state
    "Reject": {"Type": "Fail", "Error": "Rejected", "Cause": "s9"}
  }
}
`;

/** Numbers below a limit, of which each follows from the seed. */
let state = SEED;
function below(limit) {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
}
const pick = (list) => list[below(list.length)];

const parsed = (text) => JSON.parse(text.replaceAll(/\/\/.*$/gm, ""));
const withoutLine = (text, token) => text.split("\n").filter((line) => !line.includes(token)).join("\n");
const idOf = (node) => /"(?:id|Cause)":\s*"(s\d)"/.exec(JSON.stringify({ ...node, Branches: undefined }))?.[1];
/** All states of a definition, also in branches: pointers, names and values. */
function statesOf({ States = {} }, pointer = "") {
  return Object.entries(States).flatMap(([name, node]) => {
    const own = `${pointer}/States/${name}`;
    return [[own, name, node], ...(node.Branches ?? []).flatMap((body, index) => statesOf(body, `${own}/Branches/${index}`))];
  });
}
/** A definition in which the state at a pointer has other members. */
function changed(definition, pointer, change) {
  const copy = structuredClone(definition);
  change(statesOf(copy).find(([own]) => own === pointer)[2]);
  return copy;
}

class World {
  log = [];
  count = 0;

  static async start(browser) {
    const world = new World();
    world.studio = await Studio.start({ "orders.asl.jsonc": ORIGINAL });
    const one = await world.studio.open(browser);
    const two = Object.assign(new EditorPage(), { tab: one.tab, page: await one.tab.context.newPage() });
    await two.page.goto(world.studio.address);
    world.pages = [one, two];
    for (const [index, page] of world.pages.entries()) {
      page.title = "AB"[index];
      page.page.on("pageerror", (error) => (world.fault ??= error));
      page.open = new Set();
      page.page.on("request", (request) => {
        // The requests of the page before have no end.
        if (request.isNavigationRequest()) page.open.clear();
        else if (!request.url().includes("/events")) page.open.add(request);
      });
      for (const end of ["requestfinished", "requestfailed"]) page.page.on(end, (request) => page.open.delete(request));
      await page.page.waitForFunction(() => document.querySelector("#tree [role=treeitem]"));
    }
    return world;
  }

  token() {
    return `t${++this.count}t`;
  }

  note(page, what) {
    this.log.push(`${page?.title ?? "disk"}: ${what}`);
  }

  async text() {
    const { text } = await fetch(`${this.studio.address}view?file=0`).then((answer) => answer.json());
    return text;
  }

  /** Waits until both pages have the text of the server. The text of a folded one is compared later. */
  async settled() {
    let [last, shown] = ["", []];
    for (let quiet = 0, tries = 0; quiet < 3; tries++) {
      const waiting = this.pages.flatMap(({ title, open }) => [...open].map((request) => `${title} waits for ${request.url()}`));
      assert.ok(tries < 400, `the pages do not settle: ${waiting}, ${shown.map((text) => text === last)}`);
      await new Promise((done) => setTimeout(done, 25));
      const text = await this.text();
      shown = await Promise.all(this.pages.map((page) => page.text()));
      const isSettled = this.pages.every(({ open }) => open.size === 0) && shown.every((one, index) => one === text || this.pages[index].isFolded) && last === text;
      quiet = isSettled ? quiet + 1 : 0;
      last = text;
    }
    assert.equal(this.fault, undefined);
    return last;
  }

  /** Answers the question after a conflict with the disk. Returns the answer. */
  async answer() {
    for (const page of this.pages) {
      const question = page.page.locator("#choice[data-about=disk] button");
      if (!(await question.count())) continue;
      const index = below(2);
      await click(question.nth(index));
      this.note(page, `answers ${["keep", "take"][index]}`);
      return ["keep", "take"][index];
    }
    return null;
  }
}

/**
 * The actions of a person. `prepare` does what a person does before the last key or click, and returns what the page showed then; `act` makes the edit; `check`
 * compares the text before and after. An edit may be refused with a message.
 */
const ACTIONS_OF_A_PAGE = {
  comment: {
    async prepare(world, page) {
      const row = await choose(page);
      if (!row || !(await shows(page, row))) return null;
      const field = page.page.locator(`#panel-inspector [data-field="${row.pointer}/Comment"]`);
      if (!(await field.count())) return null;
      const token = world.token();
      await field.fill(token);
      const whole = parsed(await page.page.inputValue(`#panel-inspector [data-field="${row.pointer}"]`));
      return { ...row, token, id: idOf(whole), what: `sets the comment of ${row.name} to ${token}` };
    },
    act: (plan) => leave(plan),
    place({ id, name, token }, text) {
      const found = statesOf(parsed(text)).find(([, , node]) => node.Comment === token);
      if (found) assert.equal(idOf(found[2]), id, `the comment of ${name} is at ${found[1]}`);
      return found;
    },
    check(plan, before, after) {
      const [pointer] = this.place(plan, after) ?? [];
      if (!pointer) return before === after;
      assert.deepEqual(parsed(after), changed(parsed(before), pointer, (node) => (node.Comment = plan.token)));
      return true;
    },
  },
  condition: {
    async prepare(world, page) {
      const row = await choose(page, "Choice");
      if (!row || !(await shows(page, row))) return null;
      const fields = await page.page.locator('#panel-inspector .part > label > textarea[data-field*="/Condition "]').all();
      if (!fields.length) return null;
      const [token, field] = [world.token(), pick(fields)];
      const [was, name] = [await field.inputValue(), await field.getAttribute("data-field")];
      const rule = Number(/Choices\/(\d+)/.exec(name)[1]);
      const whole = await page.page.inputValue(`#panel-inspector [data-field="${row.pointer}/Choices/${rule}/Condition"]`);
      await field.fill(`$states.input.${token}`);
      await field.press("Escape");
      return { ...row, token, was, whole, what: `sets a part of ${row.name} to ${token}` };
    },
    act: (plan) => leave(plan),
    check({ pointer, token, was, whole }, before, after) {
      const rules = (text) => statesOf(parsed(text)).find(([own]) => own === pointer)?.[2].Choices?.map(({ Condition }) => Condition) ?? [];
      if (!after.includes(token)) return before === after;
      const now = rules(after).find((condition) => condition.includes(token));
      assert.equal(now.replace(`$states.input.${token}`, was), whole, "only the part has changed");
      return true;
    },
  },
  rename: {
    async prepare(world, page) {
      const row = await choose(page);
      if (!row || !(await shows(page, row))) return null;
      const field = page.page.locator("#panel-inspector [data-rename]");
      const token = world.token();
      const whole = parsed(await page.page.inputValue(`#panel-inspector [data-field="${row.pointer}"]`));
      await field.fill(token);
      return { ...row, token, id: idOf(whole), what: `renames ${row.name} to ${token}` };
    },
    act: (plan) => leave(plan),
    place({ id, name, token }, text) {
      const found = statesOf(parsed(text)).find(([, own]) => own === token);
      if (found) assert.equal(idOf(found[2]), id, `${name} is renamed`);
      return found;
    },
    check(plan, before, after) {
      const { name, token } = plan;
      if (!this.place(plan, after)) return before === after;
      // Other names, comments and the layout remain.
      assert.equal(after.replaceAll(`"${token}"`, `"${name}"`), before);
      return true;
    },
  },
  type: {
    async prepare(world, page) {
      await click(page.page.locator("#tab-code"));
      page.isFolded = below(3) === 0;
      if (page.isFolded) await click(page.page.getByRole("button", { name: "Fold states" }));
      const lines = (await page.text()).split("\n");
      const own = lines.filter((line) => line.trim() && lines.indexOf(line) === lines.lastIndexOf(line));
      const [line, token] = [pick(own), world.token()];
      return { line, token, what: `types ${token} before ${line.trim().slice(0, 30)}` };
    },
    async act(plan) {
      const { page, line, token } = plan;
      // Another page may have changed the line.
      plan.isGone = await page.page.locator("#text").evaluate(
        (area, [own, text]) => {
          const at = `\n${area.value}`.indexOf(`\n${own}\n`);
          if (at < 0) return true;
          area.focus();
          area.setSelectionRange(at, at);
          return !document.execCommand("insertText", false, text);
        },
        [line, `// ${token}\n`],
      );
      await click(page.page.getByRole("button", { name: "Unfold all" }));
      page.isFolded = false;
    },
    check({ line, token }, before, after) {
      if (!after.includes(token)) return before === after;
      assert.equal(withoutLine(after, token), before);
      assert.ok(after.includes(`// ${token}\n${line}\n`), "the text is where it was typed");
      return true;
    },
  },
  remove: {
    async prepare(world, page) {
      const row = await choose(page);
      return row && { ...row, what: `removes ${row.name}` };
    },
    async act(plan) {
      const { page } = plan;
      if (!(await press(plan, "remove"))) return;
      const question = page.page.locator("#choice[data-about=remove]").getByRole("button", { name: "Remove", exact: true });
      if (await question.count()) await click(question);
    },
    check({ name }, before, after) {
      if (before === after) return true;
      const names = (text) => statesOf(parsed(text)).map(([, own]) => own);
      assert.ok(names(before).includes(name) && !names(after).includes(name), `${name} is removed`);
      const inside = names(JSON.stringify({ States: { [name]: statesOf(parsed(before)).find(([, own]) => own === name)[2] } }));
      assert.deepEqual(names(after).sort(), names(before).filter((own) => !inside.includes(own)).sort());
      return true;
    },
  },
  duplicate: {
    async prepare(world, page) {
      const row = await choose(page);
      return row && { ...row, what: `duplicates ${row.name}` };
    },
    act: (plan) => press(plan, "duplicate"),
    check({ name }, before, after) {
      if (before === after) return true;
      const all = (text) => new Map(statesOf(parsed(text)).map(([, own, node]) => [own, node]));
      const [old, now] = [all(before), all(after)];
      const added = [...now.keys()].filter((own) => !old.has(own));
      assert.ok(added.length >= 1, "there is a copy");
      assert.ok(added.some((own) => idOf(now.get(own)) === idOf(old.get(name))), `the copy is that of ${name}`);
      for (const own of old.keys()) assert.ok(now.has(own), `${own} remains`);
      return true;
    },
  },
};

/** A click that does not wait for two frames: a page behind another one has a frame each second. */
const click = (locator) => locator.dispatchEvent("click");

/** Clicks a command, unless another page has removed the selected state. */
async function press(plan, name) {
  const button = plan.page.command(name);
  plan.isGone = await button.isDisabled();
  if (!plan.isGone) await click(button);
  return !plan.isGone;
}

/** Leaves a field, if another page has not removed its state: then a message says so. */
const leave = ({ page }) => page.page.evaluate(() => document.activeElement.blur());

/** Selects a state in the tree, if there is one. */
async function choose(page, kind) {
  const own = await page.page.evaluate((wanted) => {
    document.querySelector("#tab-inspector").click();
    const rows = [...document.querySelectorAll("#tree [data-pointer]")].map((row) => ({ pointer: row.dataset.pointer, label: row.ariaLabel }));
    return rows.filter(({ label }) => !wanted || label.split(", ")[1] === wanted);
  }, kind);
  if (!own.length) return null;
  const { pointer, label } = pick(own);
  // As a person, who leaves the field first.
  await page.page.evaluate((chosen) => {
    document.activeElement.blur();
    document.querySelector(`#tree [data-pointer="${CSS.escape(chosen)}"]`)?.click();
  }, pointer);
  return { pointer, name: label.split(", ")[0] };
}

/** Waits for the form of a state. */
const shows = (page, { pointer }) =>
  page.page
    .locator(`#panel-inspector .form[data-state="${pointer}"]`)
    .waitFor({ timeout: 3000 })
    .then(() => true, () => false);

/** A change of another program: a line in the file. */
async function writeDisk(world) {
  const token = world.token();
  const lines = world.studio.read().split("\n");
  lines.splice(below(lines.length), 0, `// ${token}`);
  world.note(null, `writes ${token}`);
  const [before, disk] = [await world.text(), lines.join("\n")];
  world.studio.write(disk);
  let answer = null;
  for (let tries = 0; answer === null && tries < 100; tries++) {
    await new Promise((done) => setTimeout(done, 50));
    answer = await world.answer();
    if ((await world.text()).includes(token) && answer === null) answer = "merged";
  }
  const after = await world.settled();
  const wanted = { merged: before, keep: before, take: disk }[answer];
  assert.ok(wanted !== undefined, "the change of the disk is seen");
  assert.equal(answer === "merged" ? withoutLine(after, token) : after, wanted);
}

/** Undo, redo and save, which refer to no state. */
async function command(world, page, name) {
  const button = page.command(name);
  if (await button.isDisabled()) return;
  world.note(page, name);
  await click(button);
  await world.settled();
  if (name === "save" && !(await world.answer())) assert.equal(world.studio.read(), await world.text());
}

/** Edits of one page, of a page that shows an older text, or of both at the same time. */
async function edits(world) {
  const [page, other] = below(2) ? world.pages : [...world.pages].reverse();
  const kinds = Object.keys(ACTIONS_OF_A_PAGE);
  const kind = ACTIONS_OF_A_PAGE[pick(kinds)];
  const mode = pick(["alone", "stale", "both", "reload"]);
  const prepared = async (own, { prepare }) => {
    const plan = await prepare(world, own);
    await own.page.evaluate(() => document.querySelector("#message").replaceChildren());
    return plan && { ...plan, page: own };
  };
  const plan = await prepared(page, kind);
  if (!plan) return;
  const act = async (own, { act }, plan) => {
    world.note(own, plan.what);
    await act(plan);
  };
  if (mode === "both" || mode === "stale") {
    const second = ACTIONS_OF_A_PAGE[pick(kinds)];
    const otherPlan = await prepared(other, second);
    if (otherPlan && mode === "both") {
      world.note(null, "both at the same time:");
      await Promise.all([act(page, kind, plan), act(other, second, otherPlan)]);
      const after = await world.settled();
      kind.place?.(plan, after);
      second.place?.(otherPlan, after);
      await isThereOrSaid(page, plan, after, otherPlan);
      await isThereOrSaid(other, otherPlan, after, plan);
      return;
    }
    if (otherPlan) {
      const before = await world.text();
      await act(other, second, otherPlan);
      const after = await world.settled();
      second.check(otherPlan, before, after);
      // The selection follows a new name.
      if (second === ACTIONS_OF_A_PAGE.rename && otherPlan.pointer === plan.pointer && second.place(otherPlan, after)) plan.name = otherPlan.token;
    }
  }
  const before = await world.text();
  await act(page, kind, plan);
  if (mode === "reload") {
    world.note(page, "reloads");
    await page.page.reload();
    await page.page.waitForFunction(() => document.querySelector("#tree [role=treeitem]"));
  }
  const after = await world.settled();
  const isRight = kind.check(plan, before, after);
  if (before === after && mode !== "reload" && !plan.isGone) assert.notEqual(await page.message(), "", `${plan.what}: an edit without effect says why`);
  assert.ok(isRight, `${plan.what}: the text differs, without the edit`);
  if (mode === "reload" && plan.token) assert.ok(after.includes(plan.token), `${plan.what}: it is lost by the reload`);
}

/** A text that was typed is in the file, or the page says why not, or the other page has removed the state around it. */
async function isThereOrSaid(page, { token, isGone }, after, { what }) {
  // With `isGone`, nothing was typed: the other page was faster.
  if (!token || isGone || after.includes(token) || what.startsWith("removes")) return;
  assert.notEqual(await page.message(), "", `${token} is lost without a message`);
}

test(`${ACTIONS} random actions in two pages, seed ${SEED}`, { timeout: ACTIONS * 5000 + 60_000 }, async () => {
  const browser = await launch();
  const world = await World.start(browser);
  console.log(`STUDIO_SEED=${SEED}`);
  try {
    for (let done = 0; done < ACTIONS; done++) {
      const action = below(12);
      const page = pick(world.pages);
      if (action < 7) await edits(world);
      else if (action < 9) await command(world, page, "undo");
      else if (action < 10) await command(world, page, "redo");
      else if (action < 11) await command(world, page, "save");
      else await writeDisk(world);
      if (done % ROUND === ROUND - 1 || done === ACTIONS - 1) await undoAll(world);
    }
    assert.equal(world.fault, undefined);
  } catch (error) {
    console.log(`STUDIO_SEED=${SEED}, the last actions:\n${world.log.slice(-12).join("\n")}`);
    throw error;
  } finally {
    await browser.close();
    world.studio.stop();
  }
});

/** Undo restores the first text, and redo the last one. */
async function undoAll(world) {
  const [page] = world.pages;
  let last;
  for (const name of ["redo", "undo", "redo", "undo"]) {
    world.note(page, `${name} of all`);
    await page.page.evaluate(async (command) => {
      const [button, area] = [document.querySelector(`[data-command=${command}]`), document.querySelector("#text")];
      while (!button.disabled) {
        const before = area.value;
        button.click();
        while (area.value === before && !button.disabled) await new Promise((done) => setTimeout(done, 5));
      }
    }, name);
    const text = await world.settled();
    last ??= text;
    assert.equal(text, name === "undo" ? ORIGINAL : last, `${name} of all`);
  }
}
