// The editor around the page, such as VS Code: it owns the text, and passes the requests.

const api = globalThis.acquireVsCodeApi?.();
const waiting = new Map();
let [count, listener] = [0, () => {}];

/** The editor, if the page is in one. */
export const editor = api && {
  /** Calls a function at each change of the text; its argument is whether the server has started again. */
  listen: (changed) => (listener = changed),
};

const storage = () =>
  api ? { getItem: (key) => api.getState()?.[key] ?? null, setItem: (key, text) => api.setState({ ...api.getState(), [key]: text }) } : localStorage;

/** Stores data for later pages. Returns whether there is room. */
export function store(key, data) {
  try {
    storage().setItem(key, JSON.stringify(data));
    return true;
  } catch {
    return false;
  }
}

/** The stored data; nothing if the browser allows no storage, or another program has written there. */
export function stored(key) {
  try {
    return JSON.parse(storage().getItem(key));
  } catch {
    return null;
  }
}

/** Passes a request to the editor. */
export function request(name, query, what) {
  const id = ++count;
  api.postMessage({ kind: "ask", id, name, query, ...(what !== undefined && { body: JSON.stringify(what) }) });
  return new Promise((resolve) => waiting.set(id, resolve));
}

/** The styles follow the theme of the editor, and not that of the system. */
function followTheme() {
  const { classList } = document.body;
  const isDark = classList.contains("vscode-dark") || (classList.contains("vscode-high-contrast") && !classList.contains("vscode-high-contrast-light"));
  document.documentElement.style.colorScheme = isDark ? "dark" : "light";
  const rules = [...document.styleSheets].filter(({ href }) => href).flatMap(({ cssRules }) => [...cssRules]);
  for (const rule of rules) {
    if (!(rule instanceof CSSMediaRule) || !(rule.followsTheme ??= rule.media.mediaText.includes("prefers-color-scheme"))) continue;
    rule.media.mediaText = isDark ? "all" : "not all";
  }
}

if (api) {
  addEventListener("message", ({ data }) => {
    if (data.kind === "changed") listener(data.isRestarted);
    if (data.kind !== "answer") return;
    waiting.get(data.id)?.(data.response);
    waiting.delete(data.id);
  });
  document.documentElement.classList.add("hosted");
  followTheme();
  new MutationObserver(followTheme).observe(document.body, { attributeFilter: ["class"] });
}
