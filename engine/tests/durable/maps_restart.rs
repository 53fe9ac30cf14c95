//! Map Runs after a restart: how they are reported and stopped, and what happens when their objects
//! have changed.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::objects::Memory;
use stepwright_engine::store::{MemoryStore, Store as _};
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_engine::{Engine, EngineBuilder, MapRun, RedriveError, StartOptions, Status};

use crate::durable::support::{Done, builder, note, power_is_gone, process, second};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";

/// Returns a Distributed Map whose children record their input, wait for an hour, and record it
/// again.
fn waiting_map(kind: &str, more: &Json) -> Json {
    let mut map = json!({
        "Type": "Map", "End": true,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
            "StartAt": "First", "States": {
                "First": note(&json!({"first.$": "$.id"}), Some("Rest")),
                "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Last"},
                "Last": note(&json!({"last.$": "$.id"}), None),
            },
        },
    });
    for (key, value) in more.as_object().unwrap() {
        map[key] = value.clone();
    }
    json!({"StartAt": "M", "States": {"M": map}})
}

fn items(count: u32) -> Json {
    (0..count).map(|id| json!({"id": id})).collect()
}

async fn start(engine: &Engine, input: Json) {
    let options = StartOptions::new().name("e");
    engine.start_machine("m", input, options).await.unwrap();
}

fn only_map_run(engine: &Engine) -> MapRun {
    engine.blocking_map_runs(ID).unwrap().pop().unwrap()
}

