// The sizes of pages: what a browser loads for a page, compressed.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { after, before, describe, test } from "node:test";
import { createWorld } from "./support/machines.mjs";
import { pagesOf } from "./support/pages.mjs";
import { Server, Tasks } from "./support/server.mjs";

const MOST = 150 * 1024;

describe("sizes", () => {
  let tasks, server, world;
  before(async () => {
    tasks = await Tasks.start();
    server = await Server.start(...tasks.bindings());
    world = await createWorld(server);
  });
  after(async () => {
    await server?.stop();
    tasks?.stop();
  });

  test("a page with its assets has less than 150 KB", async (t) => {
    const sizes = new Map();
    const size = async (url) => {
      const response = await fetch(new URL(url, server.url));
      assert.equal(response.status, 200, url);
      const body = Buffer.from(await response.arrayBuffer());
      return [gzipSync(body).length, body.toString()];
    };
    for (const { name, path } of pagesOf(world)) {
      const [page, text] = await size(path);
      let sum = page;
      const assets = [...text.matchAll(/(?:href|src)="(\/console\/assets\/[^"]*)"/g)].map(([, url]) => url);
      assert.equal(assets.length, 7, name);
      for (const url of assets) sum += (await size(url))[0];
      sizes.set(name, sum);
      assert.ok(sum < MOST, `${name}: ${sum} bytes`);
    }
    const [name, largest] = [...sizes].sort(([, left], [, right]) => right - left)[0];
    t.diagnostic(`the largest page is \`${name}\`, with ${largest} bytes`);
  });
});
