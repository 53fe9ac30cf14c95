//! Executions that an engine cannot read: they affect neither the engine nor the others.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value as Json, json};
use stepwright_engine::store::{
    Change, MemoryStore, Store, StoreError, StoreFilter, StoredExecution,
};
use stepwright_engine::{Engine, ExecutionFilter, MachineType, StartError, StartOptions, Status};

use crate::durable::support::process;

const PREFIX: &str = "arn:aws:states:us-east-1:123456789012:execution";

/// Waits for a token, with a name that contains the version.
fn waits(version: &str) -> Json {
    json!({"StartAt": version, "States": {version: {
        "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:never", "End": true,
    }}})
}

/// A Distributed Map of two Standard children.
fn maps() -> Json {
    let child = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1_000, "End": true}},
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}});
    json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "ItemProcessor": child, "Label": "L", "End": true,
    }}})
}

pub(super) fn engine(store: &MemoryStore) -> Engine {
    let builder = Engine::builder()
        .store(store.clone())
        .activity("arn:aws:states:us-east-1:123456789012:activity:never");
    let machines = [
        ("good", waits("Good")),
        ("bad", waits("Bad")),
        ("maps", maps()),
    ];
    let builder = machines
        .iter()
        .fold(builder, |builder, (name, definition)| {
            builder.register_json(*name, &definition.to_string(), MachineType::Standard)
        });
    builder.build().unwrap()
}

/// A store in which an execution of each machine waits.
pub(super) fn written() -> MemoryStore {
    let store = MemoryStore::new();
    let first = store.clone();
    process(async move {
        let engine = engine(&first);
        for name in ["good", "bad", "maps"] {
            let input = json!([1, 2]);
            let start = engine.start_machine(name, input, StartOptions::new().name("e"));
            start.await.unwrap();
        }
        let mut reader = first.reader().unwrap();
        // Three executions and two children, each with its actions before it waits.
        while reader.open_executions().unwrap().len() < 5 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    });
    store
}

/// Returns a copy of a store, with the changes that `edit` returns.
fn edited(store: &MemoryStore, edit: impl Fn(Change) -> Option<Change>) -> MemoryStore {
    let mut reader = store.reader().unwrap();
    let mut changes: Vec<Change> = reader
        .machines()
        .unwrap()
        .into_iter()
        .map(Change::Machine)
        .collect();
    for row in reader.open_executions().unwrap() {
        let key = row.key;
        let mut records = (0_u32..).zip(reader.records(key).unwrap());
        let (_, data) = records.next().unwrap();
        changes.push(Change::Start {
            execution: row,
            data,
        });
        changes.extend(records.map(|(seq, data)| Change::Append { key, seq, data }));
        changes.extend(
            reader
                .map_runs(key)
                .unwrap()
                .into_iter()
                .map(Change::MapRun),
        );
    }
    let mut copy = MemoryStore::new();
    let changes: Vec<Change> = changes.into_iter().filter_map(edit).collect();
    copy.commit(&changes).unwrap();
    copy
}

/// Changes the first record of the executions of a machine.
fn with_record(store: &MemoryStore, machine: &str, edit: fn(&mut Vec<u8>)) -> MemoryStore {
    edited(store, |change| match change {
        Change::Start { execution, data } if &*execution.machine == machine => {
            let mut data = data.to_vec();
            edit(&mut data);
            let data = Bytes::from(data);
            Some(Change::Start { execution, data })
        }
        other => Some(other),
    })
}

/// Changes the stored version of a machine.
fn with_version(store: &MemoryStore, name: &str, definition: Option<&str>) -> MemoryStore {
    edited(store, |change| match change {
        Change::Machine(mut machine) if machine.name == name => {
            machine.definition = definition?.to_owned();
            Some(Change::Machine(machine))
        }
        other => Some(other),
    })
}

fn row(store: &MemoryStore, id: &str) -> StoredExecution {
    let mut reader = store.reader().unwrap();
    reader.execution(id).unwrap().expect("it is in the store")
}

