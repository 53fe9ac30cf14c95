//! Steps in which processes ended after a restart, and executions that are aborted without an
//! engine.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value as Json, json};
use stepwright_engine::clock::system_time;
use stepwright_engine::history::EventKind;
use stepwright_engine::store::{Change, MemoryStore, Store, StoredDocument, StoredExecution};
use stepwright_engine::{
    Engine, ExecutionFilter, MachineType, StartOptions, Status, StoredExecutions,
};

use crate::durable::quarantine::{engine, written};
use crate::durable::support::process;

const KEY: &str = "engine/attempts";

fn row(store: &MemoryStore, machine: &str) -> StoredExecution {
    let open = store.reader().unwrap().open_executions().unwrap();
    let mut of_machine = open.into_iter().filter(|row| &*row.machine == machine);
    of_machine.next().unwrap()
}

fn attempts(store: &MemoryStore) -> Option<Json> {
    let document = store.reader().unwrap().document(KEY).unwrap();
    document.map(|document| serde_json::from_slice(&document.data).unwrap())
}

/// Returns a store with an attempt of the next step of an execution; `edit` changes it.
fn attempted(machine: &str, edit: impl Fn(&mut Json)) -> MemoryStore {
    let mut store = written();
    let row = row(&store, machine);
    let records = store.reader().unwrap().records(row.key).unwrap().len();
    let mut attempts = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "steps": {row.key.to_string(): {"records": records, "attempts": 2}},
    });
    edit(&mut attempts["steps"][row.key.to_string()]);
    if let Some(version) = attempts["steps"][row.key.to_string()]["version"]
        .take()
        .as_str()
    {
        attempts["version"] = json!(version);
    }
    let (key, data) = (KEY.to_owned(), Bytes::from(attempts.to_string()));
    let document = Change::Document(StoredDocument { key, data });
    store.commit(&[document]).unwrap();
    store
}

fn quarantined(store: &MemoryStore) -> Vec<(String, String)> {
    let store = store.clone();
    let mut offline = StoredExecutions::new(store.reader().unwrap())
        .unreadable(|_, _| ())
        .unwrap();
    offline.sort_by(|a, b| a.id.cmp(&b.id));
    process(async move {
        let unreadable = engine(&store).unreadable_executions();
        assert_eq!(unreadable, offline);
        let named = unreadable.into_iter();
        named.map(|one| (one.machine, one.reason)).collect()
    })
}

#[test]
fn an_execution_whose_step_ended_two_processes_is_put_into_quarantine() {
    let quarantined = quarantined(&attempted("good", |_| ()));
    let [(machine, reason)] = quarantined.as_slice() else {
        panic!("{quarantined:?}");
    };
    assert_eq!(machine, "good");
    for part in ["2 processes ended", "`Good`", "store export", "store abort"] {
        assert!(reason.contains(part), "{reason}");
    }
}

#[test]
fn children_of_a_quarantined_execution_are_in_quarantine_with_it() {
    assert_eq!(quarantined(&attempted("maps", |_| ())).len(), 3);
}

#[test]
fn one_attempt_attempts_of_another_step_and_of_another_version_do_not_count() {
    let edits: [fn(&mut Json); 3] = [
        |step| step["attempts"] = json!(1),
        |step| step["records"] = json!(1_000),
        |step| step["version"] = json!("0.0.1"),
    ];
    for edit in edits {
        assert_eq!(quarantined(&attempted("good", edit)), []);
    }
}

#[test]
fn a_slow_step_after_a_restart_is_an_attempt_until_it_ends() {
    let slow = json!({"QueryLanguage": "JSONata", "StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 1, "Next": "P"},
        "P": {"Type": "Pass", "Output": "{% $sum([1..200000].($ * 2 - $)) %}", "End": true},
    }});
    let build = move |store: &MemoryStore| {
        let builder = Engine::builder().store(store.clone());
        let builder = builder.register_json("slow", &slow.to_string(), MachineType::Standard);
        builder.build().unwrap()
    };
    let store = MemoryStore::new();
    let (first, start) = (store.clone(), build.clone());
    process(async move {
        let engine = start(&first);
        let started = engine.start_machine("slow", json!(1), StartOptions::new().name("e"));
        started.await.unwrap();
        while first.reader().unwrap().records(1).unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    assert_eq!(attempts(&store), None);
    let second = store.clone();
    let watching = std::thread::spawn(move || {
        // The step takes longer than the watch waits, on each machine: `attempts` is read while it
        // runs, or it was so fast that there is none.
        let mut seen = None;
        loop {
            seen = seen.or_else(|| attempts(&second));
            let list =
                StoredExecutions::new(second.reader().unwrap()).list(&ExecutionFilter::new());
            if list.unwrap().executions[0].status == Status::Succeeded {
                return seen;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let third = store.clone();
    process(async move {
        let engine = build(&third);
        while !engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
            .iter()
            .all(|one| one.status == Status::Succeeded)
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The watch removes the attempt after the step.
        while attempts(&third).is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    if let Some(seen) = watching.join().unwrap() {
        assert_eq!(seen["steps"]["1"]["attempts"], 1, "{seen}");
    }
}

#[test]
fn an_engine_aborts_an_execution_in_quarantine_and_removes_its_attempts() {
    let store = attempted("good", |_| ());
    let again = store.clone();
    process(async move {
        let engine = engine(&again);
        let id = engine.unreadable_executions().remove(0).id;
        assert!(engine.abort_unreadable(&id).await.unwrap().is_some());
        while attempts(&again).is_some() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    assert_eq!(quarantined(&store), []);
}

#[test]
fn an_open_execution_is_aborted_without_an_engine_with_its_children() {
    let mut store = written();
    for (machine, children) in [("good", 0), ("maps", 2)] {
        let row = row(&store, machine);
        let mut stored = StoredExecutions::new(store.reader().unwrap());
        let abort = stored
            .abort(&row, "Mine", "by hand", system_time())
            .unwrap();
        assert_eq!(
            (abort.children, abort.unreadable.is_none()),
            (children, true)
        );
        store.commit(&abort.changes).unwrap();
        let mut stored = StoredExecutions::new(store.reader().unwrap());
        let aborted = stored.describe(&row.arn).unwrap().unwrap();
        assert_eq!(aborted.summary.status, Status::Aborted);
        assert_eq!(aborted.error.as_deref(), Some("Mine"));
        assert_eq!(aborted.cause.as_deref(), Some("by hand"));
        let last = aborted.history.events().last().map(|event| event.kind());
        assert_eq!(last, Some(EventKind::ExecutionAborted));
    }
    let open = store.reader().unwrap().open_executions().unwrap();
    let open: Vec<_> = open.iter().map(|row| &*row.machine).collect();
    assert_eq!(open, ["bad"]);
    // An engine continues the remaining execution, and reads the others.
    let again = store.clone();
    process(async move {
        let engine = engine(&again);
        assert_eq!(engine.unreadable_executions(), []);
        let all = engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions;
        let running = all.iter().filter(|one| one.status == Status::Running);
        assert_eq!(running.count(), 1);
    });
}

#[test]
fn an_execution_in_quarantine_is_aborted_and_leaves_no_attempts() {
    let mut store = attempted("good", |_| ());
    let row = row(&store, "good");
    let mut stored = StoredExecutions::new(store.reader().unwrap());
    let abort = stored
        .abort(&row, "Mine", "by hand", system_time())
        .unwrap();
    store.commit(&abort.changes).unwrap();
    assert_eq!(quarantined(&store), []);
    assert_eq!(attempts(&store), None);
}
