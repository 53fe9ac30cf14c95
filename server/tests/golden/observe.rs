//! Runs a script on a copy of a store, and describes the executions of the store before and after.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use stepwright_engine::store::SqliteReader;
use stepwright_engine::value::Value;
use stepwright_engine::{Engine, ExecutionDescription, ExecutionFilter, Status, StoredExecutions};

use crate::golden::environment::{Environment, Phase, minute, open};
use crate::golden::history::{Normalizer, after, lines, short, shorten};
use crate::golden::script::{Script, Session};
use crate::golden::session::run;

/// The minutes between the start of the last session and the final reading of a store.
const LATER: f64 = 1_440.0;

/// Returns the results of all steps, and each execution before and after them.
pub(crate) fn observe(store: &Path, script: &Script) -> Json {
    let folder = tempfile::tempdir().unwrap();
    let copy = |name: &str| {
        let to = folder.path().join(name);
        std::fs::copy(store, &to).unwrap();
        // Migrates the store if its layout is not the newest one.
        drop(open(&to));
        to
    };
    let (before, after) = (copy("before.db"), copy("after.db"));
    let environment = Environment::new(Phase::Reading, script);
    let mut shown = Vec::new();
    for session in &script.sessions {
        let stop = async |engine: &Engine| drop(engine.shutdown(Duration::ZERO).await);
        let (steps, ()) = run(&after, session, &environment, stop);
        shown.push(steps);
    }
    // All executions are closed. This engine reads the children of Map Runs.
    let last = script.sessions.last().unwrap();
    let session = Session {
        opens: last.opens + LATER,
        ..Session::default()
    };
    let (_, children) = run(&after, &session, &environment, async |engine| {
        children(engine)
    });
    let (mut before, mut after) = (stored(&before), stored(&after));
    let mut ids = ids(&mut after);
    for id in self::ids(&mut before) {
        assert!(ids.contains(&id), "{id} is lost");
    }
    ids.extend(children);
    let mut executions: Vec<Execution> = ids
        .iter()
        .map(|id| Execution {
            before: before.describe(id).unwrap(),
            after: after.describe(id).unwrap().unwrap(),
        })
        .collect();
    // The labels of new executions follow this order.
    executions.sort_by_cached_key(|one| {
        let summary = &one.after.summary;
        (
            summary.machine.clone(),
            summary.started,
            one.after.input.to_text(),
            summary.id.clone(),
        )
    });
    let mut normalizer = Normalizer::new(minute(script.sessions[0].opens));
    normalizer.tokens(&environment.tokens(), &script.tokens);
    for one in &executions {
        match &one.before {
            Some(before) => normalizer.add_known(&before.history),
            None => normalizer.execution(&one.after.summary.name),
        }
    }
    let reports = executions.iter().map(|one| {
        let (_, name) = one.after.summary.id.split_once(":execution:").unwrap();
        (normalizer.text(name), one.report(&normalizer))
    });
    json!({"steps": steps(shown, &normalizer), "executions": Json::Object(reports.collect())})
}

/// Returns the results of steps by `<session>.<step>`. Most steps have no result.
fn steps(shown: Vec<Vec<Json>>, normalizer: &Normalizer) -> Json {
    let mut results = Map::new();
    for (steps, session) in shown.into_iter().zip(1..) {
        for (mut result, number) in steps.into_iter().zip(1..) {
            if !result.is_null() {
                normalizer.replace(&mut result);
                shorten(&mut result);
                results.insert(format!("{session}.{number}"), result);
            }
        }
    }
    results.into()
}

/// Returns the ARNs of all executions except children of Map Runs.
fn ids(executions: &mut StoredExecutions) -> Vec<String> {
    let page = executions.list(&ExecutionFilter::new()).unwrap();
    page.executions.into_iter().map(|one| one.id).collect()
}

fn stored(path: &Path) -> StoredExecutions {
    StoredExecutions::new(Box::new(SqliteReader::open(path).unwrap()))
}

/// Returns the ARNs of the children of Map Runs at all depths.
fn children(engine: &Engine) -> Vec<String> {
    let page = engine.blocking_executions(&ExecutionFilter::new()).unwrap();
    let mut open: Vec<String> = page.executions.into_iter().map(|one| one.id).collect();
    let mut all = Vec::new();
    while let Some(id) = open.pop() {
        for run in engine.blocking_map_runs(&id).unwrap() {
            let children = engine.blocking_map_run_executions(&run.arn).unwrap();
            let ids = children.into_iter().map(|child| child.id);
            for id in ids {
                open.push(id.clone());
                all.push(id);
            }
        }
    }
    all
}

/// One execution in the copied store, unless it started later, and after all steps.
struct Execution {
    before: Option<ExecutionDescription>,
    after: ExecutionDescription,
}

impl Execution {
    fn report(&self, normalizer: &Normalizer) -> Json {
        let (before, after) = (self.before.as_ref(), &self.after);
        let exact = before.map_or(0, |before| before.history.len());
        let history = lines(&after.history, exact, normalizer);
        let mut input = after.input.to_json();
        let mut report = json!({"machine": after.machine.arn});
        if let Some(before) = before {
            let stored = lines(&before.history, exact, normalizer);
            assert_eq!(history[..exact], stored, "a history only grows");
            assert_eq!(before.input, after.input);
            report["when_copied"] = stage(before, None);
        } else {
            normalizer.replace(&mut input);
        }
        shorten(&mut input);
        report["input"] = input;
        let is_changed = before.is_none_or(|before| before.summary != after.summary);
        report["at_the_end"] = stage(after, is_changed.then_some(normalizer));
        report["history"] = history.into();
        report
    }
}

/// Returns the fields of DescribeExecution, and the number of events.
fn stage(described: &ExecutionDescription, normalizer: Option<&Normalizer>) -> Json {
    let summary = &described.summary;
    let mut stage = Map::new();
    stage.insert("status".to_owned(), summary.status.as_str().into());
    stage.insert("started".to_owned(), after(summary.started).into());
    let about = described.history.execution();
    let optional: BTreeMap<&str, Option<Json>> = BTreeMap::from([
        (
            "cause",
            described.cause.as_deref().map(|cause| short(cause).into()),
        ),
        ("error", described.error.as_deref().map(Json::from)),
        (
            "output",
            described
                .output
                .as_ref()
                .map(|value| output(value, normalizer)),
        ),
        ("redriven", about.redriven().map(|at| after(at).into())),
        (
            "redrives",
            about
                .redrive_count()
                .filter(|count| *count > 0)
                .map(Json::from),
        ),
        ("stopped", summary.stopped.map(|at| after(at).into())),
    ]);
    for (name, value) in optional {
        if let Some(value) = value {
            stage.insert(name.to_owned(), value);
        }
    }
    stage.insert("events".to_owned(), described.history.len().into());
    let is_open = summary.status == Status::Running;
    assert_eq!(is_open, summary.stopped.is_none());
    let mut stage = Json::Object(stage);
    if let Some(normalizer) = normalizer {
        normalizer.replace(&mut stage);
    }
    stage
}

/// Returns the exact text of an output, or JSON if the normalizer replaces a part of it.
fn output(output: &Value, normalizer: Option<&Normalizer>) -> Json {
    let mut json = output.to_json();
    if let Some(normalizer) = normalizer {
        normalizer.replace(&mut json);
    }
    if json == output.to_json() {
        return short(&output.to_text()).into();
    }
    shorten(&mut json);
    json
}
