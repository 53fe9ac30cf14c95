// The panels next to the picture: tree, palette, forms, problems, tests and reports.

import { $, make, prose, when } from "./dom.js";
import { editor } from "./host.js";
import { arrange, patched } from "./lists.js";
import { ask, isReadOnly } from "./server.js";
import { settledTestData } from "./tests.js";

/** Tabs, of which the arrow keys choose one. */
export class Tabs {
  constructor(list, chosen) {
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    this.chosen = chosen;
    when(list, "click", (event) => event.target.closest("[role=tab]") && this.show(event.target.id.slice(4)));
    when(list, "keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const at = this.tabs.indexOf(document.activeElement);
      const next = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
      this.show(next.id.slice(4));
      next.focus();
    });
  }

  show(name) {
    for (const tab of this.tabs) {
      const isChosen = tab.id === `tab-${name}`;
      tab.ariaSelected = isChosen;
      tab.tabIndex = isChosen ? 0 : -1;
      $(`#panel-${tab.id.slice(4)}`).hidden = !isChosen;
    }
    this.chosen(name);
  }
}

/** The rows of the states, for a screen reader a tree. */
export class Tree {
  #rows = [];

  constructor(list) {
    this.list = list;
  }

  update(changes, isWhole) {
    const row = ({ pointer, level, about, name, kind }) =>
      make("li", { role: "treeitem", "data-pointer": pointer, "aria-level": level, "aria-label": about, "aria-selected": false }, `${name} `, make("small", {}, kind));
    this.#rows = patched(isWhole ? [] : this.#rows, changes, (old) => old, row);
    arrange(this.list, this.#rows.length ? this.#rows : [make("li", { role: "treeitem", "aria-level": 1 }, "no state yet")]);
  }

  mark(selection) {
    this.current?.removeAttribute("id");
    this.current = null;
    for (const row of this.#rows) {
      const isSelected = selection.includes(row.dataset.pointer);
      if (row.ariaSelected !== String(isSelected)) row.ariaSelected = isSelected;
      if (row.dataset.pointer === selection.at(-1)) this.current = row;
    }
    if (this.current) this.current.id = "current";
    this.list.setAttribute("aria-activedescendant", this.current ? "current" : "");
    this.current?.scrollIntoView({ block: "nearest" });
  }
}

/** Chooses the option of a field's list that is nearest to an index. Returns its index. */
export function chooseOption(field, options, index) {
  const at = Math.max(0, Math.min(options.length - 1, index));
  options.forEach((option, other) => (option.ariaSelected = other === at));
  field.setAttribute("aria-activedescendant", options[at]?.id ?? "");
  if (document.activeElement === field) options[at]?.scrollIntoView({ block: "nearest" });
  return at;
}

export class Palette {
  #items = [];
  #at = 0;
  #timer;

  /** `on` has the functions `insert`, for an item, and `drag`, for an event and an item. */
  constructor(input, list, on) {
    Object.assign(this, { input, list });
    when(input, "input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.search(), 120);
    });
    when(input, "keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) this.#choose(this.#at + step);
      else if (event.key === "Enter") on.insert(this.search().then(() => this.#items[this.#at]?.dataset.item ?? ""));
      else if (event.key === "Escape") on.leave();
      else return;
      event.preventDefault();
    });
    when(list, "pointerdown", (event) => {
      const item = event.target.closest("[data-item]");
      if (item && event.button === 0) {
        event.preventDefault();
        on.drag(event, item.dataset.item, item.querySelector("b").textContent);
      }
    });
    this.search();
  }

