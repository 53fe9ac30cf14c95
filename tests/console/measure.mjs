// Measures large pages and live pages. Prints a line for each number, with the bound that it should meet; the exit status is 1 if one does not. Use
// a release build.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { launch, Tab } from "./support/browser.mjs";
import { createMachines } from "./support/machines.mjs";
import { activitiesUrl, executionsUrl, executionUrl, machinesUrl, machineUrl } from "./support/pages.mjs";
import { Server, Tasks, until } from "./support/server.mjs";

const parts = process.argv.slice(2);
const isChosen = (part) => parts.length === 0 || parts.includes(part);
let failures = 0;

/** Prints a number. */
function report(what, value, unit, most) {
  const isGood = value <= most;
  if (!isGood) failures += 1;
  console.log(`${isGood ? "ok  " : "SLOW"} ${what}: ${value.toFixed(value < 10 ? 1 : 0)} ${unit} (at most ${most})`);
}

/** How many times a page is measured. */
const ROUNDS = Number(process.env.ROUNDS ?? 5);

/** Other programs of the machine only make times longer. */
const least = (values) => Math.min(...values);

/** The time from the start of a navigation to its first paint, the time of the server, and the size. */
function pageTimes(page) {
  return page.evaluate(async () => {
    const paint = await new Promise((resolve) => {
      new PerformanceObserver((list) => {
        const entry = list.getEntriesByName("first-contentful-paint")[0];
        if (entry) resolve(entry.startTime);
      }).observe({ type: "paint", buffered: true });
    });
    const [page] = performance.getEntriesByType("navigation");
    return { server: page.responseEnd - page.requestStart, paint, size: page.decodedBodySize };
  });
}

/** What an empty page costs in this browser on this machine: no page can be faster. */
const floor = { newTab: 0, sameTab: 0 };

