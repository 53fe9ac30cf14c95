// Updates the page in place after the server has reported a change, says what is wrong if that fails, and recovers by itself.

import { morph, remember } from "./morph.js";

const main = document.getElementById("content");
const connection = document.getElementById("connection");
const FIRST_RETRY = 1000;
const LONGEST_RETRY = 15_000;

/** Functions that prepare a new or changed part of the page. */
const preparations = [];

export function prepare(work) {
  preparations.push(work);
  work(document);
}

// --- What is wrong -------------------------------------------------------------------------------------------------------

/** The problem of the stream, and that of the last update. */
const problems = { stream: "", update: "", form: "" };

/** Sets a problem; an empty text if there is none. */
export function report(part, text) {
  problems[part] = text;
  const shown = problems.form || problems.update || problems.stream;
  if (connection.textContent !== shown) connection.textContent = shown;
  main.classList.toggle("stale", Boolean(problems.update || problems.stream));
}

const lost = () => (navigator.onLine ? "The server does not respond" : "This computer is offline");

/** Describes a response with an error status. */
async function described(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const title = page.querySelector("h1")?.textContent ?? response.statusText;
  const why = page.querySelector("[role=alert]")?.textContent ?? "";
  return `The server reports “${title}”${why && `: ${why}`} (status ${response.status})`;
}

// --- Updates -------------------------------------------------------------------------------------------------------------

let loading = false;
let again = false;
/** Whether something was not updated because a person works with it. */
let skipped = false;
let retry = 0;
let timer;

function later() {
  clearTimeout(timer);
  timer = setTimeout(update, Math.min(FIRST_RETRY * 2 ** retry, LONGEST_RETRY));
  retry += 1;
}

async function update() {
  if (loading || document.hidden) {
    again = true;
    return;
  }
  loading = true;
  again = false;
  clearTimeout(timer);
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (response.ok) {
      apply(new DOMParser().parseFromString(await response.text(), "text/html"));
      retry = 0;
      report("update", "");
      report("stream", "");
    } else {
      report("update", `${await described(response)}. This page may be out of date; it is loaded again soon.`);
      later();
    }
  } catch {
    report("update", `${lost()}. This page may be out of date; it is loaded again soon.`);
    later();
  } finally {
    loading = false;
    if (again && !document.hidden) update();
  }
}

function apply(page) {
  skipped = false;
  const parts = new Map([...page.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  for (const part of main.querySelectorAll("[data-part]")) {
    const next = parts.get(part.dataset.part);
    if (!next) continue;
    skipped = morph(part, next) || skipped;
    for (const work of preparations) work(part);
  }
  document.title = page.title;
  // The server may have been restarted, and then has another token.
  const token = page.querySelector("input[name=form_token]")?.value;
  if (token) setToken(token);
  const url = page.getElementById("content")?.dataset.live;
  main.dataset.live = url ?? "";
  follow();
}

export function setToken(token) {
  for (const field of document.querySelectorAll("input[name=form_token]")) field.value = token;
}

// --- The stream of changes -----------------------------------------------------------------------------------------------

/** Receives what the stream of this page reports. */
function receive(kind) {
  if (kind === "change") update();
  if (kind === "end") {
    ended = true;
    follow();
    update();
  }
  main.toggleAttribute("data-connected", kind !== "error");
  if (kind === "open") {
    if (problems.stream || problems.update) update();
    report("stream", "");
  }
  if (kind === "error") report("stream", `${lost()}. This page may be out of date; it connects again by itself.`);
}

let ended = false;

/** One stream for all tabs, because browsers open only six connections to a server. `null` if the browser has no shared workers. */
function sharedStream() {
  if (!globalThis.SharedWorker || !main.dataset.worker) return null;
  try {
    const worker = new SharedWorker(main.dataset.worker);
    worker.port.onmessage = ({ data }) => receive(data);
    return (url) => worker.port.postMessage(url);
  } catch {
    return null;
  }
}

/** A stream of this tab. */
function ownStream() {
  let events = null;
  return (url) => {
    if (Boolean(events) === Boolean(url)) return;
    events?.close();
    events = url ? new EventSource(url) : null;
    for (const kind of ["change", "end", "open", "error"]) events?.addEventListener(kind, () => receive(kind));
    events?.addEventListener("error", ({ target }) => {
      if (target.readyState !== EventSource.CLOSED) return;
      events = null;
      setTimeout(follow, LONGEST_RETRY / 3);
    });
  };
}

let stream;

/** Follows the changes of this page while it is visible. */
function follow() {
  stream?.(document.hidden || ended ? "" : (main.dataset.live ?? ""));
}

export function watch() {
  remember(main);
  if (!main.dataset.live) return;
  stream = sharedStream() ?? ownStream();
  follow();
  addEventListener("pagehide", () => stream(""));
  addEventListener("pageshow", follow);
  addEventListener("online", update);
  addEventListener("offline", () => receive("error"));
  document.addEventListener("visibilitychange", () => {
    follow();
    if (!document.hidden && again) update();
  });
  document.addEventListener("focusout", () => {
    // The focus is at the next element after the event.
    if (skipped) setTimeout(update);
  });
}

// --- Forms ---------------------------------------------------------------------------------------------------------------

/** The form that is being sent. */
let sending = null;

/** Sends a form once, after the server has responded. So a form stays with all that was entered if the server cannot be reached, and has the
 * token of a server that was restarted. */
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post" || form.dataset.checked === "true") return;
  event.preventDefault();
  if (sending === form) return;
  sending = form;
  try {
    const response = await fetch(main.dataset.token);
    if (!response.ok) {
      report("form", `${await described(response)}. Nothing was sent; what you entered is still here.`);
      sending = null;
      return;
    }
    setToken(await response.text());
  } catch {
    report("form", `${lost()}. Nothing was sent; what you entered is still here.`);
    sending = null;
    return;
  }
  report("form", "");
  form.dataset.checked = "true";
  form.requestSubmit(submitter);
  delete form.dataset.checked;
  // A file is downloaded without a new page, and a page can be shown again by the back button.
  setTimeout(() => (sending = null), 2000);
});
addEventListener("pageshow", () => (sending = null));
