// A diagram that zooms, moves and fills the screen: the element `diagram-view` around an SVG. Without this script, the diagram is a picture.
// The controls are in a shadow tree, so that an update of the page changes only the picture.

const LEAST = 0.02;
const MOST = 8;
const STEP = 1.25;
const PAN = 60;
const MARGIN = 16;
/** A drag of less than this is a click. */
const SLIP = 4;
/** The most and the least pixels of the width of the mini-map: a long diagram is drawn wider there. */
const MAP = 160;
const NARROWEST = 64;
/** Text below this scale cannot be read: a large diagram then starts as wide as its box, or at the state that the page shows. */
const LEGIBLE = 0.55;

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(`
  :host { display: flex; flex-direction: column; overflow: hidden; background: var(--paper); }
  :host(:fullscreen) { max-height: none; height: 100%; width: 100%; }
  #controls { display: flex; flex-wrap: wrap; align-items: center; gap: .375rem; padding: 0 0 .375rem; }
  #controls output { min-width: 3.4rem; text-align: center; font-variant-numeric: tabular-nums; }
  #controls span { margin-left: auto; font-size: .8rem; color: var(--soft, inherit); }
  button { font: inherit; color: inherit; background: var(--panel, var(--soft)); border: 1px solid var(--line); border-radius: 6px; padding: .125rem .625rem; min-height: 24px; cursor: pointer; }
  :focus-visible { outline: 2px solid currentColor; outline-offset: -2px; }
  #view { flex: 1; min-height: 0; overflow: hidden; position: relative; cursor: grab; touch-action: pan-y; text-align: left; }
  :host([fills]) #view, :host(:fullscreen) #view { touch-action: none; }
  #view.moving { cursor: grabbing; }
  #stage { transform-origin: 0 0; width: max-content; }
  ::slotted(svg) { display: block; max-width: none; }
  #area { position: absolute; border: 1px solid currentColor; background: color-mix(in srgb, currentColor 12%, transparent); }
  #map { position: absolute; right: 8px; bottom: 8px; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); opacity: .9; cursor: pointer; touch-action: none; }
  @media print {
    #controls, #map { display: none; }
    :host, #view { display: block; overflow: visible; }
    #stage { transform: none !important; width: auto; }
    ::slotted(svg) { max-width: 100%; height: auto; }
  }
`);

/** From so many elements on, those far from the box are hidden: a browser needs 20 ms to paint 2,000 elements, also of those outside of the box. */
const MANY = 300;
const FAR = new CSSStyleSheet();
FAR.replaceSync("@media screen { .far { visibility: hidden; } }");

const CONTROLS = [
  ["out", "−", "Smaller (-)"],
  ["in", "+", "Larger (+)"],
  ["whole", "Whole", "All of it (0)"],
  ["width", "Width", "As wide as the box (1)"],
  ["chosen", "Selection", "The selected states (2)"],
  ["full", "Full screen", "Full screen (f)"],
];
const KEYS = {
  "+": "in",
  "=": "in",
  "-": "out",
  0: "whole",
  1: "width",
  2: "chosen",
  f: "full",
  ArrowLeft: [PAN, 0],
  ArrowRight: [-PAN, 0],
  ArrowUp: [0, PAN],
  ArrowDown: [0, -PAN],
};

/** The position of an element of the picture, in pixels: where its transform puts it, or where the page wants it by `at`, in tenths of a pixel. */
function positionOf(element, { at } = element) {
  if (at) return [at[0] / 10, at[1] / 10];
  const { e, f } = element.transform.baseVal.numberOfItems ? element.transform.baseVal[0].matrix : { e: 0, f: 0 };
  return [e, f];
}

