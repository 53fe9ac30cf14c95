import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { loadedFiles, noticeHtml, studioHtml } from "../src/studio/html";

const PAGE = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="assets/studio.css"><script type="module" src="assets/viewer.js"></script><script type="module" src="assets/studio.js"></script></head><body></body></html>`;
const ASSETS = "../../studio/src/assets";

test("the page has the addresses of the webview, and can connect to nothing", () => {
  const html = studioHtml(PAGE, { folder: "https://files/1", policySource: "https://files" });
  assert.match(
    html,
    /<head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src https:\/\/files; style-src https:\/\/files; img-src data:; form-action 'none'; base-uri 'none'">/,
  );
  assert.match(
    html,
    /<link rel="stylesheet" crossorigin="anonymous" href="https:\/\/files\/1\/studio\.css">/,
  );
  assert.match(html, /src="https:\/\/files\/1\/studio\.js"/);
  assert.doesNotMatch(html, /"assets\/|unsafe|connect-src/);
});

test("all scripts of the studio are found from its page", () => {
  const found = new Set(loadedFiles(PAGE));
  for (const name of found) {
    if (name.endsWith(".js") && name !== "viewer.js") {
      for (const other of loadedFiles(readFileSync(`${ASSETS}/${name}`, "utf8"))) {
        found.add(other);
      }
    }
  }
  assert.deepEqual([...found].sort(), [...readdirSync(ASSETS), "viewer.js"].sort());
});

test("a notice shows its text as text", () => {
  assert.match(noticeHtml("<b> & co"), /<p role="alert">&#60;b&#62; &#38; co<\/p>/);
});
