//! Damaged records: the result is an error, or a usable execution, but never a panic.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::time::Duration;
use stepwright_engine::store::{
    Change, MemoryStore, Store, StoreFilter, StoredExecution, StoredMachine,
};
use stepwright_engine::{ExecutionFilter, StartOptions, Status, StoredExecutions};

use crate::durable::support::{Done, builder, note, process};

/// Returns a machine with scopes, variables, catches, tokens and waits, which parks in each of its
/// states.
fn machine() -> Json {
    json!({"StartAt": "Each", "States": {
        "Each": {"Type": "Map", "MaxConcurrency": 2, "Next": "Both", "ResultPath": "$.each", "ItemsPath": "$.items", "ItemProcessor": {
            "StartAt": "W", "States": {
                "W": {"Type": "Wait", "Seconds": 1, "Next": "N"},
                "N": note(&json!({"deep": [1, "two", null, 3.5]}), None),
            },
        }},
        "Both": {"Type": "Parallel", "Next": "Ask", "ResultPath": "$.both", "Branches": [
            {"StartAt": "P", "States": {"P": {"Type": "Pass", "Assign": {"x": 1}, "End": true}}},
            {"StartAt": "Q", "States": {"Q": {"Type": "Wait", "Seconds": 5, "End": true}}},
        ]},
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60, "HeartbeatSeconds": 30,
            "Parameters": {"FunctionName": "note", "Payload": {"token.$": "$$.Task.Token"}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Last"}], "End": true},
        "Last": {"Type": "Wait", "Seconds": 5, "End": true},
    }})
}

/// Everything that a store has of an execution.
#[derive(Clone)]
struct ExecutionRecords {
    machine: StoredMachine,
    row: StoredExecution,
    records: Vec<Bytes>,
}

/// Returns a closed execution.
fn closed_execution() -> ExecutionRecords {
    process(async {
        let (store, done) = (MemoryStore::new(), Done::default());
        let engine = builder(&[("m", machine())], &store, &done);
        let engine = engine.virtual_time().build().unwrap();
        let input = json!({"items": [{}, {"a": 2}, {}]});
        let options = StartOptions::new().name("e");
        let run = engine.start_machine("m", input, options).await.unwrap();
        let report = run.report().await;
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        let mut reader = store.reader().unwrap();
        let row = reader.list(&StoreFilter::default()).unwrap().remove(0);
        ExecutionRecords {
            machine: reader.machines().unwrap().remove(0),
            records: reader.records(row.key).unwrap(),
            row,
        }
    })
}

impl ExecutionRecords {
    /// Returns the execution as it was with this number of records.
    fn with(&self, records: usize) -> Self {
        let mut same = self.clone();
        if records < self.records.len() {
            same.records.truncate(records);
            same.row.stopped = None;
        }
        same
    }
}

/// One change of the bytes.
#[derive(Clone, Debug)]
enum Damage {
    Set(prop::sample::Index, prop::sample::Index, u8),
    Flip(prop::sample::Index, prop::sample::Index, u8),
    Cut(prop::sample::Index, prop::sample::Index),
    Grow(prop::sample::Index, prop::sample::Index, Vec<u8>),
    Swap(prop::sample::Index, prop::sample::Index),
    Drop(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => (index(), index(), any::<u8>()).prop_map(|(record, at, byte)| Damage::Set(record, at, byte)),
        4 => (index(), index(), 0_u8..8).prop_map(|(record, at, bit)| Damage::Flip(record, at, bit)),
        1 => (index(), index()).prop_map(|(record, at)| Damage::Cut(record, at)),
        1 => (index(), index(), prop::collection::vec(any::<u8>(), 1..9)).prop_map(|(record, at, bytes)| Damage::Grow(record, at, bytes)),
        1 => (index(), index()).prop_map(|(one, other)| Damage::Swap(one, other)),
        1 => index().prop_map(Damage::Drop),
    ]
}

fn apply(damage: &Damage, records: &mut Vec<Vec<u8>>) {
    let count = records.len();
    match damage {
        Damage::Set(record, at, byte) => {
            let record = &mut records[record.index(count)];
            if !record.is_empty() {
                let at = at.index(record.len());
                record[at] = *byte;
            }
        }
        Damage::Flip(record, at, bit) => {
            let record = &mut records[record.index(count)];
            if !record.is_empty() {
                let at = at.index(record.len());
                record[at] ^= 1 << bit;
            }
        }
        Damage::Cut(record, at) => {
            let record = &mut records[record.index(count)];
            let at = at.index(record.len() + 1);
            record.truncate(at);
        }
        Damage::Grow(record, at, bytes) => {
            let record = &mut records[record.index(count)];
            let at = at.index(record.len() + 1);
            record.splice(at..at, bytes.iter().copied());
        }
        Damage::Swap(one, other) => records.swap(one.index(count), other.index(count)),
        Damage::Drop(record) if count > 1 => {
            records.remove(record.index(count));
        }
        Damage::Drop(_) => {}
    }
}

/// A store that has the execution with these records.
fn store_of(kept: &ExecutionRecords, records: Vec<Vec<u8>>) -> MemoryStore {
    let ExecutionRecords { machine, row, .. } = kept;
    let mut store = MemoryStore::new();
    let mut records = (0_u32..).zip(records.into_iter().map(Bytes::from));
    let (_, data) = records.next().unwrap();
    let (key, status, stopped) = (row.key, row.status, row.stopped);
    let execution = StoredExecution {
        status: Status::Running,
        stopped: None,
        ..row.clone()
    };
    let mut changes = vec![
        Change::Machine(machine.clone()),
        Change::Start { execution, data },
    ];
    changes.extend(records.map(|(seq, data)| Change::Append { key, seq, data }));
    if let Some(stopped) = stopped {
        changes.push(Change::Close {
            key,
            status,
            stopped,
        });
    }
    store.commit(&changes).unwrap();
    store
}

/// Uses the whole store, as readers and engines do.
fn used(store: &MemoryStore, id: &str) {
    let mut stored = StoredExecutions::new(Box::new(store.clone()));
    if let Ok(Some(described)) = stored.describe(id) {
        described.history.to_json();
        described.history.path();
    }
    let (store, id) = (store.clone(), id.to_owned());
    process(async move {
        let engine = builder(&[], &store, &Done::default()).virtual_time();
        let Ok(engine) = engine.build() else { return };
        engine.blocking_executions(&ExecutionFilter::new()).unwrap();
        if let Ok(Some(run)) = engine.blocking_execution(&id) {
            let ended = tokio::time::timeout(Duration::from_millis(20), run.report()).await;
            if let Ok(report) = ended {
                report.history.to_json();
                let _refused = engine.redrive(&id).await;
            }
        }
        engine.shutdown(Duration::ZERO).await;
    });
}

#[test]
fn damaged_records_never_cause_a_panic() {
    let whole = closed_execution();
    assert!(whole.records.len() > 8, "{}", whole.records.len());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(ProptestConfig::default().cases * 4)
    });
    let damages = prop::collection::vec(damage(), 1..4);
    let which = any::<prop::sample::Index>();
    let ran = runner.run(&(which, damages), |(which, damages)| {
        let kept = whole.with(1 + which.index(whole.records.len()));
        let mut records: Vec<Vec<u8>> = kept.records.iter().map(|record| record.to_vec()).collect();
        damages
            .iter()
            .for_each(|damage| apply(damage, &mut records));
        used(&store_of(&kept, records), &kept.row.arn);
        Ok(())
    });
    ran.unwrap();
}
