import assert from "node:assert/strict";
import test from "node:test";
import { pageHtml } from "../src/picture/html";
import { isFromPage } from "../src/picture/messages";

test("the page allows only its own script and styles", () => {
  const html = pageHtml({ script: "vscode://page.js", style: "vscode://page.css" }, "abc");
  assert.match(html, /content="default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'"/);
  const inserted = [...html.matchAll(/<(?:script|link|style)\b[^>]*>/g)].map((match) => match[0]);
  assert.equal(inserted.length, 2);
  for (const tag of inserted) {
    assert.match(tag, /nonce="abc"/);
  }
  assert.doesNotMatch(html, /\son\w+=|\sstyle=/);
});

test("only messages of the page are accepted", () => {
  assert.ok(isFromPage({ kind: "ready" }));
  assert.ok(isFromPage({ kind: "select", state: "A" }));
  for (const other of [null, "ready", {}, { kind: "select" }, { kind: "select", state: 1 }]) {
    assert.ok(!isFromPage(other));
  }
});
