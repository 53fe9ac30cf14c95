// Unsaved edits, stored in the browser: the server may end before they are saved. An editor stores its unsaved texts itself.

import { editor } from "./host.js";
import { place } from "./server.js";

const KEY = `stepwright-studio:${place.file}`;
const store = () => (editor ? null : localStorage);
let draft = null;

/** Stores a text for the file with this digest, and edits of forms after it. Returns whether the browser has room. */
export function keep(base, text, edits) {
  draft = editor ? null : { base, text, edits, time: Date.now() };
  try {
    store()?.setItem(KEY, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function forget() {
  draft = null;
  store()?.removeItem(KEY);
}

/** The stored draft, if there is one. */
export function kept() {
  try {
    return draft ?? JSON.parse(store()?.getItem(KEY));
  } catch {
    return null;
  }
}
