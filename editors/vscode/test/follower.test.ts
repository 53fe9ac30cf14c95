import assert from "node:assert/strict";
import test from "node:test";
import {
  DELAY_MS,
  type DefinitionStart,
  type FollowedDocument,
  NO_DEFINITION_NOTICE,
  type Picture,
  PictureFollower,
  type PictureSource,
  type PictureView,
  type Range,
  STALE_NOTICE,
  stateAt,
} from "../src/picture/follower";

const range = (from: number, to: number): Range => ({
  start: { line: from, character: 2 },
  end: { line: to, character: 3 },
});

function picture(changes: Partial<Picture> = {}): Picture {
  return {
    svg: "<svg/>",
    name: null,
    isStale: false,
    version: 1,
    states: [
      { name: "Outer", pointer: "/States/Outer", range: range(2, 9) },
      { name: "Inner", pointer: "/States/Outer/Branches/0/States/Inner", range: range(4, 6) },
      { name: "Last", pointer: "/States/Last", range: range(10, 12) },
    ],
    ...changes,
  };
}

function at(line: number, changes: Partial<FollowedDocument> = {}): FollowedDocument {
  return { uri: "file:///a", version: 1, cursor: { line, character: 4 }, ...changes };
}

/** A scripted server: its answers are set by the test, and can be delayed. */
class Script implements PictureSource {
  starts: DefinitionStart[] = [{ definition: 0, start: { line: 0, character: 0 } }];
  answers: (Picture | Error | Promise<Picture>)[] = [];
  asked: number[] = [];

  definitions(): Promise<DefinitionStart[]> {
    return Promise.resolve(this.starts);
  }

  async picture(_uri: string, definition: number): Promise<Picture> {
    this.asked.push(definition);
    const answer = this.answers.shift() ?? picture();
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  }
}

/** Records what the page shows. */
class Page implements PictureView {
  svg: string | undefined;
  state: string | undefined;
  text: string | undefined;
  revealed: [string, Range] | undefined;

  show(shown: Picture): void {
    this.svg = shown.svg;
  }
  highlight(state: string | undefined): void {
    this.state = state;
  }
  notice(text: string | undefined): void {
    this.text = text;
  }
  reveal(uri: string, revealed: Range): void {
    this.revealed = [uri, revealed];
  }
}

/** Timers that fire when the test fires them. */
class Timers {
  waiting: { run: () => void; milliseconds: number }[] = [];

  schedule = (run: () => void, milliseconds: number): (() => void) => {
    const timer = { run, milliseconds };
    this.waiting.push(timer);
    return () => {
      this.waiting = this.waiting.filter((one) => one !== timer);
    };
  };

  fire(): void {
    for (const timer of this.waiting.splice(0)) {
      timer.run();
    }
  }
}

function setUp() {
  const [script, page, timers] = [new Script(), new Page(), new Timers()];
  return { script, page, timers, follower: new PictureFollower(script, page, timers.schedule) };
}

