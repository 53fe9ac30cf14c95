// What each script does with elements.

export const $ = (selector) => document.querySelector(selector);

/** Calls a function at events, whose names have blanks between them. With `isFirst`, before the listeners of the elements inside. */
export const when = (element, names, act, isFirst) => names.split(" ").forEach((name) => element.addEventListener(name, act, isFirst));

/** An element with attributes, `data-` included, and content. */
export function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...content);
  return element;
}

/** A sentence in which code is between backticks, as the server writes it. */
export const prose = (text) => text.split("\x60").map((part, index) => (index % 2 ? make("code", {}, part) : part));
