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

function show() {
  for (const time of document.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const text = `${local(at)}${ago(at)}`;
    if (time.dataset.local !== text) time.dataset.local = text;
  }
}

/** Offers the zone of this computer for the times of a form, and chooses it if nothing was entered. */
function offerZone() {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  for (const select of document.querySelectorAll("select[data-zones]")) {
    if (!timeZone || [...select.options].some((option) => option.value === timeZone)) continue;
    const isChosen = select.dataset.zones === "own";
    // As the default, so that an update does not take it for a choice of the person.
    select.add(new Option(timeZone, timeZone, isChosen, isChosen));
  }
}

show();
offerZone();
setInterval(() => document.hidden || show(), 10_000);
const changed = () => {
  show();
  offerZone();
};
new MutationObserver(changed).observe(document.body, { childList: true, subtree: true, attributeFilter: ["datetime", "data-local"] });