export class DiagramView extends HTMLElement {
  #x = 0;
  #y = 0;
  #scale = 1;
  #held = null;
  /** Whether the person has not moved the diagram. */
  #fitted = true;
  #known = null;

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    this.#sizes = new ResizeObserver(() => this.#resized());
    this.#sizes.observe(this.#view);
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
  }

  #sizes;
  #view;
  #stage;
  #output;

  #build() {
    if (!document.adoptedStyleSheets.includes(FAR)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, FAR];
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [SHEET];
    const make = (name, id, parent) => parent.appendChild(Object.assign(document.createElement(name), { id }));
    const controls = make("div", "controls", shadow);
    controls.setAttribute("role", "group");
    controls.setAttribute("aria-label", "View of the diagram");
    this.#output = document.createElement("output");
    for (const [action, text, title] of CONTROLS) {
      const button = make("button", action, controls);
      Object.assign(button, { type: "button", textContent: text, title });
      if (text.length === 1) button.setAttribute("aria-label", title);
      button.addEventListener("click", () => this.act(action));
      if (action === "out") controls.append(this.#output);
    }
    if (!this.hasAttribute("selects")) controls.querySelector("#chosen").remove();
    if (!document.fullscreenEnabled) controls.querySelector("#full").remove();
    const hint = this.hasAttribute("fills") ? "The wheel zooms, a drag moves. A click on a state shows its fields." : "Ctrl+wheel zooms, a drag moves.";
    controls.append(Object.assign(document.createElement("span"), { textContent: this.getAttribute("hint") ?? hint }));
    this.#view = make("div", "view", shadow);
    this.#stage = make("div", "stage", this.#view);
    const slot = this.#stage.appendChild(document.createElement("slot"));
    if (this.hasAttribute("map")) this.#buildMap();
    slot.addEventListener("slotchange", () => this.drawn());
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("fullscreenchange", () => {
      const button = controls.querySelector("#full");
      button.textContent = document.fullscreenElement === this ? "Leave full screen" : "Full screen";
      this.begin();
    });
    this.addEventListener("focusin", (event) => {
      const state = event.target.closest?.(".state, a");
      // The browser scrolls the box to the focus.
      this.#view.scrollTo(0, 0);
      if (state && state !== this) this.reveal(state);
    });
    this.#pointers();
  }

  get picture() {
    return this.querySelector("svg");
  }

  /** The group of all elements of the picture. */
  get #group() {
    return this.querySelector("svg > g:last-of-type");
  }

  /** The size of what is drawn: a picture that is edited may be larger. */
  get #width() {
    return Number(this.picture?.dataset.width) || this.picture?.width.baseVal.value || 1;
  }

  get #height() {
    return Number(this.picture?.dataset.height) || this.picture?.height.baseVal.value || 1;
  }

  /** Puts an element where the page wants it. */
  put(element) {
    if (element.at === element.put) return;
    element.setAttribute("transform", `translate(${positionOf(element).join(" ")})`);
    element.put = element.at;
  }

  act(action) {
    if (action === "in" || action === "out") {
      this.zoom(action === "in" ? STEP : 1 / STEP, this.#view.clientWidth / 2, this.#view.clientHeight / 2);
    } else if (action === "full") {
      if (document.fullscreenElement === this) document.exitFullscreen();
      else this.requestFullscreen();
    } else if (action === "chosen") {
      this.#frame([...this.querySelectorAll(".state.chosen")].map((state) => (this.put(state), state.getBoundingClientRect())));
    } else {
      this.#fitted = false;
      this.#fit(action === "whole" ? this.#whole() : this.#wide());
      this.#remember();
    }
  }

  /** Shows these parts of the window as large as possible, but not larger than drawn. */
  #frame(boxes) {
    if (!boxes.length) return;
    const around = this.#view.getBoundingClientRect();
    const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
    const [right, bottom] = [Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom))];
    const scale = this.#scale * Math.min((around.width - 2 * MARGIN) / (right - left), (around.height - 2 * MARGIN) / (bottom - top));
    const factor = Math.max(LEAST, Math.min(1, scale)) / this.#scale;
    this.#x = around.width / 2 - ((left + right) / 2 - around.left - this.#x) * factor;
    this.#y = around.height / 2 - ((top + bottom) / 2 - around.top - this.#y) * factor;
    this.#scale *= factor;
    this.#moved();
  }

  #wide() {
    return this.#view.clientWidth / this.#width;
  }

  #whole() {
    return Math.min(this.#wide(), this.#view.clientHeight / this.#height);
  }

  /** A small picture of a diagram that is larger than its box. A click or a drag in it moves the diagram. */
  #buildMap() {
    const map = (this.#map = document.createElement("canvas"));
    map.id = "map";
    map.setAttribute("aria-hidden", "true");
    this.#view.append(map);
    const go = (event) => {
      const at = map.getBoundingClientRect();
      const [across, down] = [(this.#width / at.width) * this.#scale, (this.#height / at.height) * this.#scale];
      this.#x = this.#view.clientWidth / 2 - (event.clientX - at.left) * across;
      this.#y = this.#view.clientHeight / 2 - (event.clientY - at.top) * down;
      this.#moved();
    };
    map.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      map.setPointerCapture(event.pointerId);
      go(event);
    });
    map.addEventListener("pointermove", (event) => map.hasPointerCapture(event.pointerId) && go(event));
    for (const name of ["click", "dblclick"]) map.addEventListener(name, (event) => event.stopPropagation());
  }

  #map;
  #boxes = [];
  #isStale = true;
  #waits;

  /** The page changed parts of the diagram, or only their classes: the mini-map is drawn again when the page is idle. */
  drawn(isMoved = true) {
    if (isMoved) this.#hide(true);
    if (!this.#map) return;
    this.#isStale ||= isMoved;
    clearTimeout(this.#waits);
    this.#waits = setTimeout(() => {
      if (this.#isStale) this.#measure();
      this.#drawMap();
    }, 150);
  }

  /** The box for which elements are hidden, in the units of the picture. */
  #near = [];

  /**
   * Hides the elements that are farther from the box than its size, and puts the others where the page wants them; again only for a new picture, or when the
   * box is elsewhere. What is far before and after an edit stays where it was: half of the time of an edit was the layout of hidden elements. Only a picture
   * that a page hides from screen readers has hidden elements: the others must be found by them, by the search of the browser and by Tab.
   */
  #hide(isNew) {
    const elements = this.#group?.children ?? [];
    if (elements.length < MANY || !this.picture.hasAttribute("aria-hidden")) {
      for (const element of isNew ? elements : []) {
        this.put(element);
        // The picture was larger.
        element.classList.remove("far");
      }
      return;
    }
    const box = [-this.#x, -this.#y, this.#view.clientWidth, this.#view.clientHeight].map((length) => length / this.#scale);
    const [x, y, width, height] = box;
    const [left, top, across, down] = this.#near;
    const isLike = (one, other) => Math.abs(Math.log(one / other)) < 0.25;
    if (!isNew && Math.abs(x - left) < width / 2 && Math.abs(y - top) < height / 2 && isLike(width, across) && isLike(height, down)) return;
    this.#near = box;
    const isFar = (own, [e, f]) => own.x + e > x + 2 * width || own.x + own.width + e < x - width || own.y + f > y + 2 * height || own.y + own.height + f < y - height;
    // All boxes are read before the first change: each change in between would cost a layout of the picture.
    const isHidden = Array.from(elements, (element) => isFar((element.extent ??= element.getBBox()), positionOf(element)));
    for (const [index, element] of [...elements].entries()) {
      if (element.classList.contains("far") !== isHidden[index]) element.classList.toggle("far");
      if (element.at !== element.put && !(isHidden[index] && element.put && isFar(element.extent, positionOf(element, { at: element.put })))) this.put(element);
    }
  }

  /** Reads the places and colours of the states. */
  #measure() {
    this.#isStale = false;
    const { e, f } = this.#group?.getCTM() ?? { e: 0, f: 0 };
    this.#boxes = [...(this.picture?.querySelectorAll(".state > .box") ?? [])].map((box) => {
      const [own, [x, y]] = [box.getBBox(), positionOf(box.parentNode)];
      return { box, x: own.x + x + e, y: own.y + y + f, width: own.width, height: own.height, colour: getComputedStyle(box).stroke };
    });
  }

  /** Draws the mini-map: the states in the colours of their types, and the selected ones larger. */
  #drawMap() {
    const map = this.#map;
    if (!map) return;
    const [width, height] = [this.#view.clientWidth, this.#view.clientHeight];
    const isLarger = this.#width * this.#scale > width + 1 || this.#height * this.#scale > height + 1;
    map.hidden = !isLarger || !this.#boxes.length || width < 3 * MAP;
    if (map.hidden) return;
    const scale = Math.min(MAP / this.#width, (height * 0.6) / this.#height);
    map.width = Math.max(NARROWEST, this.#width * scale);
    map.height = Math.max(24, this.#height * scale);
    const [across, down] = [map.width / this.#width, map.height / this.#height];
    const context = map.getContext("2d");
    const style = getComputedStyle(this);
    for (const { x, y, width, height, colour } of this.#boxes) {
      context.fillStyle = context.strokeStyle = colour;
      const box = [x * across, y * down, Math.max(1, width * across), Math.max(1, height * down)];
      if (height > 120) context.strokeRect(...box);
      else context.fillRect(...box);
    }
    context.fillStyle = style.getPropertyValue("--mark") || style.color;
    for (const { box, x, y, width, height } of this.#boxes) {
      if (!box.parentNode.classList.contains("chosen")) continue;
      const [wide, high] = [Math.max(10, width * across), Math.max(6, height * down)];
      context.fillRect((x + width / 2) * across - wide / 2, (y + height / 2) * down - high / 2, wide, high);
    }
    context.strokeStyle = style.color;
    context.lineWidth = 2;
    const [x, y] = [across / this.#scale, down / this.#scale];
    context.strokeRect(-this.#x * x, -this.#y * y, width * x, height * y);
  }

  #show() {
    this.#hide();
    this.#drawMap();
    this.#stage.style.transform = `translate(${this.#x}px, ${this.#y}px) scale(${this.#scale})`;
    this.#output.textContent = `${Math.round(this.#scale * 100)} %`;
  }

  #fit(scale) {
    this.#scale = Math.max(LEAST, Math.min(1, scale));
    this.#x = (this.#view.clientWidth - this.#width * this.#scale) / 2;
    this.#y = Math.max(0, (this.#view.clientHeight - this.#height * this.#scale) / 2);
    this.#show();
  }

  /** Shows all of the diagram, or the part of a large one that can be read. */
  begin() {
    this.#fitted = true;
    const whole = this.#whole();
    if (whole >= LEGIBLE) {
      this.#fit(whole);
      return;
    }
    const current = this.querySelector('a[aria-current="true"]');
    this.#fit(current ? Math.max(LEGIBLE, whole) : Math.max(whole, Math.min(1, this.#wide())));
    if (current) this.centre(current);
  }

  /** Shows all of a changed diagram, unless the person has moved it or its text would be too small. */
  refit() {
    const whole = this.#whole();
    if (this.#fitted && whole >= LEGIBLE) this.#fit(whole);
  }

  /** Moves a large diagram until its box has no empty space at a side that the diagram could fill. */
  #fill() {
    const within = (at, length, around) => (length <= around ? (around - length) / 2 : Math.min(0, Math.max(around - length, at)));
    this.#x = within(this.#x, this.#width * this.#scale, this.#view.clientWidth);
    this.#y = within(this.#y, this.#height * this.#scale, this.#view.clientHeight);
    this.#show();
  }

  zoom(factor, left, top) {
    const next = Math.min(MOST, Math.max(LEAST, this.#scale * factor));
    this.#x = left - ((left - this.#x) * next) / this.#scale;
    this.#y = top - ((top - this.#y) * next) / this.#scale;
    this.#scale = next;
    this.#moved();
  }

  #move(x, y) {
    this.#x += x;
    this.#y += y;
    this.#moved();
  }

  #moved() {
    this.#fitted = false;
    this.#show();
    this.#remember();
  }

  centre(element) {
    this.put(element);
    const around = this.#view.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    this.#x += around.left + around.width / 2 - (box.left + box.width / 2);
    this.#y += around.top + around.height / 2 - (box.top + box.height / 2);
    this.#fill();
  }

  /** Moves the diagram until an element is in its box. */
  reveal(element) {
    this.put(element);
    const around = this.#view.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const aside = (from, to, least, most) => (from < least ? least - from : Math.min(0, Math.max(most - to, least - from)));
    const across = aside(box.left, box.right, around.left + MARGIN, around.right - MARGIN);
    const down = aside(box.top, box.bottom, around.top + MARGIN, around.bottom - MARGIN);
    if (!across && !down) return;
    this.#x += across;
    this.#y += down;
    this.#show();
  }

  #resized() {
    const chosen = this.querySelector(".chosen");
    if (this.#known === null) {
      if (!this.#restore()) this.begin();
    } else if (this.#fitted && !chosen) {
      this.begin();
    } else {
      this.#x += (this.#view.clientWidth - this.#known) / 2;
      if (chosen) this.reveal(chosen);
      else this.#show();
    }
    this.#known = this.#view.clientWidth;
  }

  #pressed(event) {
    const action = KEYS[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (Array.isArray(action)) this.#move(...action);
    else this.act(action);
  }

  #pointers() {
    const view = this.#view;
    view.addEventListener(
      "wheel",
      (event) => {
        // Without a key the wheel scrolls the page.
        if (!event.ctrlKey && !event.metaKey && !this.hasAttribute("fills") && document.fullscreenElement !== this) return;
        event.preventDefault();
        const at = view.getBoundingClientRect();
        this.zoom(Math.exp(-event.deltaY / 500), event.clientX - at.left, event.clientY - at.top);
      },
      { passive: false },
    );
    view.addEventListener("dragstart", (event) => event.preventDefault());
    view.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const area = event.shiftKey && this.hasAttribute("selects") ? Object.assign(document.createElement("div"), { id: "area" }) : null;
      this.#held = { x: event.clientX - this.#x, y: event.clientY - this.#y, at: [event.clientX, event.clientY], moves: false, area };
    });
    view.addEventListener("pointermove", (event) => {
      const held = this.#held;
      if (!held) return;
      if (!held.moves && Math.hypot(event.clientX - held.at[0], event.clientY - held.at[1]) < SLIP) return;
      if (!held.moves) view.setPointerCapture(event.pointerId);
      held.moves = true;
      view.classList.add("moving");
      if (held.area) {
        this.#drawArea(held, event);
        return;
      }
      this.#x = event.clientX - held.x;
      this.#y = event.clientY - held.y;
      this.#moved();
    });
    const release = () => {
      if (this.#held?.moves) setTimeout(() => view.classList.remove("moving"));
      this.#held?.area?.remove();
      this.#held = null;
    };
    view.addEventListener("pointerup", () => {
      if (this.#held?.area && this.#held.moves) this.#chooseArea(this.#held.area.getBoundingClientRect());
      release();
    });
    view.addEventListener("pointercancel", release);
    view.addEventListener(
      "click",
      (event) => {
        // The end of a drag is no click.
        if (view.classList.contains("moving")) {
          event.preventDefault();
          event.stopPropagation();
        } else {
          const state = event.target.closest(".state");
          this.dispatchEvent(new CustomEvent("choose", { detail: state }));
        }
      },
      { capture: true },
    );
    view.addEventListener("dblclick", () => {
      this.begin();
      this.#remember();
    });
  }

  /** Draws the rectangle between the start of a drag and the pointer. */
  #drawArea({ area, at: [x, y] }, { clientX, clientY }) {
    const around = this.#view.getBoundingClientRect();
    this.#view.append(area);
    area.style.left = `${Math.min(x, clientX) - around.left}px`;
    area.style.top = `${Math.min(y, clientY) - around.top}px`;
    area.style.width = `${Math.abs(clientX - x)}px`;
    area.style.height = `${Math.abs(clientY - y)}px`;
  }

  /** Reports the states inside of a rectangle of the window to the page. */
  #chooseArea({ left, top, right, bottom }) {
    const isInside = (box) => box.left >= left && box.top >= top && box.right <= right && box.bottom <= bottom;
    const detail = [...this.querySelectorAll(".state")].filter((state) => isInside(state.getBoundingClientRect()));
    this.dispatchEvent(new CustomEvent("area", { detail }));
  }

  /** A link from state to state loads a page with the same diagram: it begins where the last one was. */
  get #key() {
    const { arn, name, session } = Object.fromEntries(new URLSearchParams(location.search));
    return this.hasAttribute("fills") ? null : `diagram ${location.pathname} ${arn ?? name ?? session ?? ""}`;
  }

  #remember() {
    const key = this.#key;
    const at = this.#fitted ? null : [this.#x, this.#y, this.#scale];
    if (key) sessionStorage.setItem(key, JSON.stringify(at));
  }

  #restore() {
    const key = this.#key;
    const at = key && JSON.parse(sessionStorage.getItem(key));
    if (!at) return false;
    [this.#x, this.#y, this.#scale] = at;
    this.#fitted = false;
    this.#show();
    // Another diagram can be smaller.
    const [box, around] = [this.picture.getBoundingClientRect(), this.#view.getBoundingClientRect()];
    if (box.right < around.left || box.left > around.right || box.bottom < around.top || box.top > around.bottom) return false;
    const current = this.querySelector('a[aria-current="true"]');
    if (current) this.reveal(current);
    return true;
  }
}

if (!customElements.get("diagram-view")) customElements.define("diagram-view", DiagramView);
