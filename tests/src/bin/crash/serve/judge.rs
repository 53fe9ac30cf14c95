//! Compares the data of the last server with the requests of the clients.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::api::Api;
use super::inventory::{self, Described, MapRun};
use super::ledger::Ledger;
use super::machines::{PROBE, kind};
use super::reference::Outputs;
use super::registers::Resource;
use crate::child::LOG;
use crate::history::{NestedStart, TaskHistory, origin};
use crate::machines;
use crate::verdict::{Broken, Verdict};

/// How many executions are described at a time.
const PARALLEL: usize = 8;
/// How many milliseconds after an acknowledged stop a request of a task may still arrive.
const ARRIVES: u64 = 2_000;
/// How many children each Map Run has.
const CHILDREN: u64 = 3;
/// How many events of a history are printed.
const SHOWN: usize = 4;

/// A nested execution.
struct Child {
    arn: String,
    output: Option<Value>,
}

/// The outcomes of executions that decide the outcomes of other executions.
struct Judge<'a> {
    ledger: Ledger,
    outputs: &'a Outputs,
    verdict: Verdict,
    /// The executions that states started, by the origin in their inputs.
    children: HashMap<String, Vec<Child>>,
    /// The states that start executions, with the ARN and the status of their execution.
    starts: Vec<(String, String, NestedStart)>,
    /// Standard children of Map Runs, which are in no list of a machine, with the status of the
    /// parent.
    of_map_runs: HashMap<String, String>,
    /// Executions that no client stopped, with the origins in their inputs. Their parents must have
    /// been stopped.
    aborted: Vec<(String, String)>,
    /// The executions that were stopped.
    stopped: HashSet<String>,
}

/// Judges everything. The executions in `stuck` still run though nothing prevents their end.
pub(crate) async fn judge(
    api: &Arc<Api>,
    folder: &Path,
    outputs: &Outputs,
    stuck: &BTreeSet<String>,
) -> Result<Verdict, Broken> {
    let mut verdict = Verdict::default();
    let ledger = Ledger::read(&folder.join(LOG), &mut verdict)?;
    let mut judge = Judge {
        ledger,
        outputs,
        verdict,
        children: HashMap::new(),
        starts: Vec::new(),
        of_map_runs: HashMap::new(),
        aborted: Vec::new(),
        stopped: HashSet::new(),
    };
    let mut arns: BTreeSet<String> = judge.ledger.starts.keys().chain(stuck).cloned().collect();
    for machine in inventory::machines(api).await? {
        let listed = inventory::executions(api, &machine, None).await?;
        let mut once = HashSet::new();
        for arn in listed {
            if !once.insert(arn.clone()) {
                judge
                    .verdict
                    .twice(format!("the list of {machine} has {arn} twice"));
            }
            // What clients started is in the ledger; the probes are not.
            arns.insert(arn);
        }
    }
    judge.all(api, arns).await?;
    let children: BTreeSet<String> = judge.of_map_runs.keys().cloned().collect();
    judge.all(api, children).await?;
    judge.nested();
    judge.aborted();
    judge.unknown();
    judge.registers(api).await?;
    Ok(judge.verdict)
}

