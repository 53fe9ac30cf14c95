// The script of all pages. Without it, the pages work, and a reload shows changes.

import { prepare, watch } from "./live.js";

const SECOND = 1000;

// --- Times that pass -----------------------------------------------------------------------------------------------------

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
    // The text node stays, and with it a selection.
    element.firstChild.data = duration(elapsed === undefined ? Math.max(0, remaining - passed) : Number(elapsed) + passed);
  }
}
setInterval(count, SECOND);

/** Shows the local time of each UTC time in its tooltip. */
function tooltips(root) {
  for (const time of root.querySelectorAll("time")) {
    time.title = new Date(time.dateTime).toLocaleString();
  }
}

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

function copyButtons(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
}

/** Ctrl+Enter in a text area presses the main button of its form, Enter on a box presses none, and `/` goes to the first filter. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    const buttons = [...event.target.form.querySelectorAll("button[type=submit]:enabled")];
    const button = buttons.length === 1 ? buttons[0] : buttons.find((one) => one.matches(".primary"));
    if (button && !event.repeat) event.target.form.requestSubmit(button);
  }
  // A browser would press the first button of the form.
  if (event.key === "Enter" && event.target.matches("form[method=post] :is([type=checkbox], [type=radio])")) event.preventDefault();
  if (event.key === "/" && !event.target.matches("input, textarea, select")) {
    const filter = document.querySelector("form[role=search] input[type=search]");
    if (filter) {
      event.preventDefault();
      filter.focus();
    }
  }
});

watch();
prepare(tooltips);
prepare(copyButtons);
