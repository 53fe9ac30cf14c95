// The files that a server without a disk gets, from a scripted workspace.

import assert from "node:assert/strict";
import test from "node:test";
import {
  FileMirror,
  type MirroredFile,
  type MirroredWorkspace,
  MOST_BYTES,
  MOST_FILES,
} from "../src/web/fileMirror";
import { EXCLUDED_GLOB, RUST_GLOB, TEXTS_GLOB } from "../src/web/mirroredNames";

const ROOT = "file:///work/";

class Workspace implements MirroredWorkspace {
  readonly texts = new Map<string, string | Error>();
  readonly sizes = new Map<string, number>();
  rust: string[] = [];
  /** The most files that were read at the same time. */
  mostReads = 0;
  private reads = 0;

  set(path: string, text: string | Error): void {
    this.texts.set(ROOT + path, text);
  }

  async find(glob: string, excluded: string): Promise<string[]> {
    assert.equal(excluded, EXCLUDED_GLOB);
    assert.ok(glob === TEXTS_GLOB || glob === RUST_GLOB);
    return glob === RUST_GLOB ? this.rust : [...this.texts.keys()];
  }

  relativePath(uri: string): string {
    return uri.slice(ROOT.length);
  }

  async size(uri: string): Promise<number | undefined> {
    const text = this.texts.get(uri);
    return this.sizes.get(uri) ?? (text === undefined ? undefined : String(text).length);
  }

  async read(uri: string): Promise<string> {
    this.reads += 1;
    this.mostReads = Math.max(this.mostReads, this.reads);
    await new Promise(setImmediate);
    this.reads -= 1;
    const text = this.texts.get(uri);
    if (text instanceof Error || text === undefined) {
      throw text ?? new Error("no such file");
    }
    return text;
  }
}

function mirrored(workspace: Workspace) {
  const batches: MirroredFile[][] = [];
  const lines: string[] = [];
  const send = async (files: MirroredFile[]) => {
    batches.push(files);
  };
  const mirror = new FileMirror(workspace, send, (line) => lines.push(line));
  /** Takes what was sent: the path, and the text or `undefined` for a deleted file. */
  const taken = () =>
    batches
      .splice(0)
      .flat()
      .map((file) => [file.uri.slice(ROOT.length), "text" in file ? file.text : undefined]);
  return { mirror, batches, lines, taken };
}

test("all files are sent in batches, and few are read at the same time", async () => {
  const workspace = new Workspace();
  for (let index = 0; index < 150; index++) {
    workspace.set(`${index}.asl.json`, `text ${index}`);
  }
  const { mirror, batches, lines } = mirrored(workspace);
  await mirror.sendAll();
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [64, 64, 22],
  );
  assert.deepEqual(
    new Map(batches.flat().map((file) => [file.uri, "text" in file && file.text])),
    workspace.texts,
  );
  assert.equal(workspace.mostReads, 8);
  assert.deepEqual(lines, []);
});

test("files beyond the limits are left out with a line, and settings are not", async () => {
  const workspace = new Workspace();
  for (let index = 0; index < MOST_FILES + 5; index++) {
    workspace.set(`a/${index}.asl.json`, "");
  }
  workspace.set("z/stepwright.toml", "settings");
  workspace.set("a/large.asl.json", "");
  workspace.sizes.set(`${ROOT}a/large.asl.json`, MOST_BYTES + 1);
  workspace.set("a/0.asl.json", new Error("no permission"));
  const { mirror, lines, taken } = mirrored(workspace);
  await mirror.sendAll();
  const sent = taken();
  assert.deepEqual(sent[0], ["z/stepwright.toml", "settings"]);
  assert.equal(sent.length, MOST_FILES);
  assert.deepEqual(lines, [
    "Files that are not checked until you open them: 5 beyond the first 1000 files; 1 larger than 1 MiB; 1 that cannot be read (file:///work/a/0.asl.json: no permission).",
  ]);
});

test("the names of Rust files are sent if emitted files name them", async () => {
  const workspace = new Workspace();
  workspace.rust = [`${ROOT}src/orders.rs`];
  workspace.set("order.asl.json", "{}");
  const { mirror, taken } = mirrored(workspace);
  await mirror.sendAll();
  assert.deepEqual(taken(), [["order.asl.json", "{}"]]);
  workspace.set("stepwright.sources.json", "[]");
  await mirror.fileChanged(`${ROOT}stepwright.sources.json`);
  assert.deepEqual(taken(), [
    ["stepwright.sources.json", "[]"],
    ["src/orders.rs", null],
  ]);
});

test("changed, new and deleted files are sent, and those that the server does not read are not", async () => {
  const workspace = new Workspace();
  workspace.set("order.asl.json", "1");
  const { mirror, taken } = mirrored(workspace);
  await mirror.sendAll();
  taken();
  workspace.set("order.asl.json", "2");
  workspace.set("new.tf", "3");
  workspace.set("package.json", "4");
  workspace.set("target/copy.asl.json", "5");
  for (const path of ["order.asl.json", "new.tf", "package.json", "target/copy.asl.json"]) {
    await mirror.fileChanged(ROOT + path);
  }
  assert.deepEqual(taken(), [
    ["order.asl.json", "2"],
    ["new.tf", "3"],
  ]);
  workspace.texts.delete(`${ROOT}new.tf`);
  workspace.sizes.set(`${ROOT}order.asl.json`, MOST_BYTES + 1);
  await mirror.fileChanged(`${ROOT}new.tf`);
  await mirror.fileChanged(`${ROOT}order.asl.json`);
  await mirror.fileChanged(`${ROOT}never.tf`);
  assert.deepEqual(taken(), [
    ["new.tf", undefined],
    ["order.asl.json", undefined],
  ]);
});

test("changes at the same time are one batch with the newest texts, after the files of the start", async () => {
  const workspace = new Workspace();
  workspace.set("a.tf", "old");
  workspace.set("b.tf", "old");
  const { mirror, batches } = mirrored(workspace);
  const start = mirror.sendAll();
  const changes = ["a", "b", "a"].map((name) => mirror.fileChanged(`${ROOT}${name}.tf`));
  await start;
  workspace.set("a.tf", "new");
  workspace.set("b.tf", "new");
  await Promise.all(changes);
  assert.deepEqual(
    batches.map((batch) => batch.map((file) => "text" in file && file.text)),
    [
      ["old", "old"],
      ["new", "new"],
    ],
  );
});

test("a failed notification is reported, and later changes are sent", async () => {
  const workspace = new Workspace();
  workspace.set("a.tf", "1");
  let isConnected = false;
  const sent: string[] = [];
  const send = async (files: MirroredFile[]) => {
    assert.ok(isConnected, "not connected");
    sent.push(...files.map((file) => file.uri));
  };
  const mirror = new FileMirror(workspace, send, () => undefined);
  await assert.rejects(mirror.sendAll(), /not connected/);
  isConnected = true;
  await mirror.fileChanged(`${ROOT}a.tf`);
  assert.deepEqual(sent, [`${ROOT}a.tf`]);
});
