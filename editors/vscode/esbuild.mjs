// Bundles the extension: `node esbuild.mjs`. `node esbuild.mjs package` also bundles the worker of a
// browser with the WebAssembly module of the folder STEPWRIGHT_MODULE, and `node esbuild.mjs test`
// bundles the tests.

import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const shared = { bundle: true, target: "es2022", logLevel: "warning", legalComments: "none" };
const browser = { ...shared, platform: "browser", format: "iife", minify: true };

switch (process.argv[2]) {
  case "test":
    await bundleTests();
    break;
  case "package":
    await bundleExtension();
    await bundleWorker();
    break;
  default:
    await bundleExtension();
}

async function bundleTests() {
  rmSync("dist/test", { recursive: true, force: true });
  const tests = readdirSync("test").filter((file) => file.endsWith(".test.ts"));
  await build({
    ...shared,
    entryPoints: tests.map((file) => `test/${file}`),
    outdir: "dist/test",
    platform: "node",
    format: "cjs",
    sourcemap: "inline",
  });
}

async function bundleExtension() {
  await build({
    ...shared,
    entryPoints: ["src/desktop/main.ts"],
    outfile: "dist/extension.js",
    platform: "node",
    format: "cjs",
    external: ["vscode"],
    minify: true,
  });
  await build({ ...browser, entryPoints: ["src/picture/page.ts"], outfile: "dist/page.js" });
  // A package never has the worker of an earlier module.
  rmSync("dist/web", { recursive: true, force: true });
  await build({
    ...browser,
    entryPoints: ["src/web/main.ts"],
    outfile: "dist/web/extension.js",
    format: "cjs",
    external: ["vscode"],
  });
}

async function bundleWorker() {
  const folder = process.env.STEPWRIGHT_MODULE;
  const module = folder && resolve(folder, "stepwright_web.js");
  if (!module || !existsSync(module)) {
    const state = folder ? `has no module: \`${folder}\`` : "is not set";
    console.error(
      `error: STEPWRIGHT_MODULE ${state}; run \`packaging/web_module FOLDER\` in the repository, and set it to this folder`,
    );
    process.exit(1);
  }
  await build({
    ...browser,
    entryPoints: ["src/web/worker.ts"],
    outfile: "dist/web/worker.js",
    alias: { stepwright_web: module },
    // The module is loaded from its bytes, not from the address of its script.
    define: { "import.meta.url": '""' },
  });
  for (const name of ["stepwright_web_bg.wasm", "models.bin"]) {
    cpSync(join(folder, name), join("dist/web", name));
  }
}
