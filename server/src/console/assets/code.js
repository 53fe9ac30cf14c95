// Texts with indented lines (JSON, YAML, estimates): colours, folding, search, and the path of a value. It is the element `code-view` around
// `pre > code`, or around a list of lines. Without this script, the text is complete and plain.

const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|\b(true|false|null)\b/g;
const YAML_KEY = /^(\s*(?:- )*)([^\s"'#-][^:#"']*)(:)(?=\s|$)/;
const JSON_KEY = /^\s*("(?:[^"\\]|\\.)*")\s*:/;
/** A shorter text needs no controls. */
const FEWEST = 4;

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(`
  :host { display: block; position: relative; }
  #bar { display: flex; flex-wrap: wrap; gap: .25rem .375rem; align-items: center; font-size: .8rem; margin: .3rem 0 0; }
  #bar[hidden] { display: none; }
  @media print { #bar { display: none; } }
  button, input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 5px; padding: 0 .5rem; min-height: 24px; }
  button { cursor: pointer; }
  input { width: 9rem; }
  output { color: var(--soft); overflow-wrap: anywhere; min-width: 0; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
`);

/** Folded lines and the current line, by the position of the element: an update of the page replaces elements. */
const remembered = new Map();
let numbers = 0;

class CodeView extends HTMLElement {
  #lines = [];
  #active = -1;
  #hits = [];
  #bar;
  #output;
  #search;
  #number = (numbers += 1);
  #shown = new IntersectionObserver((entries) => {
    // Large pages have many texts, most of them in closed details.
    if (entries.some((entry) => entry.isIntersecting)) this.#begin();
  });
  #changes = new MutationObserver(() => this.#enhance());

  connectedCallback() {
    this.#shown.observe(this);
  }

  disconnectedCallback() {
    this.#shown.disconnect();
    this.#changes.disconnect();
  }

  get #key() {
    const part = this.closest("[data-part]") ?? document.body;
    const index = [...part.querySelectorAll("code-view")].indexOf(this);
    return `${part.dataset.part ?? ""} ${index}`;
  }

  get #label() {
    return this.getAttribute("aria-label") ?? "Text";
  }

  #begin() {
    this.#shown.disconnect();
    if (!this.shadowRoot) this.#build();
    this.#enhance();
  }

  #build() {
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [SHEET];
    this.#bar = shadow.appendChild(document.createElement("div"));
    this.#bar.id = "bar";
    this.#search = this.#bar.appendChild(document.createElement("input"));
    Object.assign(this.#search, { type: "search", placeholder: "Search", autocomplete: "off" });
    this.#search.setAttribute("aria-label", `Search in ${this.#label}`);
    this.#search.addEventListener("input", () => this.#find());
    this.#search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.#next(event.shiftKey ? -1 : 1);
    });
    const button = (text, act) => {
      const made = this.#bar.appendChild(document.createElement("button"));
      Object.assign(made, { type: "button", textContent: text });
      made.addEventListener("click", act);
      return made;
    };
    button("Fold all", () => this.#foldAll(true));
    button("Unfold all", () => this.#foldAll(false));
    button("Copy path", () => this.#copyPath());
    button("Copy", () => this.#copy(this.#lines.map((line) => line.text).join("\n"), "the text"));
    this.#output = this.#bar.appendChild(document.createElement("output"));
    shadow.append(document.createElement("slot"));
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("keydown", (event) => this.#pressed(event));
  }

  get #tree() {
    return this.querySelector("ol, pre");
  }

  #enhance() {
    this.#changes.disconnect();
    const tree = this.#tree;
    if (tree) {
      this.#read(tree);
      const { folded, active } = remembered.get(this.#key) ?? { folded: new Set(), active: -1 };
      for (const line of this.#lines) if (line.end && folded.has(line.path ?? line.text)) line.isFolded = true;
      this.#activate(Math.min(active, this.#lines.length - 1), false);
      this.#fold();
      this.#bar.hidden = this.#lines.length < FEWEST;
    }
    this.#changes.observe(this, { childList: true, characterData: true, subtree: true });
  }

  /** Makes a row of each line, with its level, its last inner line, and its path. */
  #read(tree) {
    const isList = tree.matches("ol");
    if (!isList && !tree.querySelector(".row")) {
      const code = tree.querySelector("code") ?? tree;
      const texts = code.textContent.split("\n");
      const rows = texts.map((text, index) => {
        const row = document.createElement("span");
        row.className = "row";
        // The line break is in the row, so that the text of the element stays the same.
        row.textContent = index + 1 < texts.length ? `${text}\n` : text;
        return row;
      });
      code.replaceChildren(...rows);
      if (code !== tree) code.setAttribute("role", "none");
    }
    const rows = [...tree.querySelectorAll(isList ? ":scope > li" : ".row")];
    this.#lines = rows.map((element, index) => {
      const code = isList ? element.querySelector("code") : element;
      const text = code.textContent.replace(/\n$/, "");
      return { element, code, text, index, indent: text.trim() ? text.search(/\S/) : Infinity, isFolded: false };
    });
    const isJson = /^\s*[{[]/.test(this.#lines[0]?.text ?? "");
    const open = [];
    for (const line of this.#lines) {
      while (open.length && line.indent <= open.at(-1).indent) open.pop();
      for (const outer of open) if (line.indent !== Infinity) outer.end = line.index;
      line.level = open.length + 1;
      if (line.indent !== Infinity) open.push(line);
    }
    if (isJson) this.#paths();
    for (const line of this.#lines) this.#decorate(line, isJson);
    tree.setAttribute("role", "tree");
    tree.setAttribute("aria-label", this.#label);
    tree.tabIndex = 0;
  }

  #paths() {
    const open = [];
    for (const line of this.#lines) {
      if (/^\s*[}\]]/.test(line.text)) {
        while (open.length && open.at(-1).indent >= line.indent) open.pop();
        continue;
      }
      while (open.length && open.at(-1).indent >= line.indent) open.pop();
      const outer = open.at(-1);
      const key = JSON_KEY.exec(line.text)?.[1];
      if (!outer) line.path = "$";
      else if (key) line.path = `${outer.path}${step(key)}`;
      else line.path = `${outer.path}[${(outer.items = (outer.items ?? -1) + 1)}]`;
      if (line.end !== undefined) open.push(line);
    }
  }

  #decorate(line, isJson) {
    const { element, code } = line;
    element.id ||= `code-${this.#number}-${line.index}`;
    // Lines without a name are no items of the tree.
    const isItem = line.text.trim() !== "" && !(isJson && /^\s*[}\]]/.test(line.text));
    element.setAttribute("role", isItem ? "treeitem" : "none");
    if (isItem) element.setAttribute("aria-level", line.level);
    const end = code.textContent.endsWith("\n") ? ["\n"] : [];
    code.replaceChildren(...coloured(line.text, isJson), ...end);
  }

  #fold() {
    let hidden = -1;
    for (const line of this.#lines) {
      line.element.classList.toggle("inside", line.index <= hidden);
      if (line.end !== undefined) {
        line.element.classList.add("opens");
        line.element.classList.toggle("folded", line.isFolded);
        line.element.setAttribute("aria-expanded", String(!line.isFolded));
        line.element.dataset.lines = ` … ${line.end - line.index} ${line.end - line.index === 1 ? "line" : "lines"}`;
        if (line.isFolded) hidden = Math.max(hidden, line.end);
      }
    }
    const folded = new Set(this.#lines.filter((line) => line.isFolded).map((line) => line.path ?? line.text));
    remembered.set(this.#key, { folded, active: this.#active });
  }

  #foldAll(isFolded) {
    for (const line of this.#lines) line.isFolded = isFolded && line.end !== undefined && line.level > 1;
    this.#fold();
  }

  #activate(index, scrolls = true) {
    const tree = this.#tree;
    this.#lines[this.#active]?.element.classList.remove("active");
    this.#active = index;
    const line = this.#lines[index];
    if (!line) {
      tree.removeAttribute("aria-activedescendant");
      return;
    }
    line.element.classList.add("active");
    tree.setAttribute("aria-activedescendant", line.element.id);
    if (scrolls) line.element.scrollIntoView({ block: "nearest" });
    if (line.path) this.#output.textContent = line.path;
    const known = remembered.get(this.#key);
    if (known) known.active = index;
  }

  /** Opens what hides a line. */
  #open(index) {
    for (const line of this.#lines) if (line.index < index && line.end >= index) line.isFolded = false;
    this.#fold();
  }

  #clicked(event) {
    const element = event.target.closest?.('[role="treeitem"]');
    const line = this.#lines.find((line) => line.element === element);
    if (!line || !getSelection().isCollapsed) return;
    this.#activate(line.index, false);
    // The sign is before the text.
    const isSign = event.clientX < line.code.getBoundingClientRect().left + 18;
    if (line.end !== undefined && (isSign || line.isFolded)) {
      line.isFolded = !line.isFolded;
      this.#fold();
    }
  }

  #pressed(event) {
    if (event.target !== this.#tree || event.ctrlKey || event.metaKey || event.altKey) return;
    const visible = this.#lines.filter((line) => !line.element.classList.contains("inside") && line.element.role === "treeitem");
    const at = visible.findIndex((line) => line.index === this.#active);
    const line = this.#lines[this.#active];
    const go = (target) => target && this.#activate(target.index);
    const actions = {
      ArrowDown: () => go(visible[at + 1]),
      ArrowUp: () => go(visible[Math.max(0, at - 1)]),
      Home: () => go(visible[0]),
      End: () => go(visible.at(-1)),
      ArrowRight: () => (line?.isFolded ? this.#toggle(line) : go(visible[at + 1])),
      ArrowLeft: () => {
        if (line?.end !== undefined && !line.isFolded) this.#toggle(line);
        else go(visible.findLast((outer) => outer.index < this.#active && outer.end >= this.#active));
      },
      Enter: () => line && this.#toggle(line),
      " ": () => line && this.#toggle(line),
      c: () => this.#copyPath(),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  #toggle(line) {
    if (line.end === undefined) return;
    line.isFolded = !line.isFolded;
    this.#fold();
  }

  #find() {
    const wanted = this.#search.value.toLowerCase();
    this.#hits = [];
    for (const line of this.#lines) {
      const isHit = wanted !== "" && line.text.toLowerCase().includes(wanted);
      line.element.classList.toggle("hit", isHit);
      if (isHit) this.#hits.push(line.index);
    }
    this.#output.textContent = wanted ? `${this.#hits.length} ${this.#hits.length === 1 ? "line" : "lines"}` : "";
    if (this.#hits.length) this.#goto(this.#hits[0]);
  }

  #next(by) {
    if (!this.#hits.length) return;
    const at = this.#hits.indexOf(this.#active);
    this.#goto(this.#hits[(at + by + this.#hits.length) % this.#hits.length]);
  }

  #goto(index) {
    this.#open(index);
    const text = this.#output.textContent;
    this.#activate(index);
    this.#output.textContent = `${this.#hits.indexOf(index) + 1} of ${this.#hits.length || text}`;
  }

  #copyPath() {
    const line = this.#lines[this.#active];
    if (line?.path) this.#copy(line.path, line.path);
    else this.#output.textContent = "Select a line first: click it, or use the arrow keys in the text.";
  }

  async #copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      this.#output.textContent = `Copied ${what}`;
    } catch {
      // Pages that are not on this machine have no clipboard.
      this.#output.textContent = text === what ? text : "The clipboard is not available: select the text.";
    }
  }
}

