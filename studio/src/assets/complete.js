// Completion in text areas and fields: a list from which the arrow keys choose, as in the combobox of ARIA.

import { make, when } from "./dom.js";
import { chooseOption } from "./panels.js";

const PAUSE = 150;
const LETTER = 7.83;
const LINE = 18;

export class Completer {
  #offers = [];
  #at = 0;
  #field = null;
  #timer;

  /** `ask` returns the offers for a field. `accept` makes an offer in a field. */
  constructor(list, root, { isField, ask, accept }) {
    Object.assign(this, { list, ask, accept });
    when(root, "input", (event) => {
      if (!isField(event.target)) return;
      const typed = event.target.value[event.target.selectionStart - 1] ?? "";
      if (event.inputType?.startsWith("insert") && /[\w$."{:]/.test(typed)) this.#open(event.target, PAUSE);
      else this.close();
    });
    when(root, "keydown", (event) => isField(event.target) && this.#pressed(event), true);
    when(root, "focusout", () => this.close());
    when(root, "scroll", () => this.close(), true);
    when(list, "pointerdown", (event) => {
      event.preventDefault();
      const index = [...list.children].indexOf(event.target.closest("li"));
      if (index >= 0) this.#take(index);
    });
  }

  #pressed(event) {
    const isOpen = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (event.key === " " && event.ctrlKey) this.#open(event.target, 0);
    else if (isOpen && step) this.#choose(this.#at + step);
    else if (isOpen && ["Enter", "Tab"].includes(event.key)) this.#take(this.#at);
    else if (isOpen && event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #open(field, pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const [text, position] = [field.value, field.selectionStart];
      const offers = await this.ask(field).catch(() => []);
      // The user may have typed on, or left.
      if (field.value !== text || field.selectionStart !== position || field.getRootNode().activeElement !== field) return;
      if (!offers.length) return this.close();
      this.#offers = offers;
      this.#field = field;
      this.list.replaceChildren(...offers.map(({ label, detail }, index) => make("li", { role: "option", id: `c${index}` }, label, make("small", {}, detail ? ` ${detail}` : ""))));
      this.list.hidden = false;
      this.#place(field);
      field.ariaAutoComplete = "list";
      field.setAttribute("aria-controls", this.list.id);
      this.#choose(0);
    }, pause);
  }

  /** Places the list below the line of the cursor. */
  #place(field) {
    const box = field.getBoundingClientRect();
    const lines = field.value.slice(0, field.selectionStart).split("\n");
    const isArea = field.tagName === "TEXTAREA";
    const left = box.left + (isArea ? Math.min(lines.at(-1).length * LETTER - field.scrollLeft, box.width - 200) : 0);
    const top = isArea ? box.top + lines.length * LINE - field.scrollTop + 8 : box.bottom;
    const { width, height } = this.list.getBoundingClientRect();
    const x = Math.max(4, Math.min(left, innerWidth - width - 4));
    const y = top + height > innerHeight ? Math.max(4, top - height - LINE - 8) : top;
    this.list.style.transform = `translate(${x}px, ${y}px)`;
  }

  #choose(index) {
    this.#at = chooseOption(this.#field, [...this.list.children], index);
  }

  #take(index) {
    const field = this.#field;
    const { edits, cursor } = this.#offers[index];
    this.close();
    this.accept(field, edits, cursor);
  }

  close() {
    clearTimeout(this.#timer);
    this.list.hidden = true;
    this.#field?.removeAttribute("aria-activedescendant");
    this.#field = null;
  }
}