impl Judge<'_> {
    async fn all(&mut self, api: &Arc<Api>, arns: BTreeSet<String>) -> Result<(), Broken> {
        let mut arns = arns.into_iter();
        let mut described = JoinSet::new();
        loop {
            while described.len() < PARALLEL
                && let Some(arn) = arns.next()
            {
                let has_map_runs = ["spread", "sow"].contains(&kind(machine_of(&arn)));
                described.spawn(inventory::describe(api.clone(), arn, has_map_runs));
            }
            match described.join_next().await {
                Some(one) => self.one(one.map_err(|error| error.to_string())??),
                None => return Ok(()),
            }
        }
    }

    /// Judges one execution.
    fn one(&mut self, described: Described) {
        let Described {
            arn,
            description,
            events,
            map_runs,
        } = described;
        let machine = machine_of(&arn).to_owned();
        let start = self.ledger.starts.get(&arn);
        let Some(description) = description else {
            if let Some(acknowledged) = start.and_then(|start| start.acknowledged) {
                self.verdict.lost(format!(
                    "{arn}: request {} started it, and it is not there",
                    acknowledged.0
                ));
            }
            return;
        };
        if kind(&machine) == PROBE {
            return;
        }
        self.verdict.executions += 1;
        let text = |member: &str| description[member].as_str();
        let data = |member: &str| -> Option<Value> {
            text(member).and_then(|data| serde_json::from_str(data).ok())
        };
        let status = text("status").unwrap_or_default().to_owned();
        let (input, output) = (data("input").unwrap_or_default(), data("output"));
        if start.is_some_and(|start| start.input != input) {
            self.verdict.broken(format!("{arn} has the input {input}"));
        }
        let origin = origin(&input);
        let is_of_client = start.is_some();
        if let Some(origin) = origin.clone().filter(|_| !is_of_client) {
            let (arn, output) = (arn.clone(), output.clone());
            self.children
                .entry(origin)
                .or_default()
                .push(Child { arn, output });
        } else if !is_of_client && !self.of_map_runs.contains_key(&arn) {
            self.verdict
                .broken(format!("no client and no state started {arn}: {input}"));
        }
        if status == "RUNNING" {
            let last = events.iter().rev().take(SHOWN).map(|event| event.summary());
            let last: Vec<String> = last.collect();
            self.verdict.stuck(format!(
                "{arn} still runs; its last events: {}",
                last.join(", ")
            ));
            // Its history has no end, and its attempts may be open.
            self.ledger.executions.remove(&arn);
            return;
        }
        if status == "ABORTED" {
            self.stopped.insert(arn.clone());
        }
        self.end(&arn, &machine, &status, output, &description, &input);
        self.ledger.compare(&arn, &description, &mut self.verdict);
        let logged = self.ledger.executions.remove(&arn).unwrap_or_default();
        let history = TaskHistory::read(&arn, events, &mut self.verdict);
        history.compare(&arn, &logged, &mut self.verdict);
        let stop = self
            .ledger
            .stops
            .get(&arn)
            .and_then(|stop| stop.acknowledged);
        if let Some((number, at)) = stop
            && let Some(late) = logged.attempts.iter().find(|begun| begun.at > at + ARRIVES)
        {
            self.verdict.undone(format!(
                "{arn}: request {number} stopped it at {at}, and {:?} began at {}",
                late.attempt, late.at
            ));
        }
        let starts = history.starts.into_iter();
        self.starts
            .extend(starts.map(|start| (arn.clone(), status.clone(), start)));
        for run in map_runs {
            self.map_run(&arn, &status, run);
        }
    }

    /// Checks the status and the output.
    fn end(
        &mut self,
        arn: &str,
        machine: &str,
        status: &str,
        output: Option<Value>,
        description: &Value,
        input: &Value,
    ) {
        let parent = self.of_map_runs.get(arn).map(String::as_str);
        if status == "ABORTED" {
            if !self.ledger.stops.contains_key(arn) && parent != Some("ABORTED") {
                let origin = origin(input).unwrap_or_default();
                self.aborted.push((arn.to_owned(), origin));
            }
            return;
        }
        let expected = match (parent.is_some(), kind(machine)) {
            (true, "spread") => Some(machines::output_of_child(input)),
            (true, _) => Some(json!({"has_arn": true})),
            (false, "faulty") => {
                let failure = (
                    status,
                    description["error"].as_str(),
                    description["cause"].as_str(),
                );
                if failure != ("FAILED", Some("Refused"), Some("by design")) {
                    self.verdict.broken(format!("{arn} ended {failure:?}"));
                }
                return;
            }
            (false, kind) => self.outputs.of(kind, input),
        };
        if status != "SUCCEEDED" || output != expected {
            let (error, cause) = (&description["error"], &description["cause"]);
            let found = output.unwrap_or_default();
            let expected = expected.unwrap_or_default();
            self.verdict.broken(format!(
                "{arn} ended {status} ({error}: {cause}) with {found}, and {expected} was expected"
            ));
        }
    }

    fn map_run(&mut self, parent: &str, status: &str, run: MapRun) {
        let MapRun {
            description,
            children,
        } = run;
        let arn = description["mapRunArn"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let is_express = arn.contains("/express:");
        let counts = &description["itemCounts"];
        let ended = (
            description["status"].as_str().unwrap_or_default(),
            counts["succeeded"].as_u64(),
        );
        if status == "SUCCEEDED" && ended != ("SUCCEEDED", Some(CHILDREN)) {
            self.verdict
                .broken(format!("{parent}: {arn} ended {ended:?}: {counts}"));
        }
        if description["status"] == "RUNNING" {
            self.verdict
                .stuck(format!("{parent} ended {status}, and {arn} still runs"));
        }
        if status == "SUCCEEDED" && !is_express && children.len() as u64 != CHILDREN {
            self.verdict
                .lost(format!("{parent}: {arn} has {} children", children.len()));
        }
        self.of_map_runs
            .extend(children.into_iter().map(|child| (child, status.to_owned())));
    }

    /// Compares the states that start executions with the executions that they started.
    fn nested(&mut self) {
        let mut known = HashSet::new();
        for (parent, status, start) in &self.starts {
            let NestedStart {
                origin,
                execution,
                result,
            } = start;
            known.insert(origin.as_str());
            let children = self.children.get(origin).map_or(&[][..], Vec::as_slice);
            let arns: Vec<&str> = children.iter().map(|child| child.arn.as_str()).collect();
            if arns.len() > 1 {
                self.verdict.twice(format!(
                    "{parent} ({status}): {origin} has the children {arns:?}"
                ));
            }
            match execution {
                Some(execution) if !arns.contains(&execution.as_str()) => self.verdict.lost(format!(
                    "{parent} ({status}): {origin} started {execution}, and its children are {arns:?}"
                )),
                None if status == "SUCCEEDED" => self.verdict.broken(format!("{parent} succeeded, and {origin} started no execution")),
                _ => {}
            }
            let output = result.as_ref().and_then(|result| result.get("Output"));
            let text = |value: &Value| {
                value
                    .as_str()
                    .and_then(|text| serde_json::from_str(text).ok())
            };
            if let (Some(output), Some(child)) = (output, children.first()) {
                let output = text(output).unwrap_or_else(|| output.clone());
                if child.output.as_ref() != Some(&output) {
                    self.verdict.broken(format!(
                        "{parent}: {origin} has the output {output}, and {} has {:?}",
                        child.arn, child.output
                    ));
                }
            }
        }
        for (origin, children) in &self.children {
            // Express children have no history. The name makes their second start the same
            // execution.
            let is_express = origin.contains("/x-");
            let arns: Vec<&str> = children.iter().map(|child| child.arn.as_str()).collect();
            if is_express && arns.len() > 1 {
                self.verdict
                    .twice(format!("{origin} has the children {arns:?}"));
            }
            if !is_express && !known.contains(origin.as_str()) && !self.is_open(origin) {
                self.verdict
                    .broken(format!("no state has the origin {origin} of {arns:?}"));
            }
        }
    }

    /// Checks that the parents of nested executions that were aborted were aborted.
    fn aborted(&mut self) {
        for (arn, origin) in &self.aborted {
            let parent = origin.rsplit_once('/').map_or("", |(parent, _)| parent);
            if !self.stopped.contains(parent) {
                self.verdict.broken(format!(
                    "{arn} is aborted; no client stopped it, and its parent `{parent}` is not aborted"
                ));
            }
        }
    }

    /// Whether the history of a starter was not read, because it still runs.
    fn is_open(&self, origin: &str) -> bool {
        let parent = origin.rsplit_once('/').map_or("", |(parent, _)| parent);
        !self.starts.iter().any(|(arn, _, _)| arn == parent)
    }

    /// Tasks must not run for executions that do not exist.
    fn unknown(&mut self) {
        for (arn, logged) in &self.ledger.executions {
            // Express children are not stored.
            if !arn.contains(":express:") && !logged.attempts.is_empty() {
                self.verdict
                    .broken(format!("tasks of {arn} ran, and it does not exist"));
            }
        }
    }

    /// Compares the resources of the control plane with the contents that they may have.
    async fn registers(&mut self, api: &Api) -> Result<(), Broken> {
        let resources: Vec<(Resource, String)> =
            self.ledger.registers.resources().cloned().collect();
        for (resource, arn) in resources {
            let (operation, member, absent) = resource.describe();
            let content = match api.read(operation, &json!({ member: arn })).await {
                Ok(described) => Some(resource.content(&described)),
                Err(error) if error.contains(absent) => None,
                Err(error) => return Err(error),
            };
            self.ledger
                .registers
                .finish(resource, &arn, content, &mut self.verdict);
        }
        Ok(())
    }
}

/// The name of the machine of an execution, without the label of a Distributed Map.
fn machine_of(arn: &str) -> &str {
    let machine = arn.split(':').nth(6).unwrap_or_default();
    machine.split('/').next().unwrap_or_default()
}