/** Returns the step of a path to a member: `.name`, or `['first name']`. */
function step(key) {
  let name = key.slice(1, -1);
  try {
    name = JSON.parse(key);
  } catch {
    // The text was cut.
  }
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `['${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
}

function coloured(text, isJson) {
  const nodes = [];
  const span = (kind, content) => {
    const made = document.createElement("span");
    made.className = `token-${kind}`;
    made.textContent = content;
    nodes.push(made);
  };
  let from = 0;
  const yaml = isJson ? null : YAML_KEY.exec(text);
  if (yaml) {
    nodes.push(yaml[1]);
    span("key", yaml[2]);
    nodes.push(yaml[3]);
    from = yaml[0].length;
  }
  TOKENS.lastIndex = from;
  for (let found; (found = TOKENS.exec(text)); ) {
    if (found.index > from) nodes.push(text.slice(from, found.index));
    const [all, string, colon, number, word] = found;
    if (string && colon) {
      span("key", string);
      nodes.push(colon);
    } else if (string) span(/^"(?:\$|\{%|States\.\w+\()/.test(string) ? "expression" : "string", string);
    else span(number ? "number" : "word", number ?? word);
    from = found.index + all.length;
  }
  if (from < text.length || !nodes.length) nodes.push(text.slice(from));
  return nodes;
}

customElements.define("code-view", CodeView);
