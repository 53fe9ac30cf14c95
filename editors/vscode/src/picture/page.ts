// The script of the page: shows the picture, its highlighted state, and reports chosen states.

import type { FromPage, ToPage } from "./messages";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const editor = acquireVsCodeApi();
/** The picture's own styles need the nonce of the page. */
const nonce = document.currentScript?.nonce ?? "";
const frame = element("picture");
const notice = element("notice");
let zoom: number | undefined;
let current: string | null = null;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`the page has no element \`${id}\``);
  }
  return found;
}

function states(): SVGGElement[] {
  return [...frame.querySelectorAll<SVGGElement>("g.state[data-state]")];
}

function show(svg: string): void {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
  const picture = parsed.documentElement;
  if (parsed.querySelector("parsererror") || picture.localName !== "svg") {
    return;
  }
  const focused = document.activeElement?.getAttribute("data-state");
  // Screen readers do not reach the elements of an image.
  picture.setAttribute("role", "group");
  for (const style of picture.querySelectorAll("style")) {
    style.setAttribute("nonce", nonce);
  }
  frame.replaceChildren(document.importNode(picture, true));
  for (const state of states()) {
    const name = state.querySelector("title")?.textContent ?? state.dataset.state ?? "";
    state.setAttribute("role", "button");
    state.setAttribute("aria-label", name);
    state.setAttribute("tabindex", "-1");
  }
  applyTheme();
  applyZoom();
  highlight(current, false);
  if (focused) {
    states()
      .find((state) => state.dataset.state === focused)
      ?.focus({ preventScroll: true });
  }
}

/** Marks a state. The Tab key reaches only this state; the arrow keys reach the others. */
function highlight(name: string | null, scrolls: boolean): void {
  current = name;
  const all = states();
  for (const state of all) {
    const isCurrent = state.dataset.state === name;
    state.classList.toggle("is-current", isCurrent);
    state.setAttribute("tabindex", "-1");
    if (isCurrent) {
      state.setAttribute("aria-current", "true");
      if (scrolls) {
        state.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    } else {
      state.removeAttribute("aria-current");
    }
  }
  (all.find((state) => state.dataset.state === name) ?? all[0])?.setAttribute("tabindex", "0");
}

/** The picture has rules for the theme of the system; the theme of the editor decides instead. */
function applyTheme(): void {
  const classes = document.body.classList;
  const isDark =
    classes.contains("vscode-dark") ||
    (classes.contains("vscode-high-contrast") && !classes.contains("vscode-high-contrast-light"));
  for (const style of frame.querySelectorAll("style")) {
    for (const rule of style.sheet?.cssRules ?? []) {
      if (rule instanceof CSSMediaRule) {
        rule.media.mediaText = isDark ? "all" : "not all";
      }
    }
  }
}

function applyZoom(): void {
  const picture = frame.querySelector("svg");
  const box = picture?.viewBox.baseVal;
  if (!picture || !box) {
    return;
  }
  const fitting = Math.min(1, frame.clientWidth / box.width);
  const scale = zoom ?? fitting;
  picture.setAttribute("width", String(box.width * scale));
  picture.setAttribute("height", String(box.height * scale));
}

function changeZoom(factor: number | undefined): void {
  const picture = frame.querySelector("svg");
  const box = picture?.viewBox.baseVal;
  if (!picture || !box) {
    return;
  }
  const scale = picture.width.baseVal.value / box.width;
  zoom = factor === undefined ? undefined : Math.min(4, Math.max(0.1, scale * factor));
  applyZoom();
}

function stateOf(target: EventTarget | null): SVGGElement | null {
  return target instanceof Element ? target.closest<SVGGElement>("g.state[data-state]") : null;
}

function select(state: SVGGElement): void {
  editor.postMessage({ kind: "select", state: state.dataset.state ?? "" });
}

function moveFocus(from: SVGGElement, step: number): void {
  const all = states();
  all[all.indexOf(from) + step]?.focus();
}

frame.addEventListener("click", (event) => {
  const state = stateOf(event.target);
  if (state) {
    select(state);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const state = stateOf(event.target);
  if (state && (event.key === "Enter" || event.key === " ")) {
    select(state);
  } else if (state && (event.key === "ArrowDown" || event.key === "ArrowRight")) {
    moveFocus(state, 1);
  } else if (state && (event.key === "ArrowUp" || event.key === "ArrowLeft")) {
    moveFocus(state, -1);
  } else if (event.key === "+" || event.key === "=") {
    changeZoom(1.25);
  } else if (event.key === "-") {
    changeZoom(0.8);
  } else if (event.key === "0") {
    changeZoom(undefined);
  } else {
    return;
  }
  event.preventDefault();
});

frame.addEventListener(
  "wheel",
  (event) => {
    if (event.ctrlKey) {
      event.preventDefault();
      changeZoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
    }
  },
  { passive: false },
);

element("zoom-in").addEventListener("click", () => changeZoom(1.25));
element("zoom-out").addEventListener("click", () => changeZoom(0.8));
element("zoom-fit").addEventListener("click", () => changeZoom(undefined));
window.addEventListener("resize", applyZoom);
new MutationObserver(applyTheme).observe(document.body, { attributeFilter: ["class"] });

window.addEventListener("message", (event: MessageEvent<ToPage>) => {
  const message = event.data;
  switch (message.kind) {
    case "picture":
      show(message.svg);
      break;
    case "cursor":
      highlight(message.state, true);
      break;
    case "notice":
      notice.textContent = message.text ?? "";
      notice.hidden = message.text === null;
      break;
  }
});

editor.postMessage({ kind: "ready" });
