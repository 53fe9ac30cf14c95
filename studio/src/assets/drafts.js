// Unsaved text, kept in the browser: the server may end before it is saved. An editor keeps its unsaved texts itself.

import { editor } from "./host.js";
import { path } from "./server.js";

const KEY = `stepwright-studio:${path}`;

/** Keeps a text that differs from the file with this digest. Returns whether there was room. */
export function keep(base, text) {
  if (editor) return true;
  try {
    localStorage.setItem(KEY, JSON.stringify({ base, text, time: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

export function forget() {
  if (editor) return;
  localStorage.removeItem(KEY);
}

/** The kept text, if there is one. */
export function kept() {
  if (editor) return null;
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}
