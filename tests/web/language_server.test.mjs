// The language server in WebAssembly, with a scripted editor. MODULE is the folder of the module.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const folder = process.env.MODULE;
const module = await import(pathToFileURL(join(folder, "stepwright_web.js")));
module.initSync({ module: readFileSync(join(folder, "stepwright_web_bg.wasm")) });

const ORDERS = `{
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Pass", "ResultPath": "$.a[*]", "Next": "Ship"},
    "Ship": {"Type": "Succeed"}
  }
}`;
/** A definition with one warning, `missing-timeout`. */
const WAITS = JSON.stringify({
  StartAt: "A",
  States: {
    A: {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: { QueueUrl: "q", "MessageBody.$": "$$.Task.Token" },
      End: true,
    },
  },
});
const ABILITIES = {
  workspace: {
    workspaceEdit: { documentChanges: true, resourceOperations: ["create"] },
    didChangeWatchedFiles: { dynamicRegistration: true },
  },
};

/** An editor that has opened the folder `/orders`. */
class Client {
  server = new module.LanguageServer();
  messages = [];
  count = 0;

  constructor(options = {}) {
    this.ask("initialize", {
      capabilities: ABILITIES,
      workspaceFolders: [{ uri: "file:///orders", name: "orders" }],
      initializationOptions: options,
    });
    this.notify("initialized", {});
  }

  send(message) {
    this.server.receive(JSON.stringify({ jsonrpc: "2.0", ...message }));
    for (let sent = this.server.work(); sent !== undefined; sent = this.server.work()) {
      this.messages.push(...JSON.parse(sent));
    }
  }

  notify(method, params) {
    this.send({ method, params });
  }

  ask(method, params) {
    this.count += 1;
    const id = this.count;
    this.send({ id, method, params });
    const answer = this.messages.find((message) => message.id === id && !message.method);
    assert.ok(answer, `${method} has an answer`);
    assert.equal(answer.error, undefined);
    return answer.result;
  }

  files(...files) {
    this.notify("stepwright/files", { files });
  }

