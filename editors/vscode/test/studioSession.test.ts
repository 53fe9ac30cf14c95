// The studio of a document, with a simulated editor, process and pages.

import assert from "node:assert/strict";
import test from "node:test";
import { isPageRequest } from "../src/studio/messages";
import { type Connect, StudioServer } from "../src/studio/server";
import {
  type EditedDocument,
  type NewFile,
  type OffsetEdit,
  StudioSession,
} from "../src/studio/session";

/** A generator of random numbers below a limit, so that a failure can be repeated. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Work that waits. It runs in a random order, except that each queue keeps its own order. */
class World {
  private readonly queues: (() => void)[][] = [];

  constructor(readonly random: (limit: number) => number) {}

  queue(): (work: () => void) => void {
    const queue: (() => void)[] = [];
    this.queues.push(queue);
    return (work) => queue.push(work);
  }

  /** Runs one waiting work. Returns whether there was any. */
  async step(): Promise<boolean> {
    // Everything that follows without another wait.
    await new Promise(setImmediate);
    const waiting = this.queues.filter((queue) => queue.length > 0);
    waiting[this.random(waiting.length)]?.shift()?.();
    return waiting.length > 0;
  }

  async settle(): Promise<void> {
    while (await this.step()) {}
  }
}

function applied(text: string, edits: OffsetEdit[]): string {
  let [out, at] = ["", 0];
  for (const edit of edits) {
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

/** The document of an editor: another edit may arrive before its answer. */
class Document implements EditedDocument {
  readonly path = "/orders.asl.json";
  version = 1;
  isReadOnly = false;
  saved: string;
  steps: string[] = [];
  undone: string[] = [];
  files: NewFile[] = [];
  pictures: [string, string][] = [];
  session: StudioSession | undefined;
  /** Runs once, before the next edits are made. */
  beforeApply: (() => void) | undefined;

  constructor(
    private content: string,
    private readonly later: (work: () => void) => void,
  ) {
    this.saved = content;
  }

  get isDirty(): boolean {
    return this.content !== this.saved;
  }

  text(): string {
    return this.content;
  }

  type(edit: OffsetEdit): void {
    this.steps.push(this.content);
    this.undone = [];
    this.replace(applied(this.content, [edit]));
  }

  apply(version: number, edits: OffsetEdit[], created?: NewFile): Promise<string | undefined> {
    return this.wait(() => {
      this.beforeApply?.();
      this.beforeApply = undefined;
      if (version !== this.version) {
        return undefined;
      }
      this.steps.push(this.content);
      this.undone = [];
      if (created) {
        this.files.push(created);
      }
      this.replace(applied(this.content, edits));
      return created?.name ?? "";
    });
  }

  undo(): Promise<void> {
    return this.wait(() => this.step(this.steps, this.undone));
  }

  redo(): Promise<void> {
    return this.wait(() => this.step(this.undone, this.steps));
  }

  save(): Promise<void> {
    return this.wait(() => {
      this.saved = this.content;
      this.session?.changed();
    });
  }

  revert(): void {
    this.replace(this.saved);
  }

  exportPicture(kind: string, content: Uint8Array): Promise<void> {
    this.pictures.push([kind, Buffer.from(content).toString("utf8")]);
    return Promise.resolve();
  }

  private step(from: string[], to: string[]): void {
    const text = from.pop();
    if (text !== undefined) {
      to.push(this.content);
      this.replace(text);
    }
  }

  private replace(text: string): void {
    this.content = text;
    this.version += 1;
    this.session?.changed();
  }

  private wait<T>(act: () => T): Promise<T> {
    return new Promise((resolve) => this.later(() => resolve(act())));
  }
}

/** A process with the protocol of `stepwright studio --stdio`. An action inserts a text. */
class Process {
  private readonly documents: { versions: number[]; texts: string[]; isDirty: boolean }[] = [];
  isClosed = false;

  answer(message: Record<string, unknown>): { status: number; body: string } {
    const { method, document: number, text, version, isDirty } = message;
    if (method === "open") {
      const opened = {
        versions: [version as number],
        texts: [text as string],
        isDirty: isDirty as boolean,
      };
      this.documents.push(opened);
      return { status: 200, body: JSON.stringify({ document: this.documents.length - 1 }) };
    }
    const document = this.documents[number as number];
    assert.ok(document, "the document is open in this process");
    if (method === "change") {
      document.isDirty = isDirty as boolean;
      document.texts.push(text as string);
      document.versions.push(version as number);
      return { status: 200, body: "{}" };
    }
    if (method === "close") {
      return { status: 200, body: "{}" };
    }
    const revision = document.texts.length - 1;
    const now = document.texts[revision] ?? "";
    const query = new URLSearchParams(message.query as string);
    const view = {
      revision,
      isChanged: document.isDirty,
      text: now,
      isWhole: query.get("since") === null,
    };
    if (message.name === "view") {
      return { status: 200, body: JSON.stringify(view) };
    }
    if (message.name === "palette") {
      return { status: 200, body: "[]" };
    }
    assert.equal(message.name, "apply");
    const { revision: meant, actions } = JSON.parse(message.body as string);
    if (meant !== revision) {
      return { status: 409, body: JSON.stringify({ view, error: "stale" }) };
    }
    const [{ at, text: added, file }] = actions;
    // A text names its place in the newest text, as a pointer does.
    const start = typeof at === "string" ? now.indexOf(at) : Math.min(at, now.length);
    const edits = [{ start, end: start, text: added }];
    const extracted = file ? { name: file, text: "{}" } : null;
    const plan = { version: document.versions[revision], edits, select: ["/States/A"], extracted };
    return { status: 200, body: JSON.stringify(plan) };
  }
}

/** A page: one request after the other, as the page of the studio. */
class Page {
  text = "";
  revision = -1;
  refusals: string[] = [];
  restarts = 0;
  private turn = Promise.resolve();
  private count = 0;

  constructor(
    private readonly session: StudioSession,
    private readonly later: (work: () => void) => void,
  ) {
    session.add(this);
    this.pull();
  }

  changed(isRestarted: boolean): void {
    this.restarts += isRestarted ? 1 : 0;
    this.later(() => this.pull());
  }

  pull(): void {
    this.inTurn(async () => this.show(await this.ask("view")));
  }

  insert(at: number | string, text: string, file?: string): void {
    const action = { do: "insert", at, text, file };
    this.inTurn(async () => {
      const send = () => this.ask("apply", { revision: this.revision, actions: [action] });
      let answer = await send();
      if (answer.status === 409) {
        this.show({ status: 200, body: JSON.stringify(answer.json.view) });
        answer = await send();
      }
      this.receive(answer);
    });
  }

  command(name: "undo" | "redo"): void {
    this.inTurn(async () =>
      this.receive(await this.ask("apply", { revision: this.revision, actions: [{ do: name }] })),
    );
  }

  save(): void {
    this.inTurn(async () => this.receive(await this.ask("save", {})));
  }

  private receive(answer: { status: number; body: string; json: { view?: object } }): void {
    if (answer.status === 200) {
      this.show({ status: 200, body: JSON.stringify(answer.json.view) });
    } else {
      this.refusals.push(answer.body);
    }
  }

  private show({ status, body }: { status: number; body: string }): void {
    if (status === 200) {
      const { text, revision } = JSON.parse(body);
      Object.assign(this, { text, revision });
    }
  }

  private inTurn(work: () => Promise<void>): void {
    this.turn = this.turn.then(work);
  }

  private async ask(name: string, what?: object) {
    this.count += 1;
    const request = { kind: "ask", id: this.count, name, query: "since=0&tag=1" } as const;
    const answer = await this.session.ask(
      what === undefined ? request : { ...request, body: JSON.stringify(what) },
      this,
    );
    const isJson = answer.kind.includes("json");
    return { ...answer, json: isJson ? JSON.parse(answer.body) : {} };
  }
}

function studio(text: string, seed: number) {
  const world = new World(generator(seed));
  const processes: { process: Process; end(reason: string): void }[] = [];
  let clock = 0;
  const connect: Connect = (events) => {
    const process = new Process();
    const [inbound, outbound] = [world.queue(), world.queue()];
    processes.push({
      process,
      end: (reason) => {
        process.isClosed = true;
        events.ended(reason);
      },
    });
    return {
      send: (line) =>
        inbound(() => {
          if (process.isClosed) {
            return;
          }
          const message = JSON.parse(line);
          const answer = { id: message.id, kind: "application/json", ...process.answer(message) };
          outbound(() => process.isClosed || events.line(JSON.stringify(answer)));
        }),
      close: () => {
        process.isClosed = true;
      },
    };
  };
  const server = new StudioServer(connect, () => clock);
  const document = new Document(text, world.queue());
  const timers = world.queue();
  const session = new StudioSession(document, server, (run) => {
    let isCancelled = false;
    timers(() => isCancelled || run());
    return () => {
      isCancelled = true;
    };
  });
  document.session = session;
  return {
    world,
    processes,
    server,
    document,
    session,
    page: () => new Page(session, world.queue()),
    pass: (milliseconds: number) => {
      clock += milliseconds;
    },
  };
}

test("an action is one step of the editor, and undo restores the text", async () => {
  const { world, document, page } = studio("{}", 1);
  const shown = page();
  await world.settle();
  assert.equal(shown.text, "{}");
  shown.insert(1, '"A": 1');
  await world.settle();
  assert.equal(document.text(), '{"A": 1}');
  assert.deepEqual(document.steps, ["{}"]);
  assert.equal(shown.text, '{"A": 1}');
  assert.ok(document.isDirty);
  shown.command("undo");
  await world.settle();
  assert.equal(document.text(), "{}");
  assert.equal(shown.text, "{}");
  shown.command("redo");
  shown.save();
  await world.settle();
  assert.equal(document.saved, '{"A": 1}');
  assert.deepEqual(shown.refusals, []);
});

test("an action for an old text is repeated for the new one, and never made at a wrong position", async () => {
  const { world, document, page } = studio("ab", 2);
  const shown = page();
  await world.settle();
  document.beforeApply = () => document.type({ start: 0, end: 0, text: "zz" });
  shown.insert("b", "X");
  await world.settle();
  assert.equal(document.text(), "zzaXb");
  assert.equal(shown.text, "zzaXb");
  assert.deepEqual(document.steps, ["ab", "zzab"]);
  assert.deepEqual(shown.refusals, []);
});

test("a question whose process ends is asked again", async () => {
  const { world, processes, session, page } = studio("ab", 10);
  const shown = page();
  await world.settle();
  const request = { kind: "ask", id: 1, name: "palette", query: "q=sns" } as const;
  const answer = session.ask(request, shown);
  await world.step();
  processes[0]?.end("killed");
  await world.settle();
  assert.equal((await answer).body, "[]");
});

test("a request is only for the process that has its document", async () => {
  const { world, processes, server, page } = studio("ab", 9);
  page();
  await world.settle();
  processes[0]?.end("killed");
  await world.settle();
  await assert.rejects(
    server.request(1, "close", { document: 0 }),
    /has ended, and is started again/,
  );
});

test("a new file is part of the edit", async () => {
  const { world, document, page } = studio("{}", 3);
  const shown = page();
  await world.settle();
  shown.insert(1, "x", "new.asl.json");
  await world.settle();
  assert.deepEqual(document.files, [{ name: "new.asl.json", text: "{}" }]);
});

test("pictures are decoded from both forms of their address", async () => {
  const { document, session } = studio("{}", 4);
  const hrefs = {
    svg: "data:image/svg+xml;charset=utf-8,%3Csvg%3E%E2%82%AC",
    png: "data:image/png;base64,UE5H",
  };
  for (const [kind, href] of Object.entries(hrefs)) {
    const body = JSON.stringify({ href });
    const request = { kind: "ask", id: 1, name: "export", query: `kind=${kind}`, body } as const;
    await session.ask(request, { changed: () => undefined });
  }
  assert.deepEqual(document.pictures, [
    ["svg", "<svg>€"],
    ["png", "PNG"],
  ]);
});

test("after the end of the process, a new one gets the text, and the pages load it", async () => {
  const { world, processes, document, page } = studio("ab", 5);
  const shown = page();
  await world.settle();
  document.type({ start: 2, end: 2, text: "c" });
  processes[0]?.end("killed");
  await world.settle();
  assert.equal(processes.length, 2);
  assert.equal(shown.restarts, 1);
  assert.equal(shown.text, "abc");
  shown.insert(3, "d");
  await world.settle();
  assert.equal(document.text(), "abcd");
});

test("an action whose process ends has an answer, and its edit is made once or not at all", async () => {
  for (let steps = 0; steps < 12; steps++) {
    const { world, processes, document, page } = studio("ab", 6);
    const shown = page();
    await world.settle();
    shown.insert(2, "c");
    for (let step = 0; step < steps; step++) {
      await world.step();
    }
    processes[0]?.end("killed");
    await world.settle();
    assert.ok(["ab", "abc"].includes(document.text()), document.text());
    assert.equal(shown.text, document.text());
    if (document.text() === "ab") {
      assert.match(shown.refusals.join(), /has ended/);
    } else {
      assert.deepEqual(shown.refusals, [], `after ${steps} steps`);
    }
  }
});

test("a process that always ends is not started without limit, and the reason is shown", async () => {
  const { world, processes, server, document, page, pass } = studio("ab", 7);
  const shown = page();
  await world.settle();
  for (let end = 0; end < 8; end++) {
    processes.at(-1)?.end("exit status 101: it panicked");
    await world.settle();
  }
  assert.equal(processes.length, 5);
  shown.insert(0, "x");
  await world.settle();
  assert.match(shown.refusals.join(), /ended 5 times in 3 minutes: exit status 101: it panicked/);
  assert.equal(document.text(), "ab");
  pass(200_000);
  shown.insert(0, "x");
  await world.settle();
  shown.insert(0, "x");
  await world.settle();
  assert.equal(processes.length, 6);
  assert.match(document.text(), /^x{1,2}ab$/);
  server.dispose();
});

test("a closed document is closed in the process, and gets no restart", async () => {
  const { world, processes, session, page } = studio("ab", 8);
  page();
  await world.settle();
  const closed = session.dispose();
  await world.settle();
  await closed;
  processes[0]?.end("killed");
  await world.settle();
  assert.equal(processes.length, 1);
});

test("after random edits of the pages and of the editor, all have the same text", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { world, processes, document, page } = studio("abcdef", seed);
    const pages = [page(), page()];
    const random = world.random;
    for (let step = 0; step < 120; step++) {
      const shown = pages[random(2)];
      const at = random(document.text().length + 1);
      switch (random(14)) {
        case 0:
        case 1:
          shown?.insert(random(9), String.fromCharCode(65 + random(26)));
          break;
        case 2:
          document.type({
            start: at,
            end: Math.min(at + random(3), document.text().length),
            text: "xy",
          });
          break;
        case 3:
          shown?.command("undo");
          break;
        case 4:
          shown?.command("redo");
          break;
        case 5:
          shown?.save();
          break;
        case 6:
          // The editor reloads a file that another program has changed.
          document.revert();
          break;
        case 7:
          if (random(40) === 0) {
            processes.at(-1)?.end("killed");
          }
          break;
        default:
          await world.step();
      }
    }
    await world.settle();
    for (const shown of pages) {
      assert.equal(shown.text, document.text(), `seed ${seed}`);
    }
  }
});

test("only requests of a page are accepted", () => {
  assert.ok(isPageRequest({ kind: "ask", id: 1, name: "view", query: "" }));
  assert.ok(isPageRequest({ kind: "ask", id: 1, name: "apply", query: "", body: "{}" }));
  const wrong = [null, "ask", {}, { kind: "ask" }, { kind: "ask", id: 1, name: "x" }];
  for (const other of [...wrong, { kind: "ask", id: 1, name: "x", query: "", body: {} }]) {
    assert.ok(!isPageRequest(other));
  }
});
