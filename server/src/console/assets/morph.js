// Changes a part of the page to the server's new version of it. Only what differs between the server's two versions is touched, so that the
// focus, a selection, typed texts, opened details and everything else that scripts and people changed stay.

/** The server's last version of each node. */
const versions = new WeakMap();
/** The nodes that differ from their version, because a person works inside. */
const partial = new WeakSet();

/** Records the server's version of a node and of all nodes inside. Both trees must have the same shape. */
export function remember(node, version = node.cloneNode(true)) {
  versions.set(node, version);
  const children = [...version.childNodes];
  [...node.childNodes].forEach((child, index) => remember(child, children[index]));
}

/** Whether a person works with a field inside: it has the focus, or was changed. */
export function isUsed(node) {
  if (!(node instanceof Element)) return false;
  const active = document.activeElement;
  if (node.contains(active) && active.matches("input, textarea, select, button")) return true;
  const fields = [...node.querySelectorAll("input, textarea, option")];
  if (node.matches("input, textarea")) fields.push(node);
  return fields.some((field) => {
    if (field.matches("option")) return field.selected && field !== (field.parentElement.querySelector("[selected]") ?? field.parentElement.options[0]);
    return ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  });
}

/** Returns a text that identifies a node among its siblings; `null` for nodes that are compared by their order. Numbers and plurals can change. */
function keyOf(node) {
  if (!(node instanceof Element)) return null;
  if (node.id) return node.id;
  if (node.localName === "details") return `details ${node.querySelector("summary")?.textContent.replaceAll(/\d+|s\b/g, "")}`;
  // A fact with its name.
  if (node.firstElementChild?.localName === "dt") return `dt ${node.firstElementChild.textContent}`;
  if (["tr", "li"].includes(node.localName)) {
    const named = node.querySelector("a[href]")?.getAttribute("href") ?? node.querySelector("strong, th")?.textContent;
    return named === undefined ? null : `${node.localName} ${named}`;
  }
  return null;
}

/** Returns the nodes by their keys. Equal keys are numbered. */
function keyed(nodes) {
  const found = new Map();
  for (const node of nodes) {
    const key = keyOf(node);
    let number = 0;
    while (key !== null && found.has(`${key} ${number}`)) number += 1;
    if (key !== null) found.set(`${key} ${number}`, node);
  }
  return found;
}

/** Returns what a form acts on. A form that a person fills in must not become the form of something else. */
function subjectOf(form) {
  const fields = ["arn", "state", "scope", "wait", "redrives"].flatMap((name) => [...form.querySelectorAll(`input[type=hidden][name=${name}]`)]);
  return JSON.stringify([form.getAttribute("action"), ...fields.map((field) => field.defaultValue)]);
}

/** Changes a node to its new version. Returns whether something was left because a person works with it. */
export function morph(node, next) {
  const version = versions.get(node);
  if (version?.isEqualNode(next) && !partial.has(node)) return false;
  if (node.localName === "form" && isUsed(node) && subjectOf(version ?? node) !== subjectOf(next)) return true;
  versions.set(node, next);
  if (!(node instanceof Element)) {
    if (version?.data !== next.data) node.data = next.data;
    return false;
  }
  morphAttributes(node, version, next);
  const isLeft = morphChildren(node, next);
  if (isLeft) partial.add(node);
  else partial.delete(node);
  return isLeft;
}

function morphAttributes(node, version, next) {
  for (const { name, value } of next.attributes) {
    // A person opens and closes details.
    if (name === "open" || version?.getAttribute(name) === value) continue;
    node.setAttribute(name, value);
    // The counter begins again.
    if (name.startsWith("data-")) delete node.shown;
  }
  for (const { name } of version?.attributes ?? []) {
    if (name !== "open" && !next.hasAttribute(name)) node.removeAttribute(name);
  }
}

function morphChildren(node, next) {
  let isLeft = false;
  const wanted = keyed(next.childNodes);
  const known = keyed(node.childNodes);
  const keys = new Map([...wanted].map(([key, child]) => [child, key]));
  const stays = new Set([...known].filter(([key]) => wanted.has(key)).map(([, child]) => child));
  const isKeyed = new Set(known.values());
  let at = node.firstChild;
  const skip = () => {
    const gone = at;
    at = at.nextSibling;
    if (isUsed(gone)) isLeft = true;
    else gone.remove();
  };
  for (const child of [...next.childNodes]) {
    const key = keys.get(child);
    let match = key === undefined ? null : known.get(key);
    if (match) {
      while (at && at !== match && !stays.has(at)) skip();
    } else if (key === undefined && at && !isKeyed.has(at) && at.nodeName === child.nodeName) {
      match = at;
    }
    if (!match) {
      const added = document.importNode(child, true);
      remember(added);
      node.insertBefore(added, at);
      continue;
    }
    stays.delete(match);
    // A node that is moved loses the focus.
    if (match === at) at = at.nextSibling;
    else node.insertBefore(match, at);
    isLeft = morph(match, child) || isLeft;
  }
  while (at) skip();
  return isLeft;
}