  open(uri, text, languageId = "json") {
    this.notify("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } });
  }

  /** The messages of the last diagnostics of a file; `undefined` if it was not checked. */
  problems(uri) {
    const published = this.messages.findLast(
      ({ method, params }) =>
        method === "textDocument/publishDiagnostics" && params.uri === uri,
    );
    return published?.params.diagnostics.map(({ message }) => message);
  }

  /** The texts of messages for the user. */
  told() {
    const shown = this.messages.filter(({ method }) => method === "window/showMessage");
    return shown.map(({ params }) => params.message);
  }
}

test("an open text and a file that is not open are checked", () => {
  const client = new Client();
  client.open("file:///orders/a.asl.json", ORDERS);
  client.files({ uri: "file:///orders/b.asl.json", text: ORDERS });
  for (const name of ["a", "b"]) {
    const [problem, ...more] = client.problems(`file:///orders/${name}.asl.json`);
    assert.match(problem, /Reference Path/);
    assert.deepEqual(more, []);
  }
  client.files({ uri: "file:///orders/b.asl.json", deleted: true });
  assert.deepEqual(client.problems("file:///orders/b.asl.json"), []);
});

test("a file that cannot have a definition is not checked", () => {
  const client = new Client();
  client.files({ uri: "file:///orders/notes.txt", text: ORDERS });
  assert.equal(client.problems("file:///orders/notes.txt"), undefined);
});

test("the settings of the nearest folder have effect as soon as they change", () => {
  const client = new Client();
  const [a, b] = ["file:///orders/a.asl.json", "file:///orders/drafts/b.asl.json"];
  client.files({ uri: a, text: WAITS }, { uri: b, text: WAITS });
  assert.equal(client.problems(a).length, 1);
  client.files({
    uri: "file:///orders/stepwright.toml",
    text: "[validate]\nallow = ['missing-timeout']\n",
  });
  assert.deepEqual(client.problems(a), []);
  assert.deepEqual(client.problems(b), []);
  client.files({ uri: "file:///orders/drafts/stepwright.toml", text: "" });
  assert.deepEqual(client.problems(a), []);
  assert.equal(client.problems(b).length, 1);
  assert.deepEqual(client.told(), []);
});

test("wrong settings are told, and have no effect", () => {
  const client = new Client();
  const uri = "file:///orders/a.asl.json";
  client.files(
    { uri: "file:///orders/stepwright.toml", text: "[validate]\n\nallow = ['nothing']\n" },
    { uri, text: WAITS },
  );
  assert.equal(client.problems(uri).length, 1);
  const [told] = client.told();
  assert.match(told, /^\/orders\/stepwright\.toml:3: expected a rule; /);
});

test("an edit of the text is renamed in all places", () => {
  const client = new Client();
  const uri = "file:///orders/a%20b.asl.json";
  client.open(uri, ORDERS);
  const edit = client.ask("textDocument/rename", {
    textDocument: { uri },
    position: { line: 4, character: 6 },
    newName: "Deliver",
  });
  const [{ textDocument, edits }] = edit.documentChanges;
  assert.deepEqual(textDocument, { uri, version: 1 });
  assert.deepEqual(
    edits.map(({ range }) => range.start.line),
    [3, 4],
  );
});

test("a state leads to the line of Rust, if the workspace has that file", () => {
  const client = new Client();
  const uri = "file:///orders/out/a.asl.json";
  client.open(uri, ORDERS);
  const place = { textDocument: { uri }, position: { line: 4, character: 6 } };
  const sources = JSON.stringify({ "a.asl.json": { Ship: "src/main.rs:7:3" } });
  client.files({ uri: "file:///orders/out/stepwright.sources.json", text: sources });
  assert.equal(client.ask("textDocument/implementation", place), null);
  client.files({ uri: "file:///orders/src/main.rs", text: null });
  const found = client.ask("textDocument/implementation", place);
  assert.equal(found.uri, "file:///orders/src/main.rs");
  assert.deepEqual(found.range.start, { line: 6, character: 2 });
});

test("a Terraform file reads the locals of its module", () => {
  const client = new Client();
  const [uri, locals] = ["file:///orders/main.tf", "file:///orders/locals.tf"];
  const machine = `resource "aws_sfn_state_machine" "orders" {\n  definition = jsonencode({StartAt = local.first, States = {A = {Type = "Succeed"}}})\n}\n`;
  client.files({ uri: locals, text: `locals {\n  first = "B"\n}\n` });
  client.open(uri, machine, "terraform");
  assert.match(client.problems(uri).join("\n"), /'StartAt' target: B/);
});

test("the states that are moved to a new file do not replace a file of the workspace", () => {
  const client = new Client();
  const uri = "file:///orders/a.asl.json";
  client.open(uri, ORDERS.replace("$.a[*]", "$.a"));
  client.files({ uri: "file:///orders/ship-it.asl.json", text: "{}" });
  const edit = client.ask("workspace/executeCommand", {
    command: "stepwright.operation",
    arguments: [
      {
        uri,
        operation: {
          operation: "extractStates",
          states: ["/States/Ship"],
          name: "Ship it",
          stateMachine: "arn:aws:states:eu-west-1:123456789012:stateMachine:Ship",
        },
      },
    ],
  });
  assert.equal(edit.documentChanges[0].uri, "file:///orders/ship-it-2.asl.json");
});

test("a text that is no message is an error", () => {
  const client = new Client();
  assert.throws(() => client.server.receive("{"), /EOF/);
  assert.throws(() => client.server.receive(`{"method": 1}`), Error);
  client.open("file:///orders/a.asl.json", ORDERS);
  assert.equal(client.problems("file:///orders/a.asl.json").length, 1);
});
