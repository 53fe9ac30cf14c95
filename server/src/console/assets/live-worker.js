// One stream of changes for all tabs of the console. A tab sends the address of its stream, or an empty text while it is hidden.

const PAUSE = 50;
const RETRY = 5000;
/** The most topics of a stream, because the length of an address is limited. */
const MOST = 100;

/** The addresses of the tabs: what a tab follows, and the address with the position of its page. */
const tabs = new Map();
let events = null;
/** What the open stream follows. */
let followed = [];
let timer;

/** Returns what an address follows: the address without the position. */
function topicOf(address) {
  const url = new URL(address, location.href);
  url.searchParams.delete("after");
  return url.pathname + url.search;
}

function notify(kind, topic) {
  for (const [port, tab] of tabs) {
    if (tab.topic && (topic === undefined || tab.topic === topic)) port.postMessage(kind);
  }
}

function open() {
  // The oldest position of each topic, so that no tab misses a change.
  const addresses = new Map();
  for (const { topic, address } of [...tabs.values()].sort((one, other) => one.at - other.at)) {
    if (topic && !addresses.has(topic)) addresses.set(topic, address);
  }
  const topics = [...addresses.keys()].sort().slice(0, MOST);
  const isOpen = events && events.readyState !== EventSource.CLOSED;
  if (topics.join(" ") === followed.join(" ") && (isOpen || topics.length === 0)) return;
  events?.close();
  events = null;
  followed = topics;
  if (topics.length === 0) return;
  const query = new URLSearchParams(topics.map((topic) => ["page", addresses.get(topic)]));
  const stream = new EventSource(`/console/live/pages?${query}`);
  events = stream;
  for (const kind of ["change", "end"]) stream.addEventListener(kind, ({ data }) => notify(kind, topics[Number(data)]));
  stream.addEventListener("open", () => notify("open"));
  stream.addEventListener("error", () => {
    notify("error");
    if (stream.readyState === EventSource.CLOSED) plan(RETRY);
  });
}

function plan(pause) {
  clearTimeout(timer);
  timer = setTimeout(open, pause);
}

addEventListener("connect", ({ ports: [port] }) => {
  port.onmessage = ({ data: address }) => {
    const topic = address && topicOf(address);
    const before = tabs.get(port)?.topic;
    tabs.set(port, { topic, address, at: Date.now() });
    if (!topic) tabs.delete(port);
    if (topic === before) return;
    plan(PAUSE);
    // A stream that is open already follows the topic.
    if (topic && followed.includes(topic) && events?.readyState === EventSource.OPEN) port.postMessage("open");
  };
});
