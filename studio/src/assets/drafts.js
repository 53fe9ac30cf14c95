// Unsaved edits, stored in the browser: the server may end before they are saved. An editor stores its unsaved texts itself.

import { editor, store, stored } from "./host.js";
import { place } from "./server.js";

const KEY = `stepwright-studio:${place.file}`;
let draft = null;

/** Stores a text for the file with this digest, and edits of forms after it. Returns whether the browser has room. */
export function keep(base, text, edits) {
  if (editor) return true;
  draft = { base, text, edits, time: Date.now() };
  return store(KEY, draft);
}

export function forget() {
  draft = null;
  if (!editor) localStorage.removeItem(KEY);
}

/** The stored draft, if there is one. */
export const kept = () => draft ?? (editor ? null : stored(KEY));
