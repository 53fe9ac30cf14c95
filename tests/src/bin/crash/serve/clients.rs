//! The clients that start, stop, describe and list executions.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::api::{Api, Outcome};
use super::machines::{Family, MACHINE_ARN};
use crate::child::INPUTS;
use crate::verdict::Kind;
use crate::world::World;

/// The static machines that clients start, with their shares of the starts.
const SHARES: [(&str, u64); 10] = [
    ("chain", 3),
    ("fan", 2),
    ("counting", 1),
    ("approval", 3),
    ("call", 2),
    ("picking", 3),
    ("spread", 2),
    ("hold", 2),
    ("launch", 3),
    ("inner", 2),
];
/// The most executions of one list.
const PAGE: usize = 1_000;

/// What the clients do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Working,
    /// They start nothing.
    Paused,
    /// They repeat requests with an unknown outcome, and end.
    Ending,
}

/// A start that a client requests, possibly more than once.
#[derive(Clone, Debug)]
struct Start {
    /// The name of the machine.
    machine: String,
    /// Its ARN, or that of a version or an alias.
    target: String,
    name: String,
    input: Value,
}

/// The clients, with their shared state.
pub(crate) struct Clients {
    api: Arc<Api>,
    world: Arc<World>,
    phase: watch::Receiver<Phase>,
    /// The numbers of the families that are complete.
    families: Mutex<Vec<u32>>,
    /// Starts with an unknown outcome.
    unsettled: Mutex<Vec<Start>>,
    /// The executions that were acknowledged, with their dates, by machine.
    acknowledged: Mutex<HashMap<String, Vec<(String, f64)>>>,
    number: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Clients {
    pub(crate) fn new(
        api: Arc<Api>,
        world: Arc<World>,
        phase: watch::Receiver<Phase>,
    ) -> Arc<Self> {
        Arc::new(Self {
            api,
            world,
            phase,
            families: Mutex::default(),
            unsettled: Mutex::default(),
            acknowledged: Mutex::default(),
            number: AtomicU64::new(1),
        })
    }

    /// Adds a family that is complete.
    pub(crate) fn add_family(&self, number: u32) {
        lock(&self.families).push(number);
    }

    /// Starts the clients, which work until the phase is [`Phase::Ending`].
    pub(crate) fn work(self: &Arc<Self>, clients: usize) -> JoinSet<()> {
        let mut all = JoinSet::new();
        for _ in 0..clients {
            let client = self.clone();
            all.spawn(async move {
                while client.phase().await == Phase::Working {
                    client.act().await;
                    client.pause(150).await;
                }
                while let Some(start) = client.unsettled() {
                    client.start(start).await;
                    client.pause(20).await;
                }
            });
        }
        all
    }

    /// Waits while the clients are paused, or until a family exists.
    async fn phase(&self) -> Phase {
        let mut phase = self.phase.clone();
        loop {
            let now = phase.wait_for(|phase| *phase != Phase::Paused).await;
            let now = now.map_or(Phase::Ending, |phase| *phase);
            if now == Phase::Ending || !lock(&self.families).is_empty() {
                return now;
            }
            self.pause(20).await;
        }
    }

    async fn pause(&self, millis: u64) {
        let millis = millis / 5 + self.world.below(millis);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    fn unsettled(&self) -> Option<Start> {
        let mut unsettled = lock(&self.unsettled);
        if unsettled.is_empty() {
            None
        } else {
            Some(unsettled.remove(0))
        }
    }

    async fn act(&self) {
        let chosen = self.world.below(20);
        if chosen == 0 {
            return self.list().await;
        }
        if chosen < 5
            && let Some(start) = self.unsettled()
        {
            drop(self.start(start).await);
            return;
        }
        let Some(execution) = self.start(self.choose()).await else {
            return;
        };
        match self.world.below(10) {
            0..=2 => self.stop(&execution).await,
            3..=6 => self.follow(&execution).await,
            _ => {}
        }
    }

    /// Chooses a machine, its version or alias, and an input.
    fn choose(&self) -> Start {
        let families = lock(&self.families).clone();
        let chosen = usize::try_from(self.world.below(families.len() as u64)).unwrap_or(0);
        let family = Family {
            number: families.get(chosen).copied().unwrap_or(1),
        };
        let statics = SHARES.map(|(kind, share)| (kind.to_owned(), share));
        let machines: Vec<(String, u64)> = statics.into_iter().chain(family.started()).collect();
        let mut chosen = self
            .world
            .below(machines.iter().map(|(_, share)| share).sum());
        let found = machines.into_iter().find(|(_, share)| {
            let is_chosen = chosen < *share;
            chosen = chosen.saturating_sub(*share);
            is_chosen
        });
        let (mut machine, _) = found.unwrap_or_default();
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let mut input = json!({"id": number % INPUTS});
        let targets = family.targets();
        let target = &targets[usize::try_from(self.world.below(3)).unwrap_or(0)];
        let name = format!("e-{number}");
        let target = match machine.as_str() {
            "launch" => {
                input["child"] = json!(target);
                format!("{MACHINE_ARN}{machine}")
            }
            "inner" => {
                input["origin"] = json!(format!("client/{name}"));
                machine = family.inner();
                target.clone()
            }
            _ => format!("{MACHINE_ARN}{machine}"),
        };
        Start {
            machine,
            target,
            name,
            input,
        }
    }

    /// Starts an execution, some by two clients at the same time. Returns its ARN when the start is
    /// acknowledged.
    async fn start(&self, start: Start) -> Option<String> {
        let request = json!({
            "stateMachineArn": start.target, "name": start.name, "input": start.input.to_string(),
        });
        let once = || self.api.call("StartExecution", &request);
        let outcomes = match self.world.below(6) {
            0 => {
                let (one, other) = tokio::join!(once(), once());
                vec![one, other]
            }
            _ => vec![once().await],
        };
        let mut arn = None;
        let mut exists = false;
        for outcome in outcomes {
            match outcome {
                Outcome::Success(started) => {
                    let started_at = started["startDate"].as_f64().unwrap_or_default();
                    arn = started["executionArn"].as_str().map(str::to_owned);
                    let known = arn.clone().map(|arn| (arn, started_at));
                    let mut acknowledged = lock(&self.acknowledged);
                    let of_machine = acknowledged.entry(start.machine.clone()).or_default();
                    of_machine.extend(known);
                }
                Outcome::Refused(code) if code == "ExecutionAlreadyExists" => exists = true,
                Outcome::Refused(code) => {
                    let what = format!(
                        "{} with the name {} is refused with {code}",
                        start.target, start.name
                    );
                    let kind = match code.as_str() {
                        "StateMachineDoesNotExist" | "ResourceNotFound" => Kind::Lost,
                        _ => Kind::Broken,
                    };
                    self.api.report(kind, what).await;
                    exists = true;
                }
                Outcome::Unknown => {}
            }
        }
        if arn.is_none() && !exists {
            lock(&self.unsettled).push(start);
        }
        arn
    }

    async fn stop(&self, execution: &str) {
        self.pause(500).await;
        let request =
            json!({"executionArn": execution, "error": "Stopped", "cause": "by a client"});
        // The outcome may be unknown. All later reports must agree with each other.
        drop(self.api.call("StopExecution", &request).await);
        self.follow(execution).await;
    }

    /// Describes an execution a few times, until it is over, and reads its history.
    async fn follow(&self, execution: &str) {
        for _ in 0..5 {
            let request = json!({"executionArn": execution});
            if self.world.below(4) == 0
                && let Err(error) = self.api.read("GetExecutionHistory", &request).await
                && error.contains("ExecutionDoesNotExist")
            {
                self.api
                    .report(Kind::Lost, format!("{execution}: {error}"))
                    .await;
            }
            if let Outcome::Success(described) = self.api.call("DescribeExecution", &request).await
                && described["status"] != "RUNNING"
            {
                return;
            }
            self.pause(200).await;
        }
    }

    /// Lists the executions of a machine, which must include those that were acknowledged.
    async fn list(&self) {
        let acknowledged: Vec<(String, Vec<(String, f64)>)> = {
            let acknowledged = lock(&self.acknowledged);
            let chosen =
                usize::try_from(self.world.below(acknowledged.len().max(1) as u64)).unwrap_or(0);
            let chosen = acknowledged.iter().nth(chosen);
            chosen
                .map(|(machine, known)| (machine.clone(), known.clone()))
                .into_iter()
                .collect()
        };
        let Some((machine, known)) = acknowledged.into_iter().next() else {
            return;
        };
        let request =
            json!({"stateMachineArn": format!("{MACHINE_ARN}{machine}"), "maxResults": PAGE});
        // A server that cannot respond does not hide executions.
        let Ok(listed) = self.api.read("ListExecutions", &request).await else {
            return;
        };
        let rows = listed["executions"].as_array().cloned().unwrap_or_default();
        let arns: HashSet<&str> = rows
            .iter()
            .filter_map(|row| row["executionArn"].as_str())
            .collect();
        if arns.len() < rows.len() {
            let what = format!(
                "a list of {machine} has {} rows of {} executions",
                rows.len(),
                arns.len()
            );
            self.api.report(Kind::Twice, what).await;
        }
        let oldest = rows
            .last()
            .and_then(|row| row["startDate"].as_f64())
            .unwrap_or_default();
        let is_whole = listed["nextToken"].is_null();
        for (arn, started) in known {
            if (is_whole || started > oldest) && !arns.contains(arn.as_str()) {
                let what = format!(
                    "{arn} was acknowledged at {started}, and a list of {} rows from {oldest} on omits it",
                    rows.len()
                );
                self.api.report(Kind::Lost, what).await;
            }
        }
    }
}