/// Waits until this number of notes was recorded, and everything before them is durable.
async fn until_noted(done: &Done, notes: usize, store: &MemoryStore) {
    while done.all().len() < notes {
        tokio::task::yield_now().await;
    }
    let mut commits = 0;
    while commits != store.commits() {
        commits = store.commits();
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// The actions of the first process, and the end of the engine of the second one.
struct Lives {
    definition: Json,
    input: Json,
    objects: Memory,
    /// How many notes there are when the first process ends.
    notes: usize,
}

impl Lives {
    fn of(definition: Json, input: Json, notes: usize) -> Self {
        Self {
            definition,
            input,
            objects: Memory::new().bucket("out"),
            notes,
        }
    }

    fn builder(&self, store: &MemoryStore, done: &Done, at: i64) -> EngineBuilder {
        let machines = [("m", self.definition.clone())];
        let builder = builder(&machines, store, done).objects(self.objects.clone());
        builder.virtual_time_from(second(at))
    }

    /// Runs until the children wait; returns the store as the next process finds it.
    fn first(&self, done: &Done) -> MemoryStore {
        let store = MemoryStore::new();
        let builder = self.builder(&store, done, 0);
        let (input, notes) = (self.input.clone(), self.notes);
        let (kept, noted) = (store.clone(), done.clone());
        process(async move {
            let engine = builder.build().unwrap();
            let _hold = engine.clock().hold();
            start(&engine, input).await;
            until_noted(&noted, notes, &kept).await;
        });
        store.copy()
    }
}

#[test]
fn a_map_run_and_its_children_are_listed_after_a_restart() {
    let done = Done::default();
    let lives = Lives::of(
        waiting_map("STANDARD", &json!({"MaxConcurrency": 3})),
        items(4),
        3,
    );
    let store = lives.first(&done);
    let (again, over) = (
        lives.builder(&store, &done, 10),
        lives.builder(&store, &done, 5_000),
    );
    process(async move {
        let engine = again.build().unwrap();
        let hold = engine.clock().hold();
        let run = only_map_run(&engine);
        assert_eq!(run.status, Status::Running);
        assert_eq!((run.items.running, run.items.pending), (3, 1));
        let children = engine.blocking_map_run_executions(&run.arn).unwrap();
        assert_eq!(children.len(), 3);
        let child = engine.blocking_execution(&children[2].id).unwrap().unwrap();
        assert_eq!(child.status(), Status::Running);
        assert_eq!(child.history().await.path(), ["First", "Rest"]);
        assert_eq!(child.execution().input().to_json(), json!({"id": 2}));
        // Children are only in the list of their run.
        let all = engine
            .blocking_executions(&Default::default())
            .unwrap()
            .executions;
        assert_eq!(all.len(), 1);
        drop(hold);
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        // They waited a minute from their start; the fourth, from the end of the first.
        assert_eq!(report.stopped, second(120));
    });
    process(async move {
        let engine = over.build().unwrap();
        let run = only_map_run(&engine);
        assert_eq!(
            engine.blocking_map_run(&run.arn).unwrap().as_ref(),
            Some(&run)
        );
        assert_eq!((run.status, run.items.succeeded), (Status::Succeeded, 4));
        let children = engine.blocking_map_run_executions(&run.arn).unwrap();
        assert_eq!(children.len(), 4);
        for (id, child) in children.iter().enumerate() {
            assert_eq!(child.status, Status::Succeeded);
            let child = engine.blocking_execution(&child.id).unwrap().unwrap();
            assert_eq!(child.execution().input().to_json(), json!({"id": id}));
            assert_eq!(
                child.report().await.history.path(),
                ["First", "Rest", "Last"]
            );
        }
        let refused = engine.redrive(&children[0].id).await.unwrap_err();
        let RedriveError::ExecutionNotRedrivable(why) = refused else {
            panic!("{refused}");
        };
        assert!(why.contains("child of a Map Run"), "{why}");
    });
    assert_eq!(done.all().len(), 8);
}

/// Returns the end of an execution whose object has changed when it continues.
fn with_the_object(first: &'static str, second: &'static str) -> (Status, Option<String>, Json) {
    let reader = json!({
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"},
            "Parameters": {"Bucket": "in", "Key": "lines"}},
        "MaxConcurrency": 1,
    });
    let done = Done::default();
    let lives = Lives {
        objects: Memory::new().with("in", "lines", first),
        ..Lives::of(waiting_map("STANDARD", &reader), json!({}), 1)
    };
    let store = lives.first(&done);
    // The clones share the objects.
    let _changed = lives.objects.clone().with("in", "lines", second);
    let again = lives.builder(&store, &done, 10);
    process(async move {
        let engine = again.build().unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        let cause = report.cause.clone();
        let counts = only_map_run(&engine).to_json()["itemCounts"].clone();
        assert_eq!(
            report.error.is_some(),
            report.error.as_deref() == Some("States.ItemReaderFailed")
        );
        (report.status, cause, counts)
    })
}

#[test]
fn a_restarted_run_reads_its_items_only_from_unchanged_content() {
    const LINES: &str = "{\"id\": 1}\n\n{\"id\": 2}\n{\"id\": 3}\n";
    let (status, cause, counts) = with_the_object(LINES, LINES);
    assert_eq!(status, Status::Succeeded, "{cause:?}");
    assert_eq!(counts["succeeded"], 3);
    for other in [
        "{\"id\": 1}\n\n{\"id\": 2}\n{\"id\": 4}\n",
        "{\"id\": 1}\n",
        "",
    ] {
        let (status, cause, counts) = with_the_object(LINES, other);
        assert_eq!(status, Status::Failed);
        let cause = cause.unwrap();
        assert!(
            cause.contains("s3://in/lines was changed") && cause.contains("1 of them"),
            "{cause}"
        );
        // All running children ended or were stopped.
        assert_eq!(counts["running"], 0);
    }
}

#[test]
fn a_stop_reaches_the_children_after_a_crash_at_any_commit() {
    let definition = waiting_map("STANDARD", &json!({"MaxConcurrency": 2}));
    let lives = Lives::of(definition, items(3), 2);
    // Runs until the execution is stopped with its children, or until the power fails at a commit
    // of that. Returns the number of commits.
    let stop = |store: &MemoryStore, done: &Done, power: Option<u64>| {
        let builder = lives.builder(store, done, 0);
        let (noted, kept) = (done.clone(), store.clone());
        process(async move {
            let engine = builder.build().unwrap();
            let _hold = engine.clock().hold();
            if engine.blocking_execution(ID).unwrap().is_none() {
                start(&engine, items(3)).await;
            }
            until_noted(&noted, 2, &kept).await;
            let before = kept.commits();
            if let Some(commit) = power {
                kept.fail_commits_from(before + commit, power_is_gone());
            }
            if let Some(run) = engine.blocking_execution(ID).unwrap() {
                run.stop(Some("Enough"), None).await;
            }
            let run = only_map_run(&engine);
            for child in engine.blocking_map_run_executions(&run.arn).unwrap() {
                if let Some(child) = engine.blocking_execution(&child.id).unwrap() {
                    child.report().await;
                }
            }
            kept.commits() - before
        })
    };
    let commits = stop(&MemoryStore::new(), &Done::default(), None);
    assert!(commits > 1);
    for commit in 1..=commits + 1 {
        let (store, done) = (MemoryStore::new(), Done::default());
        stop(&store, &done, Some(commit));
        let store = store.copy();
        let at = format!("the power went at commit {commit}");
        // In the next process everything ends, and it can be redriven in the following one.
        stop(&store, &done, None);
        let again = lives.builder(&store.copy(), &done, 30);
        process(async move {
            let engine = again.build().unwrap();
            let hold = engine.clock().hold();
            let run = only_map_run(&engine);
            assert_eq!(run.status, Status::Aborted, "{at}");
            assert_eq!((run.items.running, run.items.aborted), (0, 2), "{at}");
            for child in engine.blocking_map_run_executions(&run.arn).unwrap() {
                assert_eq!(child.status, Status::Aborted, "{at}");
            }
            drop(hold);
            let report = engine.redrive(ID).await.unwrap().report().await;
            assert_eq!(report.status, Status::Succeeded, "{at}: {:?}", report.cause);
            let run = only_map_run(&engine);
            assert_eq!((run.items.succeeded, run.redrive_count), (3, 1), "{at}");
        });
        // Each note was recorded once.
        let notes = done.all();
        assert_eq!(notes.len(), 6, "{commit} of {commits}: {notes:?}");
    }
}

#[test]
fn children_of_a_shut_down_engine_resume_in_the_next_engine() {
    for (kind, notes) in [("STANDARD", 4), ("EXPRESS", 6)] {
        let done = Done::default();
        let lives = Lives::of(waiting_map(kind, &json!({})), items(2), 2);
        let store = MemoryStore::new();
        // The first process uses real time, on which a shutdown may come in the middle.
        let machines = [("m", lives.definition.clone())];
        let (first, again) = (
            builder(&machines, &store, &done),
            lives.builder(&store, &done, 10),
        );
        let (noted, kept) = (done.clone(), store.clone());
        process(async move {
            let engine = first.build().unwrap();
            start(&engine, items(2)).await;
            until_noted(&noted, 2, &kept).await;
            let stopped = engine.shutdown(Duration::ZERO).await;
            assert_eq!(stopped.len(), 1);
        });
        process(async move {
            let engine = again.build().unwrap();
            let report = engine
                .blocking_execution(ID)
                .unwrap()
                .unwrap()
                .report()
                .await;
            assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
            let counts = only_map_run(&engine).items;
            assert_eq!((counts.succeeded, counts.aborted), (2, 0));
        });
        // Express children began again.
        assert_eq!(done.all().len(), notes);
    }
}

/// Returns a Distributed Map of Express children with this number of items.
fn express_map(items: u32, is_failing: bool) -> Json {
    let end = if is_failing {
        json!({"Type": "Fail", "Error": "Late"})
    } else {
        json!({"Type": "Succeed"})
    };
    json!({"QueryLanguage": "JSONata", "StartAt": "M", "States": {
        "M": {
            "Type": "Map", "Items": format!("{{% [1..{items}] %}}"), "Output": {}, "Next": "End",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}},
            },
        },
        "End": end,
    }})
}

