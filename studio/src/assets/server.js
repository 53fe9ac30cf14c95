// The requests of the page, and the stream of changes.

import { editor, request } from "./host.js";

const root = document.querySelector("#studio");
export const isReadOnly = root?.hasAttribute("data-read-only") ?? false;
export const path = root?.dataset.path;
export const place = { file: root?.dataset.file ?? "0", definition: 0 };

export function address(name, parameters = {}) {
  return `${name}?${new URLSearchParams({ ...place, ...parameters })}`;
}

/** The server refused a request; the message is for the user. */
export class Refusal extends Error {
  constructor(status, message, view) {
    super(message);
    Object.assign(this, { status, view });
  }
}

async function respond(name, parameters, what) {
  if (editor) return request(name, String(new URLSearchParams({ ...place, ...parameters })), what);
  const options = what === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(what) };
  const response = await fetch(address(name, parameters), options);
  return { status: response.status, kind: response.headers.get("content-type"), body: await response.text() };
}

/** Sends a request. `what` is a body in JSON, or nothing for a question. */
export async function ask(name, parameters, what) {
  let response;
  try {
    response = await respond(name, parameters, what);
  } catch {
    throw new Refusal(0, "the server does not answer");
  }
  const body = response.kind?.includes("json") ? JSON.parse(response.body) : response.body;
  if (response.status >= 400) throw new Refusal(response.status, body.error ?? body, body.view);
  return body;
}

/** Calls a function at each change of the file. A hidden page has no stream, because a browser opens only six connections. */
export function listen(changed, lost) {
  if (editor) return editor.listen(changed);
  let stream;
  const open = () => {
    stream = new EventSource(address("events"));
    stream.onmessage = () => changed();
    stream.onerror = lost;
  };
  document.addEventListener("visibilitychange", () => {
    stream?.close();
    if (!document.hidden) {
      open();
      changed();
    }
  });
  if (!document.hidden) open();
}