/// An engine whose `bad` machine has another definition, so that the version of the execution comes
/// from the store.
fn changed(store: &MemoryStore) -> Engine {
    let builder = Engine::builder()
        .store(store.clone())
        .activity("arn:aws:states:us-east-1:123456789012:activity:never");
    let machines = [
        ("good", waits("Good")),
        ("bad", waits("Other")),
        ("maps", maps()),
    ];
    let builder = machines
        .iter()
        .fold(builder, |builder, (name, definition)| {
            builder.register_json(*name, &definition.to_string(), MachineType::Standard)
        });
    builder.build().unwrap()
}

#[test]
fn an_unreadable_execution_is_listed_and_aborted_while_the_others_continue() {
    let whole = written();
    let broken = [
        (
            "layout",
            with_record(&whole, "bad", |data| data[0] = 3),
            "layout 3",
        ),
        (
            "damage",
            with_record(&whole, "bad", |data| data.truncate(9)),
            "",
        ),
        ("missing", with_version(&whole, "bad", None), "is missing"),
        ("text", with_version(&whole, "bad", Some("{}")), "StartAt"),
    ];
    for (what, store, reason) in broken {
        let kept = store.clone();
        process(async move {
            let engine = changed(&store);
            let bad = format!("{PREFIX}:bad:e");
            let unreadable = engine.unreadable_executions();
            assert_eq!(unreadable.len(), 1, "{what}: {unreadable:?}");
            assert_eq!(
                (unreadable[0].id.as_str(), unreadable[0].name.as_str()),
                (bad.as_str(), "e")
            );
            assert!(
                unreadable[0].reason.contains(reason),
                "{what}: {}",
                unreadable[0].reason
            );

            let good = engine
                .blocking_execution(&format!("{PREFIX}:good:e"))
                .unwrap()
                .unwrap();
            assert_eq!(
                good.stop(None, None).await.status,
                Status::Aborted,
                "{what}"
            );
            let described = engine.blocking_execution(&bad);
            assert!(
                matches!(described, Err(StoreError::Unreadable { .. })),
                "{what}: {described:?}"
            );
            let listed = engine
                .blocking_executions(&ExecutionFilter::new().status(Status::Running))
                .unwrap();
            assert!(listed.executions.iter().any(|one| one.id == bad), "{what}");
            // Its name is taken.
            let again = engine
                .start_machine("bad", json!([1, 2]), StartOptions::new().name("e"))
                .await;
            assert!(
                matches!(again, Err(StartError::ExecutionAlreadyExists(_))),
                "{what}: {again:?}"
            );

            assert_eq!(
                engine.abort_unreadable("arn:of:no:execution").await,
                Ok(None)
            );
            assert!(engine.abort_unreadable(&bad).await.unwrap().is_some());
            assert!(engine.unreadable_executions().is_empty());
        });
        assert_eq!(
            row(&kept, &format!("{PREFIX}:bad:e")).status,
            Status::Aborted,
            "{what}"
        );
        // Now an operator may delete it.
        process(async move {
            let engine = changed(&kept);
            assert!(engine.unreadable_executions().is_empty(), "{what}");
            engine.delete(&format!("{PREFIX}:bad:e")).await.unwrap();
        });
    }
}

#[test]
fn the_children_of_an_unreadable_execution_are_left_as_they_are() {
    let whole = written();
    let broken = with_record(&whole, "maps", |data| data.truncate(5));
    let seen = broken.clone();
    process(async move {
        let engine = engine(&broken);
        assert_eq!(
            engine.unreadable_executions().len(),
            3,
            "the parent and its two children"
        );
        engine.shutdown(Duration::ZERO).await;
    });
    let mut reader = seen.reader().unwrap();
    let mut running = StoreFilter::default();
    running.status = Some(Status::Running);
    let open = reader.list(&running);
    assert_eq!(open.unwrap().len(), 3);
    assert_eq!(
        reader.open_executions().unwrap().len(),
        5,
        "no child was stopped"
    );
}