#[test]
fn the_last_record_contains_an_ended_map_run_with_many_express_children() {
    for is_failing in [false, true] {
        let store = MemoryStore::new();
        let machines = [("m", express_map(3_000, is_failing))];
        let first = builder(&machines, &store, &Done::default());
        let before = process(async move {
            let engine = first.build().unwrap();
            start(&engine, json!({})).await;
            let run = engine.execution(ID).await.unwrap().unwrap();
            let report = run.report().await;
            (report.status, report.history.to_json())
        });
        let mut reader = store.reader().unwrap();
        let key = reader.execution(ID).unwrap().unwrap().key;
        let records = reader.records(key).unwrap();
        let all: usize = records.iter().map(|record| record.len()).sum();
        let (seq, last) = reader.last_record(key).unwrap().unwrap();
        assert_eq!(
            (seq as usize + 1, records.last()),
            (records.len(), Some(&last))
        );
        assert!(all > 1_048_576, "{all} bytes are too few for this test");
        assert!(last.len() < all / 16, "{} of {all}", last.len());
        // The next process reads the last record, and redrives from it.
        let second = builder(&machines, &store, &Done::default());
        let restored = process(async move {
            let engine = second.build().unwrap();
            let run = engine.execution(ID).await.unwrap().unwrap();
            let restored = (run.status(), run.history().await.to_json());
            if is_failing {
                let report = engine.redrive(ID).await.unwrap().report().await;
                assert_eq!(report.status, Status::Failed);
            }
            restored
        });
        assert_eq!(restored, before);
        let third = builder(&machines, &store, &Done::default());
        let redrives = process(async move {
            let engine = third.build().unwrap();
            let run = engine.execution(ID).await.unwrap().unwrap();
            assert_eq!(run.status(), before.0);
            run.execution().redrive_count()
        });
        assert_eq!(redrives.unwrap_or_default(), u32::from(is_failing));
    }
}