/** Measures an empty page of a server of Node, in a new tab and in a tab that shows another page of it. */
async function measureFloor(browser) {
  const empty = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>Empty</title><p>Empty</p>");
  });
  await new Promise((resolve) => empty.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${empty.address().port}/`;
  const samples = { newTab: [], sameTab: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const tab = await Tab.open(browser, { url });
    await tab.goto("/");
    samples.newTab.push((await pageTimes(tab.page)).paint);
    await tab.goto("/?next");
    samples.sameTab.push((await pageTimes(tab.page)).paint);
    await tab.close();
  }
  empty.close();
  floor.newTab = least(samples.newTab);
  floor.sameTab = least(samples.sameTab);
  console.log(`     an empty page: first paint in a new tab ${floor.newTab.toFixed(0)} ms, in the same tab ${floor.sameTab.toFixed(0)} ms`);
}

/** Returns the bytes of a page, its style sheets and its scripts, compressed. */
async function compressedSize(server, path) {
  const load = async (url) => Buffer.from(await (await fetch(new URL(url, server.url))).arrayBuffer());
  const page = await load(path);
  const assets = [...page.toString().matchAll(/(?:href|src)="(\/console\/assets\/[^"]+)"/g)].map(([, url]) => url);
  const all = await Promise.all(assets.map(load));
  return [page, ...all].reduce((sum, content) => sum + gzipSync(content).length, 0);
}

/**
 * Measures how long a page takes: the response of the server, the first paint, and the slowest frame while a person scrolls. In a new tab, the
 * first paint contains the start of a process of the browser; in a tab that shows another page of the console it does not.
 */
async function measurePage(browser, server, name, path, bounds) {
  const samples = { server: [], newTab: [], sameTab: [], frame: [] };
  let size = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const tab = await Tab.open(browser, server);
    await tab.goto(path);
    const first = await pageTimes(tab.page);
    samples.newTab.push(first.paint);
    samples.server.push(first.server);
    size = first.size;
    samples.frame.push(await tab.page.evaluate(slowestFrame));
    await tab.goto(activitiesUrl);
    await tab.goto(path);
    const next = await pageTimes(tab.page);
    samples.sameTab.push(next.paint);
    samples.server.push(next.server);
    tab.check();
    await tab.close();
  }
  report(`${name}: response of the server (${Math.round(size / 1024)} KiB)`, least(samples.server), "ms", bounds.server);
  report(`${name}: first paint`, least(samples.sameTab), "ms", bounds.paint);
  report(`${name}: first paint in a new tab`, least(samples.newTab), "ms", bounds.paint + floor.newTab);
  report(`${name}: slowest frame while scrolling`, least(samples.frame), "ms", bounds.frame);
  report(`${name}: page and assets, compressed`, (await compressedSize(server, path)) / 1024, "KiB", 150);
}

/** Scrolls through the page, and returns the longest time between two frames. */
async function slowestFrame() {
  const nextFrame = () => new Promise(requestAnimationFrame);
  const boxes = [document.scrollingElement, ...document.querySelectorAll(".picture, .scroll")];
  let slowest = 0;
  let last = await nextFrame();
  for (let step = 0; step < 60; step++) {
    for (const box of boxes) box.scrollTop += (box.scrollHeight - box.clientHeight) / 60;
    const frame = await nextFrame();
    slowest = Math.max(slowest, frame - last);
    last = frame;
  }
  return slowest;
}

/** A chain of Pass states and Choice states. */
function chain(length) {
  const States = {};
  for (let index = 0; index < length; index++) {
    const Next = `State ${index + 1}`;
    const skip = `State ${Math.min(index + 3, length)}`;
    States[`State ${index}`] =
      index % 5 === 4 ? { Type: "Choice", Choices: [{ Variable: "$.skip", BooleanEquals: true, Next: skip }], Default: Next } : { Type: "Pass", Next };
  }
  States[`State ${length}`] = { Type: "Succeed" };
  return { StartAt: "State 0", States };
}

/** A loop that writes five events in each round. */
const loop = {
  QueryLanguage: "JSONata",
  StartAt: "Begin",
  States: {
    Begin: { Type: "Pass", Assign: { round: 0 }, Next: "Count" },
    Count: { Type: "Pass", Assign: { round: "{% $round + 1 %}" }, Next: "Again?" },
    "Again?": { Type: "Choice", Choices: [{ Condition: "{% $round < $states.input.rounds %}", Next: "Count" }], Default: "Done" },
    Done: { Type: "Succeed" },
  },
};

/** A Map with a state in each iteration. */
const wideMap = {
  QueryLanguage: "JSONata",
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      Items: "{% [1..$states.input.items] %}",
      ItemProcessor: { StartAt: "Work", States: { Work: { Type: "Pass", End: true } } },
      Output: {},
      End: true,
    },
  },
};

async function measurePages(browser) {
  const tasks = await Tasks.start();
  const server = await Server.start(...tasks.bindings());
  const machines = await createMachines(server);
  // The first page of a new browser also starts its processes.
  const warm = await Tab.open(browser, server);
  await warm.goto(machinesUrl);
  await warm.close();
  await measureFloor(browser);

  const bounds = { server: 50, paint: 100, frame: 100 };
  await measurePage(browser, server, "state machines", machinesUrl, bounds);
  const small = await server.start(machines["order-processing"], { gift: true, order: "x", items: [{}, {}] });
  await server.reaches(small, "SUCCEEDED");
  await measurePage(browser, server, "a small execution", executionUrl(small), bounds);

  const large = await server.create("chain", chain(299));
  const path = await server.start(large, { skip: false });
  await server.reaches(path, "SUCCEEDED");
  await measurePage(browser, server, "a diagram of 300 states", machineUrl("chain"), { server: 200, paint: 400, frame: 100 });
  await measurePage(browser, server, "an execution of 300 states", executionUrl(path), { server: 200, paint: 500, frame: 100 });

  const looping = await server.start(await server.create("loop", loop), { rounds: 6_240 });
  await server.reaches(looping, "SUCCEEDED");
  await measurePage(browser, server, "25,000 events of a loop", executionUrl(looping), { server: 300, paint: 500, frame: 100 });
  await measurePage(browser, server, "25,000 events, as a list", executionUrl(looping, { view: "events" }), { server: 300, paint: 400, frame: 100 });
  await measurePage(browser, server, "25,000 events, filtered", executionUrl(looping, { view: "events", text: "no such text" }), { server: 500, paint: 600, frame: 100 });
  const mapped = await server.start(await server.create("wide-map", wideMap), { items: 6_200 });
  await server.reaches(mapped, "SUCCEEDED");
  await measurePage(browser, server, "25,000 events of a Map", executionUrl(mapped), { server: 300, paint: 500, frame: 100 });
  await measurePage(browser, server, "the Map of 6,200 iterations", executionUrl(mapped, { visit: "0" }), { server: 300, paint: 500, frame: 100 });

  await startMany(server, machines["order-processing"], 10_000, 32);
  await measurePage(browser, server, "10,000 executions", executionsUrl(), { server: 50, paint: 150, frame: 100 });
  await measurePage(browser, server, "10,000 executions, by name", executionsUrl({ name: "no such name" }), { server: 300, paint: 400, frame: 100 });
  await measurePage(browser, server, "10,000 executions, by text", executionsUrl({ text: "no such text" }), { server: 500, paint: 600, frame: 100 });
  await measurePage(browser, server, "state machines, after 10,000 executions", machinesUrl, { server: 100, paint: 200, frame: 100 });
  await server.stop();
  tasks.stop();
}

/** Starts executions on several connections; `perSecond` of them in a second. */
async function startMany(server, stateMachineArn, count, connections, perSecond = Infinity) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const body = JSON.stringify({ stateMachineArn, input: '{"gift": true, "order": "x", "items": [{}]}' });
  const headers = { "x-amz-target": "AWSStepFunctions.StartExecution", "content-type": "application/x-amz-json-1.0" };
  const send = () =>
    new Promise((resolve, reject) => {
      const sent = request(server.url, { method: "POST", agent, headers }, (response) => {
        response.resume();
        response.on("end", () => (response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`))));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  const begin = Date.now();
  let started = 0;
  const worker = async () => {
    while (started < count) {
      const due = begin + (1000 * started) / perSecond;
      started += 1;
      if (due > Date.now()) await new Promise((resolve) => setTimeout(resolve, due - Date.now()));
      await send();
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return count / ((Date.now() - begin) / 1000);
}

/** A Distributed Map whose last child fails. */
const distributedMap = {
  QueryLanguage: "JSONata",
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      Items: "{% [1..$states.input.items] %}",
      ToleratedFailurePercentage: 100,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Is it the last?",
        States: {
          "Is it the last?": { Type: "Choice", Choices: [{ Condition: "{% $states.input = 10000 %}", Next: "Refuse" }], Default: "Done" },
          Refuse: { Type: "Fail", Error: "Refused" },
          Done: { Type: "Succeed" },
        },
      },
      Output: {},
      End: true,
    },
  },
};

