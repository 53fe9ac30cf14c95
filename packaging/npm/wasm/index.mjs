// Definitions of AWS Step Functions in JavaScript, without a process.

import * as module from "./stepwright_web.js";

let loading;

/** The text of JSON. A string is the text already, as in AWS's API. */
const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** Calls a function that takes and returns JSON. */
const ask = (call, { definition, ...rest }, ...more) => {
  const machine = typeof definition === "string" ? JSON.parse(definition) : definition;
  return JSON.parse(call(JSON.stringify({ definition: machine, ...rest }), ...more));
};

const functions = {
  version: module.version,

  definitions(source, { name = "definition.asl.json" } = {}) {
    const found = JSON.parse(module.definitions(text(source), name));
    return found.map(({ definition, ...rest }) => ({ ...rest, definition: JSON.parse(definition) }));
  },

  importRust: (definition, { name = "Workflow", type = "STANDARD" } = {}) => module.importRust(text(definition), name, type),

  types: (definition, { name = "Workflow", file = `${name}.asl.json`, language = "ts", schemas } = {}) =>
    module.types(text(definition), name, file, language, schemas === undefined ? undefined : text(schemas)),

  validate: (source, { name = "definition.asl.json", type = "STANDARD" } = {}) => JSON.parse(module.validate(text(source), name, type)),

  run: ({ input = {}, type, call, ...rest }) => ask(module.run, { input, machineType: type, ...rest }, call),

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

/** Returns the content of a file next to this one. */
async function file(name) {
  const url = new URL(name, import.meta.url);
  if (url.protocol !== "file:") {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} cannot be loaded: ${response.status}`);
    return response.arrayBuffer();
  }
  // Node has no `fetch` for files.
  const { readFile } = await import("node:fs/promises");
  return readFile(url);
}

async function start(source = file("stepwright_web_bg.wasm"), models = file("models.bin")) {
  const [code, content] = await Promise.all([source, models]);
  await module.default({ module_or_path: code });
  if (content) module.provideModels(new Uint8Array(content));
}

/** Loads the module once, and returns its functions. A failed attempt is repeated by the next call. */
export async function load(source, models) {
  loading ??= start(source, models);
  try {
    await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
  return functions;
}
