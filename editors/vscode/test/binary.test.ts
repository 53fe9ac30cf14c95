import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import test from "node:test";
import { type BinarySources, findBinary } from "../src/desktop/binary";

function sources(files: string[], changes: Partial<BinarySources> = {}): BinarySources {
  return {
    setting: "",
    extensionFolder: "/extension",
    workspaceFolder: "/work",
    path: ["/usr/bin", "", "/opt/bin"].join(delimiter),
    platform: "linux",
    isExecutable: (file) => files.includes(file),
    ...changes,
  };
}

test("the setting is used before the bundled binary and PATH", () => {
  const files = ["/mine/stepwright", "/extension/bin/stepwright", "/usr/bin/stepwright"];
  const found = findBinary(sources(files, { setting: " /mine/stepwright " }));
  assert.deepEqual(found, { path: "/mine/stepwright" });
});

test("a relative setting starts at the workspace", () => {
  const found = findBinary(sources(["/work/tools/stepwright"], { setting: "tools/stepwright" }));
  assert.deepEqual(found, { path: join("/work", "tools/stepwright") });
});

test("a wrong setting is reported, although PATH has the command", () => {
  const found = findBinary(sources(["/usr/bin/stepwright"], { setting: "/gone" }));
  assert.ok("problem" in found);
  assert.match(found.problem, /`stepwright.path` is `\/gone`/);
});

test("the bundled binary is used before PATH", () => {
  const files = ["/extension/bin/stepwright", "/usr/bin/stepwright"];
  assert.deepEqual(findBinary(sources(files)), { path: "/extension/bin/stepwright" });
});

test("the first folder of PATH with the command is used", () => {
  const files = ["/opt/bin/stepwright"];
  assert.deepEqual(findBinary(sources(files)), { path: "/opt/bin/stepwright" });
});

test("on Windows the command has an extension", () => {
  const files = ["/usr/bin/stepwright", "/opt/bin/stepwright.exe"];
  const found = findBinary(sources(files, { platform: "win32" }));
  assert.deepEqual(found, { path: "/opt/bin/stepwright.exe" });
});

test("without a binary the message says what to do", () => {
  const found = findBinary(sources([]));
  assert.ok("problem" in found);
  assert.match(found.problem, /not on PATH. Install it, or set `stepwright.path`/);
});
