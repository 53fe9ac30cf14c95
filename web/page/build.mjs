// Builds the playground: `node build.mjs MODULE OUTPUT`. MODULE is the folder that
// `wasm-bindgen --target web` wrote; OUTPUT gets the static files.

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [moduleFolder, output] = process.argv.slice(2).map((name) => path.resolve(name));
if (!moduleFolder || !output) {
  console.error("error: write `node build.mjs MODULE OUTPUT`, with two folders");
  process.exit(2);
}
const page = import.meta.dirname;
const root = path.join(page, "../..");
const WASM = "stepwright_web_bg.wasm";

const read = (file) => readFileSync(path.join(root, file), "utf8");
const payload = (value) => ({ StatusCode: 200, Payload: value });

/** The examples: the title, the file, and the data of a run. The first one is shown at the first visit. */
const EXAMPLES = [
  [
    "Discount: Pass, Wait and Choice",
    "examples/asl/discount.asl.json",
    { input: JSON.parse(read("examples/asl/discount.input.json")) },
  ],
  [
    "Checkout: tasks with Retry and Catch",
    "examples/asl/checkout.asl.json",
    {
      input: { id: "o-1", total: 12 },
      mocks: { Charge: payload({ chargeId: "ch-1" }), CallCustomer: { MessageId: "m-1" } },
    },
  ],
  [
    "Refund: a definition in YAML",
    "examples/asl/refund.asl.yaml",
    { input: { order: "o-1", amount: 20 }, mocks: { Pay: payload({ receipt: "r-1" }) } },
  ],
  ["Thumbnails: a Map over pictures", "examples/terraform-app/asl/make-thumbnails.asl.json"],
  [
    "Order: a SAM template",
    "web/page/examples/order.template.yaml",
    { input: { order: "o-1" }, mocks: { Charge: payload({ charge: "ch-1" }) } },
  ],
  ["Pattern: saga", "studio/src/palette/patterns/saga.json"],
  ["Pattern: poll until done", "studio/src/palette/patterns/poll.json"],
  ["Pattern: wait for approval", "studio/src/palette/patterns/approval.json"],
  ["Pattern: process each row of a CSV", "studio/src/palette/patterns/csv.json"],
  ["Pattern: retry with fallback", "studio/src/palette/patterns/fallback.json"],
];

rmSync(output, { recursive: true, force: true });
mkdirSync(path.join(output, "studio"), { recursive: true });
for (const name of ["index.html", "playground.css", "icon.svg", "manifest.webmanifest"]) {
  cpSync(path.join(page, name), path.join(output, name));
}
for (const name of [WASM, "models.bin"]) {
  cpSync(path.join(moduleFolder, name), path.join(output, name));
}
for (const [name, text] of await studioFiles()) {
  writeFileSync(path.join(output, "studio", name), text);
}
const examples = EXAMPLES.map(([title, file, tests = {}]) => ({
  title,
  name: path.basename(file).replace(/^(\w+)\.json$/, "$1.asl.json"),
  text: read(file),
  // The fields of the panel Test have JSON as text.
  tests: Object.fromEntries(
    Object.entries(tests).map(([name, value]) => [name, JSON.stringify(value, null, 2)]),
  ),
}));
writeFileSync(path.join(output, "examples.json"), JSON.stringify(examples));

await bundle("playground", "esm");
await bundle("worker", "esm");
await bundle("frame", "iife");
const files = readdirSync(output, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(output, path.join(entry.parentPath, entry.name)))
  .sort();
const digest = createHash("sha256");
for (const file of files) {
  digest.update(`${file}\0`).update(readFileSync(path.join(output, file)));
}
await bundle("service-worker", "iife", "serviceWorker", {
  VERSION: JSON.stringify(digest.digest("hex").slice(0, 16)),
  // The address of the page is that of its folder.
  FILES: JSON.stringify(["./", ...files]),
});
// Only the pages of the book load it.
await bundle("try-it", "esm", "tryIt");

function bundle(name, format, source = name, define = {}) {
  return build({
    entryPoints: [path.join(page, `src/${source}.ts`)],
    outfile: path.join(output, `${name}.js`),
    alias: { stepwright_web: path.join(moduleFolder, "stepwright_web.js") },
    define,
    format,
    bundle: true,
    minify: true,
    target: "es2022",
    logLevel: "warning",
    legalComments: "none",
  });
}

/** Returns the files that the page of the studio loads, by their names. */
async function studioFiles() {
  const { initSync, Studio } = await import(
    pathToFileURL(path.join(moduleFolder, "stepwright_web.js")).href
  );
  initSync({ module: readFileSync(path.join(moduleFolder, WASM)) });
  const { outputFiles } = await build({
    entryPoints: [path.join(root, "editors/vscode/src/studio/html.ts")],
    format: "esm",
    write: false,
  });
  const { loadedFiles } = await import(
    `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
  );
  const studio = new Studio();
  const request = (message) => {
    const { status, body } = JSON.parse(studio.receive(JSON.stringify({ id: 1, ...message })));
    if (status !== 200) {
      throw new Error(`the studio does not answer: ${body}`);
    }
    return body;
  };
  request({
    method: "open",
    path: "a.asl.json",
    text: "{}",
    version: 1,
    isDirty: false,
    isReadOnly: false,
  });
  const ask = (name) => request({ method: "ask", document: 0, name });
  const files = new Map();
  const open = loadedFiles(ask(""));
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (!files.has(name)) {
      const text = ask(`assets/${name}`);
      files.set(name, text);
      open.push(...(name.endsWith(".js") ? loadedFiles(text) : []));
    }
  }
  return files;
}