/** Lets all promises that are ready continue. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test("the picture opens with the state of the cursor", async () => {
  const { page, follower } = setUp();
  await follower.open(at(5));
  assert.deepEqual([page.svg, page.state, page.text], ["<svg/>", "Inner", undefined]);
});

test("each position belongs to its innermost state", () => {
  const states = [1, 2, 3, 4, 6, 7, 9, 11, 13].map((line) =>
    stateAt(picture(), { line, character: 3 }),
  );
  const inner = ["Inner", "Inner"];
  const outer = ["Outer", "Outer"];
  assert.deepEqual(states, [undefined, ...outer, ...inner, ...outer, "Last", undefined]);
});

test("a moved cursor marks another state without a request", async () => {
  const { page, script, follower } = setUp();
  await follower.open(at(5));
  await follower.cursorMoved(at(11));
  assert.equal(page.state, "Last");
  await follower.cursorMoved(at(20));
  assert.equal(page.state, undefined);
  assert.deepEqual(script.asked, [0]);
});

test("a cursor in another definition shows its picture", async () => {
  const { script, page, follower } = setUp();
  script.starts = [0, 30].map((line, definition) => ({
    definition,
    start: { line, character: 0 },
  }));
  script.answers = [picture(), picture({ svg: "<svg>2</svg>" })];
  await follower.open(at(5));
  await follower.cursorMoved(at(31));
  assert.deepEqual([script.asked, page.svg], [[0, 1], "<svg>2</svg>"]);
});

test("several changes are one request, after a pause", async () => {
  const { script, timers, follower } = setUp();
  await follower.open(at(5));
  for (const version of [2, 3, 4]) {
    follower.textChanged(at(5, { version }));
  }
  assert.deepEqual(
    timers.waiting.map((timer) => timer.milliseconds),
    [DELAY_MS],
  );
  timers.fire();
  await settle();
  assert.equal(script.asked.length, 2);
});

test("changes of other files are ignored", async () => {
  const { timers, follower } = setUp();
  await follower.open(at(5));
  follower.textChanged(at(5, { uri: "file:///b" }));
  assert.deepEqual(timers.waiting, []);
});

test("a broken text keeps the last picture, and says that it is old", async () => {
  const { script, page, timers, follower } = setUp();
  await follower.open(at(5));
  script.answers = [picture({ isStale: true })];
  follower.textChanged(at(5, { version: 2 }));
  timers.fire();
  await settle();
  assert.deepEqual([page.svg, page.text], ["<svg/>", STALE_NOTICE]);
  follower.textChanged(at(5, { version: 3 }));
  timers.fire();
  await settle();
  assert.equal(page.text, undefined);
});

test("an error and a lost definition keep the last picture, too", async () => {
  const { script, page, timers, follower } = setUp();
  await follower.open(at(5));
  script.answers = [new Error("no answer")];
  follower.textChanged(at(5, { version: 2 }));
  timers.fire();
  await settle();
  assert.deepEqual([page.svg, page.text], ["<svg/>", "no answer"]);
  script.starts = [];
  follower.textChanged(at(5, { version: 3 }));
  timers.fire();
  await settle();
  assert.deepEqual([page.svg, page.text], ["<svg/>", NO_DEFINITION_NOTICE]);
});

test("a late answer does not replace a newer one", async () => {
  const { script, page, timers, follower } = setUp();
  let answer: (late: Picture) => void = () => {};
  script.answers = [
    new Promise<Picture>((resolve) => {
      answer = resolve;
    }),
    picture({ svg: "<svg>new</svg>" }),
  ];
  const opening = follower.open(at(5));
  await settle();
  follower.textChanged(at(5, { version: 2 }));
  timers.fire();
  await settle();
  answer(picture({ svg: "<svg>old</svg>" }));
  await opening;
  assert.equal(page.svg, "<svg>new</svg>");
});

test("a chosen state moves the cursor", async () => {
  const { page, follower } = setUp();
  await follower.open(at(5));
  await follower.selected("Last");
  assert.deepEqual(page.revealed, ["file:///a", range(10, 12)]);
});

test("a state that is chosen before the new picture came has its new position", async () => {
  const { script, page, follower } = setUp();
  await follower.open(at(5));
  const moved = { name: "Last", pointer: "/States/Last", range: range(40, 42) };
  script.answers = [picture({ version: 2, states: [moved] })];
  follower.textChanged(at(5, { version: 2 }));
  await follower.selected("Last");
  assert.deepEqual(page.revealed, ["file:///a", range(40, 42)]);
});

test("a page that is loaded again shows the same picture and notice", async () => {
  const { script, page, follower } = setUp();
  script.answers = [picture({ isStale: true })];
  await follower.open(at(5));
  page.svg = page.text = undefined;
  follower.repeat();
  assert.deepEqual([page.svg, page.state, page.text], ["<svg/>", "Inner", STALE_NOTICE]);
});

test("a page that is loaded after a failure shows the message", async () => {
  const { script, page, follower } = setUp();
  script.answers = [new Error("no answer")];
  await follower.open(at(5));
  page.text = undefined;
  follower.repeat();
  assert.deepEqual([page.svg, page.text], [undefined, "no answer"]);
});
