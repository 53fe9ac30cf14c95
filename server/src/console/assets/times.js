// Shows next to each UTC time the time of this computer's zone, and how long ago it was. Attributes and the style sheet do it, so that an update
// of the page compares only what the server sent.

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const clock = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });
const zone = new Intl.DateTimeFormat("en", { timeZoneName: "short" });

/** Returns `3 minutes ago`, or `in 2 hours`. */
function ago(at) {
  const seconds = Math.round((at - Date.now()) / 1000);
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return seconds === 0 ? "now" : relative.format(Math.trunc(seconds / length), unit);
}

/** Returns the time of this zone; nothing if the zone is UTC. */
function local(at) {
  if (at.getTimezoneOffset() === 0) return "";
  const name = zone.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
  const [date, time] = clock.format(at).split(" ");
  // The date is next to it, if it is the same.
  return `${at.toISOString().startsWith(date) ? "" : `${date} `}${time} ${name}, `;
}

function show(root = document) {
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const text = `${local(at)}${ago(at)}`;
    if (time.dataset.local !== text) time.dataset.local = text;
  }
}

show();
setInterval(() => document.hidden || show(), 10_000);
new MutationObserver(() => show()).observe(document.body, { childList: true, subtree: true, attributeFilter: ["datetime", "data-local"] });