  async search() {
    clearTimeout(this.#timer);
    const question = this.input.value;
    if (question === this.question) return;
    let isRefused = false;
    const html = await ask("palette", { q: question }).catch(({ message }) => ((isRefused = true), make("li", { role: "option", "aria-disabled": true }, ...prose(message)).outerHTML));
    if (question !== this.input.value) return;
    // A refused question is asked again.
    this.question = isRefused ? undefined : question;
    this.list.innerHTML = html;
    this.#items = [...this.list.querySelectorAll("[data-item]")];
    this.#choose(0);
  }

  #choose(index) {
    this.#at = chooseOption(this.input, this.#items, index);
  }
}

/** The actions of a field or button of a form, or of the chosen option. */
export function formActions(element) {
  const { actions = "[]" } = (element.selectedOptions?.[0]?.dataset.actions ? element.selectedOptions[0] : element).dataset;
  return JSON.parse(actions, (key, value) => (value === "$value" ? element.value : value));
}

/** The texts that were refused, with the reasons, by the fields of the forms. */
export const refused = new Map();
export const keyOf = ({ dataset: { test, field } }, state) => (test ? `${state}/${test}` : field);

/** The field of the form that the user edits now. */
export function editedField() {
  const { activeElement } = document;
  return activeElement.isDirty && $("#panel-inspector").contains(activeElement) ? activeElement : null;
}

/** The selector of the field or button of a form that has the focus. */
function focusedIn(panel) {
  const element = document.activeElement;
  if (!panel.contains(element)) return null;
  const { field, rename, actions, test } = element.dataset;
  if (rename !== undefined) return "[data-rename]";
  const [name, value] = Object.entries({ field, test, actions }).find(([, value]) => value !== undefined) ?? [];
  return name ? `[data-${name}="${CSS.escape(value)}"]` : null;
}

/** The value of a field when it was drawn. */
const givenValue = (field) => (field.options ? [...field.options].find((option) => option.defaultSelected)?.value : field.defaultValue);
const assignment = ({ dataset: { field, actions } }, value) => `${field ?? actions} = ${value}`;

/** Notes what a field of the form sets, and returns what its actions refer to. */
export function drawnFor(panel, field) {
  panel.drawn.set.add(assignment(field, field.value));
  return panel.drawn;
}

/** The parts of a form that repeat others: a field in them is right only if they are drawn after each change of those. */
const wholes = (form) => [...form.querySelectorAll("[data-whole]")];

/** Whether a new form has the same fields and buttons, and only values that are as before, were set in the form, or repeat others. */
function continues(panel, next) {
  const { set } = panel.drawn;
  const parts = (form) => [...form.querySelectorAll("[data-field], [data-actions]")];
  const [before, after] = [parts(panel), parts(next)];
  const isSame = (field, index) => {
    const twin = after[index];
    if (field.dataset.field !== twin.dataset.field || field.dataset.actions !== twin.dataset.actions) return false;
    const value = givenValue(twin);
    return value === givenValue(field) || set.has(assignment(field, value)) || (field.closest("[data-whole]") && field.value === givenValue(field));
  };
  return before.length === after.length && before.every(isSame);
}

/**
 * Loads the form of a state. The focus stays in its field or on its button. `panel.drawn` is what the actions of the form refer to: it stays the same if
 * only values have changed that were set in the form.
 */
export async function drawForm(panel, pointer, count) {
  panel.wanted = pointer;
  if (!pointer) {
    panel.innerHTML = "<p>Select a state.</p>";
    return;
  }
  const before = focusedIn(panel);
  // What is typed from now on is not for the state before.
  if (panel.drawn?.state !== pointer) panel.textContent = "";
  const html = await settledTestData().then((data) => ask("inspector", { state: pointer }, data)).catch(({ status, message }) => (status === 0 && panel.drawn?.state === pointer ? panel.dataset.html : make("p", {}, ...prose(message)).outerHTML));
  if (panel.wanted !== pointer || (panel.dataset.html === html && panel.querySelector(".form"))) return;
  const next = make("div");
  next.innerHTML = html;
  const { digest } = next.querySelector(".form")?.dataset ?? {};
  const isContinued = panel.drawn?.state === pointer && continues(panel, next);
  if (isContinued) panel.drawn.digest = digest;
  // A field that the user edits now is not replaced.
  const edited = editedField();
  if (edited) {
    const fresh = wholes(next);
    if (isContinued) wholes(panel).forEach((part, index) => part.contains(edited) || part.replaceWith(fresh[index]));
    return;
  }
  if (!isContinued) panel.drawn = { state: pointer, digest, set: new Set() };
  // The user may be at another field or button since then.
  const focused = focusedIn(panel) ?? before;
  panel.dataset.html = html;
  panel.replaceChildren(...(count > 1 ? [make("p", {}, `${count} states are selected; the form is about the last one.`)] : []), ...next.childNodes);
  if (isReadOnly) for (const element of panel.querySelectorAll(":is(input, textarea, select, button):not([data-test])")) element.disabled = true;
  for (const field of panel.querySelectorAll("[data-field], [data-test]")) {
    const [value] = refused.get(keyOf(field, pointer)) ?? [];
    if (value) Object.assign(field, { value, ariaInvalid: true, isDirty: true });
  }
  if (focused && (document.activeElement === document.body || panel.contains(document.activeElement))) panel.querySelector(focused)?.focus();
}

export function drawProblems(panel, tab, problems) {
  tab.textContent = problems.length ? `Problems (${problems.length})` : "Problems";
  const html = problems.length ? `<ul class="problems">${problems.map(({ row }) => row).join("")}</ul>` : "<p>No problems.</p>";
  if (panel.html !== html) panel.innerHTML = panel.html = html;
}

/** Downloads the picture, as SVG or as PNG with twice its size. */
export async function exportPicture(kind) {
  const svg = await ask("picture.svg");
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  const save = (href) => (editor ? ask("export", { kind }, { href }) : make("a", { href, download: `state-machine.${kind}` }).click());
  if (kind === "svg") return save(source);
  const image = Object.assign(new Image(), { src: source });
  await image.decode();
  const canvas = make("canvas", { width: image.width * 2, height: image.height * 2 });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  if (editor) return save(canvas.toDataURL());
  const blob = await new Promise((done) => canvas.toBlob(done));
  save(URL.createObjectURL(blob));
}
