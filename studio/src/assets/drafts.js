// Unsaved text, kept in the browser: the server may end before it is saved. An editor keeps its unsaved texts itself.

import { editor } from "./host.js";
import { path } from "./server.js";

const KEY = `stepwright-studio:${path}`;
const store = () => (editor ? null : localStorage);

/** Keeps a text that differs from the file with this digest. Returns whether there was room. */
export function keep(base, text) {
  try {
    store()?.setItem(KEY, JSON.stringify({ base, text, time: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

export const forget = () => store()?.removeItem(KEY);

/** The kept text, if there is one. */
export function kept() {
  try {
    return JSON.parse(store()?.getItem(KEY));
  } catch {
    return null;
  }
}
