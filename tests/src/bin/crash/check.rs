//! Invariants of the store and the log after the last round.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use stepwright_runtime::store::SqliteStore;
use stepwright_runtime::{Engine, ExecutionFilter, ExecutionReport, Status};

use crate::child::{LOG, STORE};
use crate::children;
use crate::history::{HistoryEvent, TaskHistory};
use crate::log::{self, Line, Log, Stamped};
use crate::logged::LoggedExecution;
use crate::machines;
use crate::reference::Outputs;
use crate::verdict::{Broken, Verdict};
use crate::world::{self, World};

/// The content of the log.
#[derive(Default)]
struct Logs {
    /// The machine and the input of each requested name.
    asked: HashMap<String, (String, u64)>,
    accepted: HashSet<String>,
    executions: HashMap<String, LoggedExecution>,
}

impl Logs {
    fn read(path: &Path, verdict: &mut Verdict) -> Result<Self, Broken> {
        let mut all = Self::default();
        log::for_each(path, |line| all.add(line, verdict))?;
        Ok(all)
    }

    fn of(&mut self, execution: &str) -> &mut LoggedExecution {
        self.executions.entry(execution.to_owned()).or_default()
    }

    fn add(&mut self, stamped: Stamped, verdict: &mut Verdict) {
        match stamped.line {
            Line::TokenRequest { machine, name, id } => {
                self.asked.insert(name, (machine, id));
            }
            Line::Accepted { name, execution } => {
                let machine = self.asked.get(&name).map(|(machine, _)| machine.as_str());
                if machine
                    .map(|machine| machines::arn(machine, &name))
                    .as_ref()
                    != Some(&execution)
                {
                    verdict.broken(format!("{name} was started as {execution}"));
                }
                self.accepted.insert(name);
            }
            Line::Start(attempt) => {
                let execution = attempt.execution.clone();
                self.of(&execution).begin(attempt, stamped.at);
            }
            Line::End(ended) => {
                if !self.of(&ended.execution).end(&ended) {
                    verdict.broken(format!("{ended:?} ended without having begun"));
                }
            }
            Line::Answered { execution, token } => self.of(&execution).answered.push(token),
            Line::Seen {
                execution,
                id,
                kind,
            } => self.of(&execution).seen.push((id, kind)),
            Line::Broken { kind, what } => verdict.add(kind, what),
            Line::Round { .. }
            | Line::Built { .. }
            | Line::Exists { .. }
            | Line::Refused { .. }
            | Line::Late { .. }
            | Line::Request { .. }
            | Line::Response { .. }
            | Line::Fault { .. } => {}
        }
    }
}

/// All executions of a store.
fn all(engine: &Engine) -> Result<Vec<(String, Status)>, Broken> {
    let mut all = Vec::new();
    let mut filter = ExecutionFilter::new().limit(1_000);
    loop {
        let page = engine.blocking_executions(&filter);
        let page = page.map_err(|error| error.to_string())?;
        all.extend(page.executions.into_iter().map(|one| (one.id, one.status)));
        match page.next {
            Some(next) => filter = ExecutionFilter::new().limit(1_000).after(next),
            None => return Ok(all),
        }
    }
}

/// Checks everything that happened.
pub(crate) async fn check(folder: &Path, outputs: &Outputs) -> Result<Verdict, Broken> {
    let mut verdict = Verdict::default();
    let mut logs = Logs::read(&folder.join(LOG), &mut verdict)?;
    // The engine only reads.
    let (world, _tokens) = World::new(Log::open(&folder.join("check.jsonl"))?, 0);
    let store = SqliteStore::open(folder.join(STORE)).map_err(|error| error.to_string())?;
    let engine = world::builder(&world)
        .store(store)
        .build()
        .map_err(|error| error.to_string())?;
    let stored = all(&engine)?;
    verdict.executions = stored.len();
    let mut expected = HashMap::new();
    for (name, (machine, id)) in &logs.asked {
        if !logs.accepted.contains(name)
            && !stored
                .iter()
                .any(|(arn, _)| *arn == machines::arn(machine, name))
        {
            verdict.lost(format!(
                "{name} was asked for again in the last round, and is not there"
            ));
        }
        expected.insert(machines::arn(machine, name), (machine.clone(), *id));
        for nested in machines::nested(machine, name) {
            expected.insert(nested, (machines::INNER.to_owned(), *id));
        }
    }
    for (arn, _) in &stored {
        if !expected.contains_key(arn) {
            verdict.broken(format!("no request started {arn}"));
        }
    }
    for (arn, (machine, id)) in expected {
        let known = engine.blocking_execution(&arn);
        let Some(run) = known.map_err(|error| error.to_string())? else {
            verdict.lost(format!("{arn} is not there"));
            continue;
        };
        let report = match run.status() {
            Status::Running => {
                verdict.stuck(format!("{arn} still runs"));
                continue;
            }
            _ => run.report().await,
        };
        let logged = logs.executions.remove(&arn).unwrap_or_default();
        judge(
            &arn,
            &report,
            outputs.get(&(machine, id)),
            &logged,
            &mut verdict,
        );
        for map_run in engine
            .blocking_map_runs(&arn)
            .map_err(|error| error.to_string())?
        {
            let executions = &mut logs.executions;
            children::check(&engine, &map_run, executions, &mut verdict).await?;
        }
    }
    children::check_express(&mut logs.executions, &mut verdict);
    for arn in logs.executions.keys() {
        verdict.broken(format!("tasks of {arn} ran, but no request started it"));
    }
    Ok(verdict)
}

/// Checks one finished execution.
pub(crate) fn judge(
    arn: &str,
    report: &ExecutionReport,
    output: Option<&serde_json::Value>,
    logged: &LoggedExecution,
    verdict: &mut Verdict,
) {
    let given = report.output.as_ref().map(|output| output.to_json());
    if report.status != Status::Succeeded || given.as_ref() != output {
        verdict.broken(format!(
            "{arn} ended {} with {given:?} ({:?}: {:?}), and {output:?} was expected",
            report.status, report.error, report.cause
        ));
    }
    let events = report.history.events();
    let history = TaskHistory::read(arn, events.map(|event| HistoryEvent::of(&event)), verdict);
    history.compare(arn, logged, verdict);
}