/** Measures all pages of a store with 25,000 executions, of which some wait or failed, and of a Map Run of 10,000. */
async function measureMany() {
  const REQUESTS = 60;
  for (const options of [[], ["--index"]]) {
    const folder = mkdtempSync(join(tmpdir(), "stepwright-"));
    const tasks = await Tasks.start();
    const server = await Server.start(...tasks.bindings(), "--store", join(folder, "orders.db"), ...options);
    const machines = await createMachines(server);
    const mapped = await server.start(await server.create("distributed", distributedMap), { items: 10_000 });
    await server.reaches(mapped, "SUCCEEDED");
    const runs = await server.call("ListMapRuns", { executionArn: mapped });
    const { mapRunArn } = runs.mapRuns[0];
    const open = await server.start(machines.approval, {});
    await startMany(server, machines["order-processing"], 23_000, 32);
    await startMany(server, machines.approval, 2_000, 32);
    await startMany(server, await server.create("failing", { StartAt: "Stop", States: { Stop: { Type: "Fail", Error: "Stopped", Cause: "by hand" } } }), 500, 32);
    const day = new Date().toISOString().slice(0, 10);
    const pages = [
      ["state machines", machinesUrl],
      ["a state machine", machineUrl("order-processing")],
      ["executions", executionsUrl()],
      ["executions of a machine", executionsUrl({ machine: "approval" })],
      ["executions that run", executionsUrl({ status: "RUNNING" })],
      ["executions that failed", executionsUrl({ status: "FAILED" })],
      ["executions with a name", executionsUrl({ name: "no such name" })],
      ["executions with an error", executionsUrl({ error: "Stopped" })],
      ["executions of a day", executionsUrl({ from: day })],
      ["executions with a text", executionsUrl({ text: "no such text" })],
      ["waiting for you", "/console/waiting"],
      ["failures", "/console/failures"],
      ["an execution that waits", executionUrl(open)],
      ["an execution with a Map Run of 10,000", executionUrl(mapped)],
      ["a Map Run of 10,000", `/console/map-run?${new URLSearchParams({ arn: mapRunArn })}`],
      ["the children that failed", `/console/map-run?${new URLSearchParams({ arn: mapRunArn, status: "FAILED" })}`],
    ];
    const store = options.length > 0 ? "25,000 executions and an index" : "25,000 executions";
    for (const [name, path] of pages) {
      const times = [];
      for (let round = 0; round < REQUESTS; round++) {
        const begin = performance.now();
        const response = await fetch(new URL(path, server.url));
        await response.text();
        times.push(performance.now() - begin);
        if (response.status !== 200) throw new Error(`${path} has the status ${response.status}`);
      }
      times.sort((one, other) => one - other);
      report(`${store}: ${name}, p95`, times[Math.floor(REQUESTS * 0.95)], "ms", 300);
    }
    await server.stop();
    tasks.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Measures the filter by text over a store with and without an index, and how many executions a second start in each. */
async function measureIndex(browser) {
  for (const options of [[], ["--index"]]) {
    const folder = mkdtempSync(join(tmpdir(), "stepwright-"));
    const tasks = await Tasks.start();
    const server = await Server.start(...tasks.bindings(), "--store", join(folder, "orders.db"), ...options);
    const machines = await createMachines(server);
    const name = options.length > 0 ? "a store of 10,000 executions with an index" : "a store of 10,000 executions";
    const rare = await server.start(machines["order-processing"], { gift: true, order: "the only one", items: [{}] });
    await server.reaches(rare, "SUCCEEDED");
    const rate = await startMany(server, machines["order-processing"], 10_000, 32);
    console.log(`     ${name}: ${rate.toFixed(0)} durable starts a second`);
    if (options.length > 0) {
      const pageOf = async () => (await fetch(new URL(executionsUrl({ text: "no such text" }), server.url))).text();
      const begin = Date.now();
      await until("the index is filled", async () => (await pageOf()).includes("which has all executions"), 300);
      console.log(`     ${name}: filled ${((Date.now() - begin) / 1000).toFixed(1)} s after the last start`);
    }
    await measurePage(browser, server, `${name}, by a rare text`, executionsUrl({ text: "the only one" }), { server: 500, paint: 600, frame: 100 });
    await measurePage(browser, server, `${name}, by a common text`, executionsUrl({ text: "order" }), { server: 500, paint: 600, frame: 100 });
    await server.stop();
    tasks.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Opens the stream of a page; each event loads the page, as the script does. */
function openLivePage(server, page, live) {
  const agent = new Agent({ keepAlive: true });
  const state = { loads: 0, close: () => agent.destroy() };
  const load = () =>
    request(new URL(page, server.url), { agent }, (response) => {
      response.resume();
      state.loads += 1;
    })
      .on("error", () => {})
      .end();
  request(new URL(live, server.url), { agent }, (response) => {
    response.on("data", (chunk) => {
      if (chunk.toString().includes("event: change")) load();
    });
    response.on("error", () => {});
  })
    .on("error", () => {})
    .end();
  return state;
}

/** Returns the CPU time of a process in seconds. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  const TICKS = 100;
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Measures what live pages cost while executions are started: the CPU time of the server with and without them. */
async function measureLivePages() {
  const SECONDS = 15;
  const RATE = 1_000;
  const PAGES = 50;
  const tasks = await Tasks.start();
  const server = await Server.start(...tasks.bindings());
  const machines = await createMachines(server);
  const open = await server.start(machines.delivery, { order: "open" });
  const run = async (name) => {
    const before = cpu(server.child.pid);
    const begin = Date.now();
    const rate = await startMany(server, machines["order-processing"], SECONDS * RATE, 16, RATE);
    const percent = (100 * (cpu(server.child.pid) - before)) / ((Date.now() - begin) / 1000);
    console.log(`     ${name}: ${percent.toFixed(1)} % of a core, ${rate.toFixed(0)} starts a second`);
    return percent;
  };
  await run("warming up");
  const live = "/console/live";
  const cases = [
    ["50 live lists of executions", executionsUrl(), live],
    ["50 live lists of state machines", machinesUrl, live],
    ["50 live pages of a state machine", machineUrl("order-processing"), live],
    ["50 live pages of an execution that waits", executionUrl(open), `/console/live/execution?arn=${encodeURIComponent(open)}`],
  ];
  for (const [name, page, stream] of cases) {
    const alone = await run("without pages");
    const pages = Array.from({ length: PAGES }, () => openLivePage(server, page, stream));
    const percent = await run(`with ${name}`);
    const loads = pages.reduce((sum, { loads }) => sum + loads, 0);
    for (const one of pages) one.close();
    report(`${name}, ${(loads / SECONDS).toFixed(0)} loads a second`, percent - alone, "% of a core", 5);
    await until("the streams have ended", () => true);
  }
  await server.stop();
  tasks.stop();
}

if (isChosen("pages") || isChosen("index")) {
  const browser = await launch();
  if (isChosen("pages")) await measurePages(browser);
  if (isChosen("index")) await measureIndex(browser);
  await browser.close();
}
if (isChosen("many")) await measureMany();
if (isChosen("live")) await measureLivePages();
process.exitCode = failures > 0 ? 1 : 0;
