// Requests that the console refuses: forms of other sites, forms of a read-only console, and requests without a password.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, Tab } from "./support/browser.mjs";
import { createWorld } from "./support/machines.mjs";
import { executionUrl, machinesUrl, pagesOf } from "./support/pages.mjs";
import { Server, Tasks } from "./support/server.mjs";

const ACTIONS = ["start", "stop", "redrive", "restart", "answer"];

/** Sends a form without a browser. */
const post = (server, action, body) =>
  fetch(new URL(`/console/${action}`, server.url), {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(body),
  });

describe("access", () => {
  let tasks, browser;
  before(async () => {
    tasks = await Tasks.start();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    tasks?.stop();
  });

  /** Runs a test with a server. */
  const served = (name, options, run) =>
    test(name, async () => {
      const server = await Server.start(...tasks.bindings(), ...options);
      try {
        await run(server);
      } finally {
        await server.stop();
      }
    });

  served("a form without its token is refused", [], async (server) => {
    for (const action of ACTIONS) {
      for (const token of [undefined, "", "0".repeat(32)]) {
        const response = await post(server, action, token === undefined ? {} : { form_token: token });
        assert.equal(response.status, 403, action);
      }
    }
  });

  served("a page of another site cannot send a form", [], async (server) => {
    const tab = await Tab.open(browser, server);
    await tab.page.route("http://elsewhere.test/", (route) =>
      route.fulfill({ contentType: "text/html", body: `<form method="post" action="${server.url}/console/stop"><button>Send</button></form>` }),
    );
    await tab.page.goto("http://elsewhere.test/");
    const response = tab.page.waitForResponse((response) => response.url().endsWith("/console/stop"));
    await tab.page.getByRole("button").click();
    assert.equal((await response).status(), 403);
    await tab.close();
  });

  served("a read-only console has no forms and no tokens", ["--console", "read-only"], async (server) => {
    const world = await createWorld(server);
    for (const { path: url } of pagesOf(world)) {
      const text = await (await fetch(new URL(url, server.url))).text();
      assert.ok(!text.includes('method="post"'), url);
      assert.ok(!text.includes("form_token"), url);
      assert.ok(!text.includes("send-task-success"), url);
    }
    for (const action of ACTIONS) {
      const response = await post(server, action, { arn: world.executions["approval-open"] });
      assert.ok([404, 405].includes(response.status), `${action}: ${response.status}`);
    }
    const tab = await Tab.open(browser, server);
    await tab.goto(executionUrl(world.executions["approval-open"]));
    await tab.page.getByText("read-only").waitFor();
    assert.deepEqual(await tab.violations(), []);
    tab.check();
    await tab.close();
  });

  served("no console", ["--console", "off"], async (server) => {
    for (const url of ["/console", "/console/executions", "/console/assets/console.css"]) {
      assert.equal((await fetch(new URL(url, server.url))).status, 404, url);
    }
  });

  test("the password is an access key", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "stepwright-console-"));
    const keys = path.join(folder, "credentials");
    writeFileSync(keys, "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = a:secret\n");
    const server = await Server.start("--auth", keys);
    try {
      for (const authorization of [undefined, "Basic eA==", `Basic ${btoa("AKIDEXAMPLE:wrong")}`, `Basic ${btoa("other:a:secret")}`]) {
        const response = await fetch(new URL(machinesUrl, server.url), { headers: authorization ? { authorization } : {} });
        assert.equal(response.status, 401);
        assert.match(response.headers.get("www-authenticate"), /^Basic realm=/);
      }
      const httpCredentials = { username: "AKIDEXAMPLE", password: "a:secret" };
      const tab = await Tab.open(browser, server, { httpCredentials });
      // The script and the stream use the password too.
      await tab.goto(machinesUrl);
      await tab.page.getByRole("heading", { name: "State machines" }).waitFor();
      await tab.page.locator("main[data-connected]").waitFor();
      tab.check();
      await tab.close();
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
