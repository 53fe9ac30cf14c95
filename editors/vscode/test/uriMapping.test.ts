import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { UriMapping } from "../src/web/uriMapping";

const ROOTS = [
  "vscode-vfs://github/",
  "vscode-vfs://github%2B7b22%7d/",
  "vscode-remote://127.0.0.1%3A8080/",
  "vscode-test-web://mount/",
  "memfs:/",
  "file:///",
];
const NAMES = ["orders.asl.json", "a b", "#1", "ä", "100%", "?", "C:", "日本", "..", "%20", "+"];

/** Returns the URI of a path, encoded as VS Code does it. */
function uriOf(root: string, path: string[]): string {
  return root + path.map(encodeURIComponent).join("/");
}

/** All paths of one, two and three names. */
function* paths(): Iterable<string[]> {
  for (const first of NAMES) {
    yield [first];
    for (const second of NAMES) {
      yield [first, second];
      yield [first, second, "order.asl.json"];
    }
  }
}

test("a URI of the workspace is that of a file with the same path, and back", () => {
  for (const root of ROOTS) {
    const uris = new UriMapping(root);
    for (const path of paths()) {
      const uri = uriOf(root, path);
      const file = uris.toFile(uri);
      assert.ok(file.startsWith("file:///"), file);
      assert.equal(uris.fromFile(file), uri);
      if (!path.includes("..")) {
        assert.equal(fileURLToPath(file), `/${path.join("/")}`);
      }
    }
  }
});

test("URIs of other file systems are unchanged", () => {
  const uris = new UriMapping("vscode-vfs://github/");
  for (const uri of [
    "untitled:Untitled-1",
    "git:/owner/a.json?%7B%7D",
    "vscode-vfs://githubber/owner/a.json",
    "vscode-vfs://gitlab/owner/a.json",
    "vscode-vfs-x://github/owner/a.json",
  ]) {
    assert.equal(uris.toFile(uri), uri);
    assert.equal(uris.fromFile(uri), uri);
  }
  const withoutAuthority = new UriMapping("memfs:/");
  assert.equal(withoutAuthority.toFile("memfs://host/a.json"), "memfs://host/a.json");
});
