// Definitions of AWS Step Functions in JavaScript, without a process.

import * as module from "./stepwright_web.js";

let loading;

/** The text of JSON. A string is the text already, as in AWS's API. */
const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** Calls a function that takes and returns JSON. */
const ask = (call, { definition, ...rest }) => {
  const machine = typeof definition === "string" ? JSON.parse(definition) : definition;
  return JSON.parse(call(JSON.stringify({ definition: machine, ...rest })));
};

const functions = {
  version: module.version,

  definitions: (source, { name = "definition.asl.json" } = {}) => JSON.parse(module.definitions(text(source), name)),

  validate: (source, { name = "definition.asl.json", type = "STANDARD" } = {}) => JSON.parse(module.validate(text(source), name, type)),

  run: ({ input = {}, type, ...rest }) => ask(module.run, { input, machineType: type, ...rest }),

  testState({ definition, input, variables, context, mock, ...rest }) {
    const texts = Object.entries({ definition, input, variables, context }).filter(([, value]) => value !== undefined);
    const request = { ...rest, ...Object.fromEntries(texts.map(([key, value]) => [key, text(value)])) };
    if (mock) request.mock = { ...mock, ...("result" in mock && { result: text(mock.result) }) };
    return JSON.parse(module.testState(JSON.stringify(request)));
  },

  graph: (definition) => module.graph(text(definition)),

  explore: ({ type, ...rest }) => ask(module.explore, { machineType: type, ...rest }),

  estimate: (request) => ask(module.estimate, request),

  policy: (request) => ask(module.policy, request),

  diff: (before, after) => JSON.parse(module.diff(text(before), text(after))),

  convert: (definition) => JSON.parse(module.convert(text(definition))),
};

async function start(source) {
  if (source !== undefined) return module.default({ module_or_path: source });
  const url = new URL("stepwright_web_bg.wasm", import.meta.url);
  if (url.protocol !== "file:") return module.default({ module_or_path: url });
  // Node has no `fetch` for files.
  const { readFile } = await import("node:fs/promises");
  return module.default({ module_or_path: await readFile(url) });
}

/** Loads the module once, and returns its functions. A failed attempt is repeated by the next call. */
export async function load(source) {
  loading ??= start(source);
  try {
    await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
  return functions;
}
