// Lists of which the server sends the changes: runs of old items that may have moved, and new items.

/** The list after changes. `move` gets an item and how far it moved, `make` a new item and its position. */
export const patched = (old, changes, move, make) =>
  changes.flatMap(([first, ...rest]) => {
    if (typeof first !== "number") return [make(first, ...rest)];
    const [count, x, y] = rest;
    const run = old.slice(first, first + count);
    return x || y ? run.map((item) => move(item, x, y)) : run;
  });

/** Items with a range in the text. */
export const patchedRanges = (old, changes) =>
  patched(old, changes, (item, x, y) => ({ ...item, start: item.start + x, end: item.end + y }), (item, start, end) => ({ ...item, start, end }));

/** Arranges the children of an element. Those that stay are not touched. */
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}
