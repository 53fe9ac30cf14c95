import assert from "node:assert/strict";
import test from "node:test";
import { EXCLUDED_GLOB, isMirrored, isSettings, TEXTS_GLOB } from "../src/web/mirroredNames";

const MIRRORED = [
  "order.asl",
  "main.tf",
  "stack.template",
  ...["json", "jsonc", "json5", "yaml", "yml"].map((format) => `a/order.asl.${format}`),
  "template.json",
  "cdk.out/Orders.template.json",
  "deep/er/app-template.yaml",
  "sam.template.yml",
  "serverless.yml",
  "services/serverless.yaml",
  "stepwright.toml",
  "a/stepwright.sources.json",
  "my-target/order.asl",
];
const OTHERS = [
  "package.json",
  "order.json",
  "asl.json",
  "main.tfvars",
  "my-serverless.yml",
  "my-stepwright.toml",
  "template.js",
  "order.asl.json.bak",
];
const EXCLUDED = ["target/order.asl.json", "a/node_modules/b/template.json"];

// Returns whether a path matches a glob of one list, such as `**/{*.tf,a.json}` or `**/{a,b}/**`.
function matches(path: string, glob: string): boolean {
  const [, list = "", rest] = /^\*\*\/\{([^{}]*)\}(\/\*\*)?$/.exec(glob) ?? [];
  const names = list.split(",").map((name) => name.replaceAll(".", "\\.").replace("*", "[^/]*"));
  return new RegExp(`^(.*/)?(${names.join("|")})${rest ? "/.*" : ""}$`).test(path);
}

test("the glob and the check of a name accept the same files", () => {
  for (const file of [...MIRRORED, ...OTHERS, ...EXCLUDED]) {
    const isFound = matches(file, TEXTS_GLOB) && !matches(file, EXCLUDED_GLOB);
    assert.equal(isMirrored(file), isFound, file);
    assert.equal(isFound, MIRRORED.includes(file), file);
  }
});

test("settings are known by their name", () => {
  assert.deepEqual(MIRRORED.filter(isSettings), ["stepwright.toml", "a/stepwright.sources.json"]);
});
