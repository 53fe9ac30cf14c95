// The text of the file: a text area over lines with colours, of which only the visible ones exist.

const LINE = 18;
const TOKEN = /(?<key>"(?:[^"\\]|\\.)*"(?=\s*:)|(?<=^\s*(?:- )*)[\w $.?-]+(?=:))|(?<expression>"?\{%.*?%\}"?)|(?<string>"(?:[^"\\]|\\.)*"?)|(?<word>\b(?:true|false|null)\b)|(?<number>-?\b\d+(?:\.\d+)?\b)|(?<comment>#.*|\/\/.*)/g;

export const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

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

/** The smallest edit from one text to another; nothing for equal texts. */
export function difference(before, after) {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let same = 0;
  while (same < most - start && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
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

export class Code {
  /** The text of the server at the known revision. */
  synced = "";
  problems = [];
  #timer;

  constructor(area, layer, { typed, placed }) {
    Object.assign(this, { area, layer });
    area.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(area);
    area.addEventListener("input", () => {
      this.draw();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(typed, 180);
    });
    area.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && placed());
    area.addEventListener("click", () => placed());
  }

  /** What was typed since the known revision. */
  get pending() {
    return difference(this.synced, this.area.value);
  }

  /** Takes over changes. Own typing after them stays; `isOwn` is whether they contain only what this page typed. */
  update(rounds, isOwn) {
    const before = this.synced;
    this.synced = applied(before, rounds);
    const pending = isOwn ? null : difference(before, this.area.value);
    if (isOwn && this.area.value !== this.synced) return this.draw();
    let text = this.synced;
    if (pending) {
      const start = moved(pending.start, rounds);
      const isIntact = before.slice(pending.start, pending.end) === this.synced.slice(start, start + pending.end - pending.start);
      text = applied(text, [[{ start, end: isIntact ? start + pending.end - pending.start : start, text: pending.text }]]);
    }
    this.show(text, rounds);
  }

  /** Replaces everything. */
  reset(text) {
    this.synced = text;
    this.show(text, []);
  }

  show(text, rounds) {
    const { area } = this;
    if (area.value !== text) {
      const [start, end, top] = [moved(area.selectionStart, rounds), moved(area.selectionEnd, rounds), area.scrollTop];
      area.value = text;
      area.setSelectionRange(start, end);
      area.scrollTop = top;
    }
    this.draw();
  }

  /** Selects a range and scrolls to it. The focus stays where it is. */
  reveal(start, end) {
    const { area } = this;
    if (document.activeElement !== area) area.setSelectionRange(start, end);
    const line = area.value.slice(0, start).split("\n").length - 1;
    const top = line * LINE;
    if (top < area.scrollTop || top > area.scrollTop + area.clientHeight - 3 * LINE) area.scrollTop = Math.max(0, top - 3 * LINE);
    this.draw([start, end]);
  }

  draw(marked = this.marked) {
    this.marked = marked;
    const { area, layer } = this;
    if (!area.clientHeight) return;
    const lines = area.value.split("\n");
    const first = Math.max(0, Math.floor(area.scrollTop / LINE) - 1);
    const last = Math.min(lines.length, first + Math.ceil(area.clientHeight / LINE) + 3);
    let at = lines.slice(0, first).reduce((sum, line) => sum + line.length + 1, 0);
    const rows = lines.slice(first, last).map((line) => {
      const [start, end] = [at, (at += line.length + 1)];
      const here = this.problems.filter((problem) => problem.start < end && problem.start >= start);
      const isFaulty = here.find(({ severity }) => severity === "error") ?? here[0];
      const isMarked = marked && start < marked[1] && end > marked[0];
      const classes = [isFaulty && `fault ${isFaulty.severity}`, isMarked && "marked"].filter(Boolean).join(" ");
      return `<span class="row ${classes}">${coloured(line)}</span>`;
    });
    layer.innerHTML = rows.join("");
    layer.style.transform = `translate(${-area.scrollLeft}px, ${first * LINE - area.scrollTop}px)`;
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
