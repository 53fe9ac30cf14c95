// The picture: its elements, selection and dragging.

import { make, when } from "./dom.js";
import { arrange, patched } from "./lists.js";

const SLIP = 5;
/** A target reaches at least so many pixels from its centre, at every zoom. */
const REACH = 12;
const TARGETS = ["fold", "handle", "plus", "edge", "state"];
const ANY = TARGETS.map((name) => `.${name}`).join();
const pointersOf = (element) => JSON.parse(element.dataset.edges);
/** The pointer of a state, which has the escapes of JSON in the picture. */
const pointerOf = (element) => JSON.parse(`"${element.dataset.pointer}"`);

/** The element `svg` of a text. */
const parsed = (text) => Object.assign(document.createElement("template"), { innerHTML: text }).content.firstElementChild;

/** The view puts the element there when it is near enough to be seen. */
const place = (element, x, y) => Object.assign(element, { at: [x, y] });

export class Canvas {
  #drag = null;
  #svg = null;
  #elements = [];
  #states = new Map();

  /** `on` has the functions `select`, `area`, `edge`, `add`, `fold`, `retarget` and `reroute`. */
  constructor(view, on) {
    this.view = view;
    this.on = on;
    when(view, "pointerdown", (event) => this.#pressed(event), true);
    when(view, "click", (event) => this.#clicked(event), true);
    when(view, "dblclick", (event) => event.target.closest?.(ANY) && event.stopPropagation(), true);
    when(view, "area", ({ detail }) => on.area(detail.map(pointerOf)));
    when(window, "pointermove", (event) => this.#moved(event));
    when(window, "pointerup", (event) => this.#released(event));
    when(window, "pointercancel", () => this.#end());
  }

  /** Changes the picture of the definition, and shows it. `start` is its text up to its elements, if that differs. */
  update({ start, elements }, isWhole) {
    this.#svg?.querySelector(".handle")?.remove();
    const added = elements.filter(([first]) => typeof first !== "number").map(([markup]) => markup);
    const made = [...parsed(`<svg>${added.join("")}</svg>`).children];
    const move = (element, x, y) => place(element, element.at[0] + x, element.at[1] + y);
    this.#elements = patched(isWhole ? [] : this.#elements, elements, move, (markup, x, y) => place(made.shift(), x, y));
    if (start !== undefined) this.#begin(start);
    if (this.#svg) arrange(this.#svg.lastElementChild, this.#elements);
    this.show(this.#svg);
  }

  /** Replaces what differs of the size, the title and the arrow heads. The elements stay. */
  #begin(start) {
    const fresh = start && parsed(`${start}</g></svg>`);
    if (!this.#svg || !fresh) return (this.#svg = fresh || null);
    for (const { name, value } of fresh.attributes) if (this.#svg.getAttribute(name) !== value) this.#svg.setAttribute(name, value);
    const [old, now] = [[...this.#svg.children], [...fresh.children]];
    if (old.length !== now.length) return (this.#svg = fresh);
    now.slice(0, -1).forEach((child, index) => child.isEqualNode(old[index]) || old[index].replaceWith(child));
  }

  /** Shows the picture of the definition, or the text of another one. The first one is fitted; later ones stay where the user is. */
  show(picture = this.#svg) {
    const svg = typeof picture === "string" ? parsed(picture) : picture;
    const before = this.view.querySelector("svg");
    svg?.setAttribute("aria-hidden", "true");
    if (svg !== before) this.view.replaceChildren(...(svg ? [svg] : []));
    this.#states = new Map([...this.view.querySelectorAll(".state[data-pointer]")].map((state) => [pointerOf(state), state]));
    this.view.drawn?.();
    if (svg) before ? this.view.refit?.() : this.view.begin?.();
  }

  /** The element of a state, or of the folded state around it. */
  state(pointer) {
    while (pointer && !this.#states.has(pointer)) pointer = pointer.slice(0, pointer.lastIndexOf("/"));
    return this.#states.get(pointer);
  }

  /** Marks states with classes, by their pointers, and the selected transition. */
  mark(marks, edge) {
    this.#clear(...Object.keys(marks), "chosen");
    this.view.querySelector(".handle")?.remove();
    for (const [name, pointers] of Object.entries(marks)) for (const pointer of pointers) this.state(pointer)?.classList.add(name);
    this.view.drawn?.(false);
    const line = edge && this.#line(edge);
    if (!line) return;
    line.classList.add("chosen");
    const path = line.querySelector(".line");
    const end = path.getPointAtLength(path.getTotalLength());
    const group = line.parentNode;
    const [handle] = parsed(`<svg><circle class="handle" r="8" cx="${end.x}" cy="${end.y}"/></svg>`).children;
    this.view.put(line);
    handle.setAttribute("transform", `${group.getAttribute("transform")} ${line.getAttribute("transform")}`);
    handle.dataset.edges = line.dataset.edges;
    // It is over all elements, and none of them.
    group.after(handle);
  }

  #clear(...names) {
    for (const name of names) for (const old of [this.view, ...this.view.querySelectorAll(`.${name}`)]) old.classList.remove(name);
  }

  #line(edge) {
    return [...this.view.querySelectorAll(".edge")].find((line) => pointersOf(line).includes(edge));
  }

  reveal(pointer) {
    const state = this.state(pointer);
    if (state) this.view.reveal(state);
  }

  #pressed(event) {
    if (event.button !== 0) return;
    const target = this.#hit(event);
    if (!target) return;
    // The viewer moves the picture only where nothing can be dragged.
    event.stopPropagation();
    this.view.focus({ preventScroll: true });
    const kind = TARGETS.find((name) => target.classList.contains(name));
    const state = target.closest(".state");
    const what = state ? { state: pointerOf(state), text: state.dataset.state } : { edges: pointersOf(target), text: "transition" };
    this.begin(event, { kind, ...what });
  }

  /** Begins a drag, also one of the palette. It is a click until the pointer moves. */
  begin(event, what) {
    this.#drag = { ...what, x: event.clientX, y: event.clientY, adds: event.shiftKey || event.ctrlKey || event.metaKey };
  }

  #moved(event) {
    const drag = this.#drag;
    if (!drag || ["plus", "edge", "fold"].includes(drag.kind)) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < SLIP) return;
      drag.ghost = document.body.appendChild(make("div", { class: "ghost" }, drag.text));
      this.view.classList.add("drops");
    }
    drag.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 12}px)`;
    this.#clear("over");
    this.#under(event)?.classList.add("over");
  }

  /** The nearest element, by its centre, below a distance. */
  #nearest({ clientX, clientY }, selector, most = Infinity) {
    let found = null;
    for (const element of this.view.querySelectorAll(selector)) {
      const { x, y, width, height } = element.getBoundingClientRect();
      const distance = Math.hypot(x + width / 2 - clientX, y + height / 2 - clientY);
      if (distance < most) [found, most] = [element, distance];
    }
    return found;
  }

  /** The target under the pointer, or a small one near it. */
  #hit(event) {
    const path = event.composedPath();
    // The controls and the small map are no part of the picture.
    if (path[0].id === "map" || !path.some(({ id }) => id === "view")) return null;
    const target = event.target.closest(ANY);
    if (target?.matches(".handle, .plus, .fold, .state:not(.container)")) return target;
    return this.#nearest(event, ".handle, .plus, .fold", REACH) ?? target ?? this.#nearest(event, ".state", REACH);
  }

  /** The state or transition that accepts what is dragged: for an item of the palette the nearest transition, or the empty canvas. */
  #under(event) {
    const { kind } = this.#drag;
    const element = document.elementFromPoint(event.clientX, event.clientY);
    if (kind !== "item") return element?.closest(kind === "handle" ? ".state" : ".plus, .edge");
    return this.view.contains(element) ? (this.#nearest(event, ".plus") ?? this.view) : null;
  }

  #released(event) {
    const drag = this.#drag;
    if (!drag) return;
    const isDrag = Boolean(drag.ghost);
    const under = isDrag && this.#under(event);
    this.#end();
    if (!isDrag) {
      if (drag.kind === "state") this.on.select(drag.state, drag.adds);
      else if (drag.kind === "fold") this.on.fold(drag.state);
      else if (drag.kind === "plus") this.on.add(drag.edges[0]);
      else if (drag.kind === "edge") this.on.edge(drag.edges[0]);
      else if (drag.kind === "item") this.on.insert(drag.item);
    } else if (under && drag.kind === "handle") this.on.retarget(drag.edges, pointerOf(under));
    else if (under && drag.kind === "state") this.on.reroute(drag.state, pointersOf(under)[0]);
    else if (under && drag.kind === "item") this.on.insert(drag.item, under.dataset.edges && pointersOf(under)[0]);
  }

  #end() {
    this.#drag?.ghost?.remove();
    this.#drag = null;
    this.view.classList.remove("drops");
    this.#clear("over");
  }

  #clicked(event) {
    if (this.#hit(event)) event.stopPropagation();
    else if (event.target.closest?.("svg") && event.detail === 1) this.on.select(null);
  }
}
