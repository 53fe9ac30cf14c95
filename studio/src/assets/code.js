// The text of the file: a text area over lines with colours, of which only the visible ones exist.

import { when } from "./dom.js";

const LINE = 18;
const TOKEN = /(?<key>"(?:[^"\\]|\\.)*"(?=\s*:)|(?<=^\s*(?:- )*)[\w $.?-]+(?=:))|(?<expression>"?\{%.*?%\}"?)|(?<string>"(?:[^"\\]|\\.)*"?)|(?<word>\b(?:true|false|null)\b)|(?<number>-?\b\d+(?:\.\d+)?\b)|(?<comment>#.*|\/\/.*)/g;

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

/** The text after rounds of edits. Each round refers to the text after the rounds before it. */
export function applied(text, rounds) {
  for (const edits of rounds) {
    let [out, at] = ["", 0];
    for (const { start, end, text: added } of edits) {
      out += text.slice(at, start) + added;
      at = end;
    }
    text = out + text.slice(at);
  }
  return text;
}

/**
 * The smallest edit from one text to another; nothing for equal texts. `cursor` is its end in the new text, if known: "aa" instead of "a" has two.
 */
export function difference(before, after, cursor = after.length) {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let [start, same] = [0, 0];
  const grow = (limit) => {
    while (same < limit && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  };
  grow(Math.min(most, after.length - cursor));
  while (start < most - same && before[start] === after[start]) start++;
  grow(most - start);
  return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}

/** A position after rounds of edits. A position inside of a replaced range moves to its end. */
export function moved(position, rounds) {
  for (const edits of rounds) {
    let shift = 0;
    for (const { start, end, text } of edits) {
      if (end <= position && !(start === end && start === position)) shift += text.length - (end - start);
      else if (start < position) shift += start + text.length - position;
      else break;
    }
    position += shift;
  }
  return position;
}

const indentation = (line) => line.search(/\S/);
const linesIn = (text) => text.split("\n").length - 1;

export class Code {
  /** The text of the server at the known revision. */
  synced = "";
  /** The text with what was typed. The text area lacks its folded lines. */
  text = "";
  problems = [];
  /** The ranges of `text` that are folded: whole lines, below one that is shown. */
  #folds = [];
  #timer;

  constructor(area, layer, numbers, { typed, placed }) {
    Object.assign(this, { area, layer, numbers });
    when(area, "scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(area);
    when(area, "input", () => {
      this.#read();
      this.draw();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(typed, 180);
    });
    when(area, "keyup", (event) => event.key.startsWith("Arrow") && placed());
    when(area, "click", () => placed());
    when(numbers, "click", ({ target: { dataset } }) => dataset.at && this.fold(Number(dataset.at)));
  }

  /** What was typed since the known revision. It ends at the cursor: a line before a similar one could be parts of both. */
  get pending() {
    return difference(this.synced, this.text, this.position);
  }

  /** The position of the cursor in the text. */
  get position() {
    return this.full(this.area.selectionStart);
  }

  /** The position in the text of one in the text area. */
  full(position) {
    for (const [start, end] of this.#folds) if (start <= position) position += end - start;
    return position;
  }

  /** The position in the text area of one in the text: folded lines have that of the line after them. */
  #inArea(position) {
    return this.#folds.reduce((at, [start, end]) => at - Math.max(0, Math.min(end, position) - start), position);
  }

  /** The text without the folded lines. */
  #shown() {
    return applied(this.text, [this.#folds.map(([start, end]) => ({ start, end, text: "" }))]);
  }

  /** The selected range of the text, after rounds of edits. */
  #range(rounds) {
    return [this.area.selectionStart, this.area.selectionEnd].map((at) => moved(this.full(at), rounds));
  }

  /** Takes over what was typed. An edit over folded lines contains them. */
  #read() {
    const { area } = this;
    if (!this.#folds.length) return (this.text = area.value);
    const edit = difference(this.#shown(), area.value, area.selectionEnd);
    if (!edit) return;
    const start = this.full(edit.start);
    const end = edit.end > edit.start ? this.full(edit.end - 1) + 1 : start;
    this.edit([{ ...edit, start, end }], start + edit.text.length);
  }

  /** Takes over changes. Own typing after them stays; `isOwn` is whether they contain only what this page typed. */
  update(rounds, isOwn) {
    const { synced: before, pending } = this;
    this.synced = applied(before, rounds);
    if (isOwn && this.text !== this.synced) return this.draw();
    const range = this.#range(rounds);
    let [text, all] = [this.synced, rounds];
    if (pending && !isOwn) {
      const [{ end }, start] = [pending, moved(pending.start, rounds)];
      const replaced = before.slice(pending.start, end);
      const isIntact = replaced === this.synced.slice(start, start + replaced.length);
      const own = { start, end: isIntact ? start + replaced.length : start, text: pending.text };
      text = applied(text, [[own]]);
      all = [[{ start: pending.start, end: pending.start + pending.text.length, text: replaced }], ...rounds, [own]];
    }
    this.show(text, all, range);
  }

  /** Replaces everything. */
  reset(text) {
    this.synced = text;
    this.show(text, []);
  }

  /** Makes edits of the text, with the cursor after them. */
  edit(edits, cursor) {
    this.show(applied(this.text, [edits]), [edits], [cursor, cursor]);
  }

  /** Shows a text after rounds of edits. Folded lines stay folded, unless an edit has joined them with others. */
  show(text, rounds, range = this.#range(rounds)) {
    const { area } = this;
    // An edit of the page itself is in the text already.
    if (this.text !== text) this.#folds = this.#folds.map((fold) => fold.map((at) => moved(at, rounds)));
    this.text = text;
    const isBound = (at) => at === text.length || text[at - 1] === "\n";
    this.#folds = this.#folds.filter(([start, end]) => start < end && isBound(start) && isBound(end));
    const shown = this.#shown();
    if (area.value !== shown) {
      const top = area.scrollTop;
      area.value = shown;
      area.setSelectionRange(...range.map((at) => this.#inArea(at)));
      area.scrollTop = top;
    }
    this.draw();
  }

  /** The lines below the line of a position that are indented further. */
  #block(position) {
    const { text } = this;
    const line = (at) => text.slice(at, (text.indexOf("\n", at) + 1 || text.length + 1) - 1);
    const own = indentation(line(text.lastIndexOf("\n", position - 1) + 1));
    const start = text.indexOf("\n", position) + 1;
    let end = start;
    while (start && own >= 0 && end < text.length) {
      const inner = line(end);
      if (inner.trim() && indentation(inner) <= own) break;
      end += inner.length + 1;
    }
    return [start, Math.min(end, text.length)];
  }

  #refold(folds) {
    const range = this.#range([]);
    this.#folds = folds.filter(([start, end]) => start < end).sort(([one], [other]) => one - other);
    const hiding = (at) => this.#folds.find(([start, end]) => start <= at && at < end);
    // The cursor goes to the line above, which shows its lines again.
    this.show(this.text, [], range.map((at) => (hiding(at) ? hiding(at)[0] - 1 : at)));
  }

  /** Folds the lines below that of the cursor, or those around it, or shows them again. */
  foldHere() {
    const { position } = this;
    let at = position;
    const isAround = ([start, end]) => start < end && end > position;
    while (at > 0 && !isAround(this.#block(at))) at = this.text.lastIndexOf("\n", at - 1);
    if (at >= 0) this.fold(at);
  }

  /** Folds the lines below a line, or shows them again. */
  fold(position) {
    const [start, end] = this.#block(position);
    const others = this.#folds.filter(([from]) => from < start || from >= end);
    this.#refold(this.#folds.some(([from]) => from === start) ? others : [...others, [start, end]]);
  }

  /** Folds the lines below each of these positions, and no other ones. */
  foldAll(positions) {
    const folds = [];
    for (const position of positions.sort((one, other) => one - other)) if (position >= (folds.at(-1)?.[1] ?? 0)) folds.push(this.#block(position));
    this.#refold(folds);
  }

  /** Selects the range of a state or problem, if there is one, and scrolls to it. The focus stays where it is. */
  reveal(found) {
    if (!found) return;
    const { area } = this;
    const { start, end } = found;
    const open = this.#folds.filter(([from, to]) => start < from || start >= to);
    if (open.length < this.#folds.length) this.#refold(open);
    if (document.activeElement !== area) area.setSelectionRange(this.#inArea(start), this.#inArea(end));
    const top = linesIn(area.value.slice(0, this.#inArea(start))) * LINE;
    if (top < area.scrollTop || top > area.scrollTop + area.clientHeight - 3 * LINE) area.scrollTop = Math.max(0, top - 3 * LINE);
    this.draw([start, end]);
  }

  draw(marked = this.marked) {
    this.marked = marked;
    const { area, layer, numbers } = this;
    if (!area.clientHeight) return;
    const lines = area.value.split("\n");
    const first = Math.max(0, Math.floor(area.scrollTop / LINE) - 1);
    const last = Math.min(lines.length, first + Math.ceil(area.clientHeight / LINE) + 3);
    let at = lines.slice(0, first).reduce((sum, line) => sum + line.length + 1, 0);
    let number = first + 1;
    for (const [start, end] of this.#folds) if (start <= this.full(at)) number += linesIn(this.text.slice(start, end));
    const [rows, heads] = [[], []];
    for (let index = first; index < last; index++) {
      const line = lines[index];
      const start = this.full(at);
      const end = this.full((at += line.length + 1));
      const isFolded = end - start > line.length + 1;
      const here = this.problems.filter((problem) => problem.start < end && problem.start >= start);
      const isFaulty = here.find(({ severity }) => severity === "error") ?? here[0];
      const isMarked = marked && start < marked[1] && end > marked[0];
      const classes = [isFaulty && `fault ${isFaulty.severity}`, isMarked && "marked", isFolded && "folded"].filter(Boolean).join(" ");
      rows.push(`<span class="row ${classes}">${coloured(line)}</span>`);
      heads.push(`<span class="row" data-at="${start}">${number} ${isFolded ? "▸" : line.trim() && indentation(lines[index + 1] ?? "") > indentation(line) ? "▾" : " "}</span>`);
      number += isFolded ? linesIn(this.text.slice(start, end)) : 1;
    }
    layer.innerHTML = rows.join("");
    numbers.innerHTML = heads.join("");
    const top = first * LINE - area.scrollTop;
    layer.style.transform = `translate(${-area.scrollLeft}px, ${top}px)`;
    numbers.style.transform = `translateY(${top}px)`;
  }
}

function coloured(line) {
  // A line with more text than a screen needs no colours.
  if (line.length > 2000) return escape(line);
  let [out, at] = ["", 0];
  for (const { index, groups } of line.matchAll(TOKEN)) {
    const [kind, text] = Object.entries(groups).find(([, part]) => part !== undefined);
    out += `${escape(line.slice(at, index))}<span class="${kind}">${escape(text)}</span>`;
    at = index + text.length;
  }
  return out + escape(line.slice(at));
}
