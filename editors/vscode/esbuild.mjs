// Bundles the extension and the page of the picture; `node esbuild.mjs test` bundles the tests.

import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const shared = { bundle: true, target: "es2022", logLevel: "warning", legalComments: "none" };

if (process.argv[2] === "test") {
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
} else {
  await build({
    ...shared,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    platform: "node",
    format: "cjs",
    external: ["vscode"],
    minify: true,
  });
  await build({
    ...shared,
    entryPoints: ["src/picture/page.ts"],
    outfile: "dist/page.js",
    platform: "browser",
    format: "iife",
    minify: true,
  });
}
