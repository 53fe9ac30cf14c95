// The pages of the console, for a server with the executions of `machines.mjs`.

import { UNICODE } from "./machines.mjs";

const url = (path, params = {}) => {
  const query = new URLSearchParams(params).toString();
  return query ? `/console${path}?${query}` : `/console${path}`;
};

export const machinesUrl = url("");
export const machineUrl = (name, tab = "") => url("/machine", { name, ...(tab && { tab }) });
export const executionsUrl = (filter = {}) => url("/executions", filter);
export const executionUrl = (arn, params = {}) => url("/execution", { arn, ...params });
export const activitiesUrl = url("/activities");

/** Returns the path of each page, with its name and a text that it shows. */
export function pagesOf(world) {
  const { executions, mapRuns } = world;
  const pages = [
    ["machines", machinesUrl, "order-processing"],
    ["machine", machineUrl("order-processing"), "Newest executions"],
    ["definition", machineUrl("order-processing", "definition"), "Check the order"],
    ["definition with diagnostics", machineUrl(UNICODE, "definition"), "SW116"],
    ["policy", machineUrl("order-processing", "policy"), "lambda:InvokeFunction"],
    ["estimate", machineUrl("order-processing", "estimate"), "transitions"],
    ["versions", `${machineUrl("order-processing", "versions")}&old=version+1&new=version+2`, "Send a message"],
    ["no versions", machineUrl("approval", "versions"), "No version is published"],
    ["express machine", machineUrl("greeting"), "Express executions are not stored"],
    ["unicode machine", machineUrl(UNICODE), "<script>alert(1)</script>"],
    ["earlier inputs", machineUrl("order-processing", "inputs"), "Use this input"],
    ["no earlier inputs", machineUrl("greeting", "inputs"), "No execution of this state machine is stored"],
    ["copies", url("/copy", { arn: executions["order-caught"] }), "async fn order_caught_succeeds()"],
    ["copies of a failed execution", url("/copy", { arn: executions["hostile-failed"] }), "async fn hostile_failed_fails()"],
    ["copies of an open execution", url("/copy", { arn: executions["approval-open"] }), "the execution has not ended"],
    ["copies of a Map Run", url("/copy", { arn: executions["import-done"] }), "is a Distributed Map"],
    ["comparison", url("/compare", { arn: executions["order-damaged"] }), "After Is it a gift?"],
    ["comparison of the same path", url("/compare", { arn: executions["order-good"], with: "order-good" }), "Both entered the same states"],
    ["comparison with no other one", url("/compare", { arn: executions["approval-open"] }), "No other execution of this state machine has succeeded"],
    ["start again from a state", executionUrl(executions["nested-failed"], { visit: 0, restart: "open" }), "Start again from here"],
    ["executions", executionsUrl(), "order-good"],
    ["executions of a machine", executionsUrl({ machine: "approval" }), "approval-open"],
    ["executions with a status", executionsUrl({ status: "FAILED" }), "order-damaged"],
    ["executions with a name", executionsUrl({ name: "caught" }), "order-caught"],
    ["executions with an error", executionsUrl({ error: "ItemDamaged" }), "order-damaged"],
    ["executions with a text", executionsUrl({ text: "o-3" }), "order-damaged"],
    ["executions of a time", executionsUrl({ from: "2020-01-01", to: "2020-01-02" }), "No execution passes these filters"],
    ["activities", activitiesUrl, "inspect"],
    ["waiting", url("/waiting"), "Ask for approval"],
    ["failures", url("/failures"), "ItemDamaged"],
    ["definition of a state", url("/machine", { name: "order-processing", state: "Prepare" }), "Definition"],
    ["state that was not entered", executionUrl(executions["order-damaged"], { state: "Prepare" }), "This state was not entered"],
    ["map run with a filter", url("/map-run", { arn: mapRuns.done, status: "FAILED" }), "FileBroken"],
    ["failed nested execution", executionUrl(executions["nested-failed"]), "Root cause"],
    ["map run", url("/map-run", { arn: mapRuns.done }), "Child executions"],
    ["open map run", url("/map-run", { arn: mapRuns.open }), "Child executions"],
  ];
  for (const [name, arn] of Object.entries(executions)) {
    pages.push([`execution ${name}`, executionUrl(arn), name]);
  }
  for (const name of ["order-damaged", "approval-open", "hostile-failed"]) {
    pages.push([`events of ${name}`, executionUrl(executions[name], { view: "events" }), "ExecutionStarted"]);
    pages.push([`data of ${name}`, executionUrl(executions[name], { view: "data" }), "Input"]);
  }
  pages.push(["failed events", executionUrl(executions["order-damaged"], { view: "events", kind: "Failed" }), "MapIterationFailed"]);
  pages.push(["no events", executionUrl(executions["order-damaged"], { view: "events", text: "no such text" }), "No event passes"]);
  return pages.map(([name, path, text]) => ({ name, path, text, status: 200 }));
}

/** The pages about errors. */
export const errorPages = [
  { name: "no such page", path: url("/nothing"), text: "there is no page", status: 404 },
  { name: "no such machine", path: machineUrl("<b>no</b>"), text: "<b>no</b>", status: 404 },
  { name: "no such execution", path: executionUrl("no-arn"), text: "there is no execution", status: 404 },
  { name: "no such map run", path: url("/map-run", { arn: "no-arn" }), text: "there is no Map Run", status: 404 },
  { name: "no parameter", path: url("/execution"), text: "`arn` is missing", status: 400 },
];
