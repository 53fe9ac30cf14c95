// The requests of the page, and the stream of changes.

import { when } from "./dom.js";
import { editor, request } from "./host.js";

const root = document.querySelector("#studio");
export const isReadOnly = root?.hasAttribute("data-read-only") ?? false;
export const place = { file: root?.dataset.file ?? "0", definition: Number(root?.dataset.definition ?? 0) };

const query = (parameters) => String(new URLSearchParams({ ...place, ...parameters }));

/** The server refused a request; the message is for the user. */
export class Refusal extends Error {
  constructor(status, message, view) {
    super(message);
    Object.assign(this, { status, view });
  }
}

const { key: digits } = root?.dataset ?? {};
root?.removeAttribute("data-key");
const key = digits && crypto.subtle?.importKey("raw", Uint8Array.from(digits.match(/../g), (two) => parseInt(two, 16)), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
const sign = async (text) => Array.from(new Uint8Array(await crypto.subtle.sign("HMAC", await key, new TextEncoder().encode(text))), (byte) => byte.toString(16).padStart(2, "0")).join("");
let [on, stream, isLost] = [];

/** Goes to the address of the studio, which may have started again: see page_key.rs. Returns whether it has. */
async function find() {
  const nonce = crypto.randomUUID();
  const { run, proof, version } = await (await fetch(`/studio/run?nonce=${nonce}`)).json();
  const at = `${run} ${location.port}`;
  if (proof !== (await sign(`proof ${nonce} ${at}`))) throw proof;
  const next = `/studio/${await sign(`secret ${at}`)}/`;
  const isRestarted = next !== location.pathname;
  await on.finding();
  history.replaceState(null, "", next + location.search);
  if (version !== root.dataset.version) location.reload();
  return isRestarted;
}

/** Looks for the studio. Until then the page sends nothing: another program may be at its address. */
async function lose() {
  if (isLost || editor) return;
  on.lost();
  if (!key) return;
  isLost = true;
  stream?.close();
  let isRestarted;
  while (isRestarted === undefined) {
    await new Promise((done) => setTimeout(done, 1000));
    isRestarted = await find().catch(() => {});
  }
  isLost = false;
  if (!document.hidden) open();
  on.found(isRestarted);
}

function open() {
  stream = new EventSource(`events?${query()}`);
  stream.onmessage = () => on.changed();
  stream.onerror = lose;
}

async function respond(name, parameters, what) {
  if (editor) return request(name, query(parameters), what);
  const body = what && JSON.stringify(what);
  // An edit survives the end of the page, unless it is larger than browsers allow then.
  const options = body ? { method: "POST", headers: { "content-type": "application/json" }, body, keepalive: name === "apply" && body.length < 60_000 } : {};
  const response = await fetch(`${name}?${query(parameters)}`, options);
  return { status: response.status, kind: response.headers.get("content-type"), body: await response.text() };
}

/** Sends a request. `what` is a body in JSON, or nothing for a question. */
export async function ask(name, parameters, what) {
  let response;
  try {
    response = !isLost && (await respond(name, parameters, what));
  } catch {
    lose();
  }
  if (!response) throw new Refusal(0, "the server does not answer");
  const body = response.kind?.includes("json") ? JSON.parse(response.body) : response.body;
  if (response.status >= 400) throw new Refusal(response.status, body.error ?? body, body.view);
  return body;
}

/** Calls a function at each change of the file. A hidden page has no stream, because a browser opens only six connections. */
export function listen(listeners) {
  on = listeners;
  if (editor) return editor.listen(on.changed);
  when(document, "visibilitychange", () => {
    stream?.close();
    if (document.hidden || isLost) return;
    open();
    on.changed();
  });
  if (!document.hidden) open();
}
