// Updates pages in place. Without it, the pages work, and a reload shows changes.

const main = document.getElementById("content");
const SECOND = 1000;
const RETRY = 5 * SECOND;

// --- Times that pass -----------------------------------------------------------------------------------------------------

const loaded = Date.now();

/** Writes a duration as the server does. */
function duration(millis) {
  const seconds = Math.floor(millis / SECOND);
  const pair = (large, name, small, smallName) => (small ? `${large} ${name} ${small} ${smallName}` : `${large} ${name}`);
  if (seconds < 1) return `${Math.max(0, Math.floor(millis))} ms`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(Math.floor(seconds / 60), "min", seconds % 60, "s");
  if (seconds < 86400) return pair(Math.floor(seconds / 3600), "h", Math.floor((seconds % 3600) / 60), "min");
  return pair(Math.floor(seconds / 86400), "d", Math.floor((seconds % 86400) / 3600), "h");
}

/** Counts up, or down, from the moment at which the element was shown. */
function count() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll(".counter")) {
    element.shown ??= Date.now();
    const passed = Date.now() - element.shown;
    const { elapsed, remaining } = element.dataset;
    element.textContent = duration(elapsed === undefined ? Math.max(0, remaining - passed) : Number(elapsed) + passed);
  }
}
setInterval(count, SECOND);

/** Shows the local time of each UTC time in its tooltip. */
function tooltips(root) {
  for (const time of root.querySelectorAll("time")) {
    time.title = new Date(time.dateTime).toLocaleString();
  }
}

// --- Changes of the page -------------------------------------------------------------------------------------------------

/** The HTML of each part as the server sent it: the page itself may differ, because details were opened. */
const sent = new Map();

function remember(root) {
  for (const part of root.querySelectorAll("[data-part]")) sent.set(part.dataset.part, part.innerHTML);
}

/** Whether a person works with this part: a form has the focus or was changed. */
function inUse(part) {
  const active = document.activeElement;
  if (part.contains(active) && active.matches("input, textarea, select, button")) return true;
  return [...part.querySelectorAll("input, textarea, option")].some((field) => {
    if (field.matches("option")) return field.selected && field !== (field.parentElement.querySelector("[selected]") ?? field.parentElement.options[0]);
    return ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  });
}

/** Returns elements by a text that is the same for the same element before and after an update. Numbers and plurals can change. */
function identified(part, selector) {
  const elements = new Map();
  for (const element of part.querySelectorAll(selector)) {
    const summary = element.querySelector("summary") ?? element;
    const text = element.getAttribute("href") ?? summary.textContent.replaceAll(/\d+|s\b/g, "");
    const row = element.closest("tr")?.id ?? "";
    let number = 0;
    while (elements.has(`${element.tagName} ${row} ${text} ${number}`)) number += 1;
    elements.set(`${element.tagName} ${row} ${text} ${number}`, element);
  }
  return elements;
}

const FOCUSABLE = "a, summary, [tabindex]";

function replace(part, next) {
  const opened = new Map([...identified(part, "details")].map(([identity, details]) => [identity, details.open]));
  const focused = [...identified(part, FOCUSABLE)].find(([, element]) => element === document.activeElement)?.[0];
  const scrolled = [...part.querySelectorAll(".picture, .scroll, pre")].map((box) => [box.scrollLeft, box.scrollTop]);
  part.replaceChildren(...next.childNodes);
  for (const [identity, details] of identified(part, "details")) details.open = opened.get(identity) ?? details.open;
  [...part.querySelectorAll(".picture, .scroll, pre")].forEach((box, index) => {
    if (scrolled[index]) [box.scrollLeft, box.scrollTop] = scrolled[index];
  });
  if (focused) identified(part, FOCUSABLE).get(focused)?.focus();
  tooltips(part);
}

let loading = false;
let again = false;
/** Whether a part was not updated because a person works with it. */
let skipped = false;

async function update() {
  if (loading || document.hidden) {
    again = true;
    return;
  }
  loading = true;
  again = false;
  skipped = false;
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.title = page.title;
    const parts = new Map([...page.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    for (const part of main.querySelectorAll("[data-part]")) {
      const next = parts.get(part.dataset.part);
      if (!next || sent.get(part.dataset.part) === next.innerHTML) continue;
      if (inUse(part)) {
        skipped = true;
        continue;
      }
      sent.set(part.dataset.part, next.innerHTML);
      replace(part, next);
    }
  } catch {
    main.classList.add("stale");
  } finally {
    loading = false;
    if (again && !document.hidden) update();
  }
}

function watch() {
  const url = main.dataset.live;
  if (!url) return;
  const events = new EventSource(url);
  events.addEventListener("change", update);
  events.addEventListener("open", () => main.classList.remove("stale"));
  events.addEventListener("end", () => {
    events.close();
    update();
  });
  events.addEventListener("error", () => {
    main.classList.add("stale");
    if (events.readyState === EventSource.CLOSED) setTimeout(watch, RETRY);
  });
  addEventListener("pagehide", () => events.close());
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && again) update();
});

document.addEventListener("focusout", () => {
  // The focus is at the next element after the event.
  if (skipped) setTimeout(update);
});

// --- Forms ---------------------------------------------------------------------------------------------------------------

/** Reports JSON that does not parse before the form is sent. */
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLTextAreaElement) || "text" in field.dataset) return;
  let problem = "";
  try {
    if (field.value.trim()) JSON.parse(field.value);
  } catch (error) {
    problem = `This is no JSON: ${error.message}`;
  }
  field.setCustomValidity(problem);
});

/** Copies the text of an element, and reports that in the button. Pages that are not on this machine have no clipboard: the text is selected. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Selected";
  }
});
for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;

/** Ctrl+Enter sends the form of a text area, and `/` goes to the first filter. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) event.target.form.requestSubmit();
  if (event.key === "/" && !event.target.matches("input, textarea, select")) {
    const filter = document.querySelector("form[role=search] input[type=search]");
    if (filter) {
      event.preventDefault();
      filter.focus();
    }
  }
});

remember(main);
tooltips(document);
watch();
