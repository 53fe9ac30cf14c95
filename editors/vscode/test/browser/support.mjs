// VS Code in a browser: a server with the packaged extension, and a tab that shows a folder.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { chromium } from "playwright-core";

const HERE = import.meta.dirname;
const ENTRY = process.env.CODE_SERVER ?? join(HERE, "node_modules/code-server/out/node/entry.js");
const EXTENSION = resolve(HERE, "../../dist/stepwright.vsix");
const STEPWRIGHT = resolve(
  process.env.STEPWRIGHT ?? join(HERE, "../../../../target/debug/stepwright"),
);
const CHROMIUM =
  process.env.CHROMIUM ??
  ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));
/** A debug build of the server on a busy machine needs this time at most. */
export const TIMEOUT_MS = 120_000;

const SETTINGS = {
  "stepwright.path": STEPWRIGHT,
  "editor.minimap.enabled": false,
  "editor.accessibilitySupport": "off",
  "extensions.autoCheckUpdates": false,
  // In a browser, VS Code saves by itself.
  "files.autoSave": "off",
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "window.commandCenter": false,
  "json.validate.enable": false,
};

/** A running server of VS Code, with a folder. */
export class Editor {
  static async start(files, settings = {}) {
    const root = mkdtempSync(join(tmpdir(), "stepwright-vscode-"));
    const folder = join(root, "orders");
    mkdirSync(folder);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text);
    }
    const data = join(root, "data");
    // When VS Code in a browser writes a setting of the user, such as a theme, it forgets the others
    // of this file. It never writes those of the machine.
    for (const scope of ["User", "Machine"]) {
      mkdirSync(join(data, scope), { recursive: true });
      const text = JSON.stringify({ ...SETTINGS, ...settings });
      writeFileSync(join(data, scope, "settings.json"), text);
    }
    const env = { ...process.env, HOME: root, XDG_DATA_HOME: root, XDG_CONFIG_HOME: root };
    const common = [ENTRY, "--user-data-dir", data, "--extensions-dir", join(root, "extensions")];
    const installed = spawnSync(process.execPath, [...common, "--install-extension", EXTENSION], {
      env,
      encoding: "utf8",
    });
    if (installed.status !== 0 || !installed.stdout.includes("was successfully installed")) {
      throw new Error(`the extension was not installed:\n${installed.stdout}${installed.stderr}`);
    }
    const { server, port } = await startServer(common, folder, env);
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
    });
    return new Editor(root, folder, server, browser, `http://127.0.0.1:${port}/?folder=${folder}`);
  }

  constructor(root, folder, server, browser, url) {
    Object.assign(this, { root, folder, server, browser, url });
  }

  /** Opens a file in a new tab of the browser. */
  async open(file) {
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(TIMEOUT_MS);
    const page = await context.newPage();
    await page.goto(this.url);
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: file }).dblclick();
    await page.locator(".view-line").first().waitFor();
    return page;
  }

  async stop() {
    await this.browser.close();
    const ended = once(this.server, "exit");
    this.server.kill();
    await ended;
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Starts the server. It ends after 10 seconds if a busy machine starts its worker too late, so it has several attempts. */
async function startServer(common, folder, env) {
  const flags = ["--auth", "none", "--disable-telemetry", "--disable-update-check"];
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = spawn(
      process.execPath,
      [...common, ...flags, "--bind-addr", `127.0.0.1:${port}`, folder],
      { env, stdio: ["ignore", "pipe", "inherit"] },
    );
    try {
      await untilOutput(server, "HTTP server listening");
      return { server, port };
    } catch (error) {
      if (attempt === 5) {
        throw error;
      }
    }
  }
}

/** Returns a port that no program uses. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

async function untilOutput(server, text) {
  let output = "";
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    if (output.includes(text)) {
      server.stdout.resume();
      return;
    }
  }
  throw new Error(`the server ended:\n${output}`);
}

/**
 * Runs a command of the editor by its title. The list lacks commands of extensions that were not
 * loaded when it was opened, and a page that is drawn at this moment may take the key.
 */
export async function command(page, title) {
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
  const listed = async () => {
    await page.keyboard.press("F1");
    const input = page.locator(".quick-input-widget input");
    await input.fill(`>${title}`, { timeout: 5_000 });
    await row.waitFor({ timeout: 5_000 });
    return true;
  };
  await until(() => listed().catch(() => page.keyboard.press("Escape")));
  await page.keyboard.press("Enter");
}

/**
 * Clicks on a code lens until it has its effect. VS Code draws lenses again when others arrive, and
 * a click on a lens that is replaced between press and release has no effect.
 */
export async function clickLens(page, title, effect) {
  const lens = page.locator(".codelens-decoration a", { hasText: title });
  await lens.first().waitFor();
  await until(async () => {
    if (!(await effect.isVisible())) {
      // After a click with an effect, the lens may be gone.
      await lens
        .first()
        .click({ timeout: 2_000 })
        .catch(() => undefined);
    }
    return effect.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
  });
}

/** Moves the cursor to a line and a column, which start at 1. */
export async function goTo(page, line, column) {
  await page.locator(".view-lines").first().click();
  await page.keyboard.press("Control+g");
  await page.locator(".quick-input-widget input").fill(`:${line}:${column}`);
  await page.keyboard.press("Enter");
  await page.getByText(`Ln ${line}, Col ${column}`, { exact: false }).waitFor();
}

/** The picture in its frame. */
export function pictureIn(page) {
  const outer = page.frameLocator("iframe.webview.ready");
  return outer.frameLocator("iframe#active-frame").locator("#picture svg");
}

/** The frame with the page of the picture. */
export async function pictureFrame(page) {
  await pictureIn(page).waitFor();
  return page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
}

/** The frame with a page of the studio; the first one has the index 0. */
export async function studioFrame(page, index) {
  const outer = page.locator("iframe.webview.ready").nth(index).contentFrame();
  const frame = outer.frameLocator("iframe#active-frame");
  await frame.locator("#tree [role=treeitem]").first().waitFor();
  return frame;
}

/** Waits until a page of the studio shows these states. */
export function showsStates(frame, ...names) {
  const shown = () =>
    frame
      .locator("#tree [role=treeitem]")
      .evaluateAll((rows) => rows.map((row) => row.dataset.pointer.replace("/States/", "")));
  return untilEqual(shown, names);
}

/** Returns the text of the visible editor, from its lines on the screen. */
export async function editorText(page) {
  const lines = await page.locator(".view-line").evaluateAll((all) =>
    all
      .map((line) => [Number.parseFloat(line.style.top), line.textContent])
      .sort(([one], [other]) => one - other)
      .map(([, shown]) => shown),
  );
  return lines.join("\n").replaceAll("\u00a0", " ");
}

/** Adds an item of the palette after a state in a page of the studio, by keyboard. */
export async function addState(frame, state, item) {
  await frame.locator(`#tree [data-pointer="/States/${state}"]`).click();
  await frame.locator("#canvas").press("a");
  await frame.locator("#search").fill(item);
  await frame.locator("#palette [data-item]", { hasText: item }).first().waitFor();
  await frame.locator("#search").press("Enter");
}

/** Waits until a condition holds. */
export async function until(holds) {
  const end = Date.now() + TIMEOUT_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `after ${TIMEOUT_MS} ms, this does not hold: ${holds}`);
    await setTimeout(100);
  }
}

/** Waits until a value equals another one. */
export async function untilEqual(value, expected) {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const now = await value();
    if (isDeepStrictEqual(now, expected)) {
      return;
    }
    if (Date.now() > end) {
      assert.deepEqual(now, expected);
    }
    await setTimeout(100);
  }
}
