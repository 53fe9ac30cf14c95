// The picture: selection and dragging.

const SLIP = 5;
export const pointersOf = (element) => JSON.parse(element.dataset.edges);

export class Canvas {
  #drag = null;

  /** `on` has the functions `select`, `edge`, `add`, `retarget` and `reroute`. */
  constructor(view, on) {
    this.view = view;
    this.on = on;
    view.addEventListener("pointerdown", (event) => this.#pressed(event), { capture: true });
    view.addEventListener("click", (event) => this.#clicked(event), { capture: true });
    view.addEventListener("dblclick", (event) => event.target.closest?.(".state, .plus, .edge") && event.stopPropagation(), { capture: true });
    addEventListener("pointermove", (event) => this.#moved(event));
    addEventListener("pointerup", (event) => this.#released(event));
    addEventListener("pointercancel", () => this.#end());
  }

  /** Shows a picture. The first one is fitted; later ones stay where the user is. */
  show(svg) {
    const isFirst = !this.view.querySelector("svg");
    this.view.innerHTML = svg;
    this.view.querySelector("svg")?.setAttribute("aria-hidden", "true");
    if (svg) isFirst ? this.view.begin?.() : this.view.refit?.();
  }

  state(pointer) {
    return this.view.querySelector(`[data-pointer="${CSS.escape(pointer)}"]`);
  }

  /** Marks the selected states and transition, and the states with problems. */
  mark(selection, edge, faulty) {
    this.#clear("chosen", "faulty");
    this.view.querySelector(".handle")?.remove();
    for (const pointer of selection) this.state(pointer)?.classList.add("chosen");
    for (const pointer of faulty) this.state(pointer)?.classList.add("faulty");
    const line = edge && this.#line(edge);
    if (!line) return;
    line.classList.add("chosen");
    const path = line.querySelector(".line");
    const end = path.getPointAtLength(path.getTotalLength());
    const handle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [name, value] of Object.entries({ class: "handle", cx: end.x, cy: end.y, r: 8 })) handle.setAttribute(name, value);
    handle.dataset.edges = line.dataset.edges;
    line.parentNode.append(handle);
  }

  #clear(...names) {
    for (const name of names) for (const old of this.view.querySelectorAll(`.${name}`)) old.classList.remove(name);
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
    const target = event.target.closest?.(".handle, .plus, .edge, .state");
    if (!target) return;
    // The viewer moves the picture only where nothing can be dragged.
    event.stopPropagation();
    this.view.focus({ preventScroll: true });
    const kind = ["handle", "plus", "edge", "state"].find((name) => target.classList.contains(name));
    const what = kind === "state" ? { state: target.dataset.pointer, text: target.dataset.state } : { edges: pointersOf(target), text: "transition" };
    this.begin(event, { kind, ...what });
  }

  /** Begins a drag, also one of the palette. It is a click until the pointer moves. */
  begin(event, what) {
    this.#drag = { ...what, x: event.clientX, y: event.clientY, adds: event.shiftKey || event.ctrlKey || event.metaKey };
  }

  #moved(event) {
    const drag = this.#drag;
    if (!drag || drag.kind === "plus" || drag.kind === "edge") return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < SLIP) return;
      drag.ghost = document.body.appendChild(Object.assign(document.createElement("div"), { className: "ghost", textContent: drag.text }));
      this.view.classList.add("drops");
    }
    drag.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 12}px)`;
    this.#clear("over");
    this.#under(event)?.classList.add("over");
  }

  /** The state or transition under the pointer that accepts what is dragged. */
  #under(event) {
    const element = document.elementFromPoint(event.clientX, event.clientY);
    return element?.closest?.(this.#drag?.kind === "handle" ? ".state" : ".plus, .edge");
  }

  #released(event) {
    const drag = this.#drag;
    if (!drag) return;
    const isDrag = Boolean(drag.ghost);
    const under = isDrag && this.#under(event);
    this.#end();
    if (!isDrag) {
      if (drag.kind === "state") this.on.select(drag.state, drag.adds);
      else if (drag.kind === "plus") this.on.add(drag.edges);
      else if (drag.kind === "edge") this.on.edge(drag.edges[0]);
      else if (drag.kind === "item") this.on.insert(drag.item);
    } else if (under && drag.kind === "handle") this.on.retarget(drag.edges, under.dataset.state);
    else if (under && drag.kind === "state") this.on.reroute(drag.state, pointersOf(under)[0]);
    else if (under && drag.kind === "item") this.on.insert(drag.item, pointersOf(under));
  }

  #end() {
    this.#drag?.ghost?.remove();
    this.#drag = null;
    this.view.classList.remove("drops");
    this.#clear("over");
  }

  #clicked(event) {
    if (event.target.closest?.(".handle, .plus, .edge, .state")) event.stopPropagation();
    else if (event.target.closest?.("svg") && event.detail === 1) this.on.select(null);
  }
}
