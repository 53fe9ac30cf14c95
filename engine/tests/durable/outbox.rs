//! Messages to the outside: status changes and stops are delivered at least once, over kills at
//! each commit.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::store::{MemoryStore, OutboxQueue, Store as _, StoreFilter};
use stepwright_engine::task::{Answer, Job, TaskCall, TaskSource};
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_engine::value::Value;
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionFilter, ExecutionSummary, MachineType, StartOptions, Status,
    StatusChange, StatusListener, StoredExecutions,
};

use crate::durable::support::{Done, power_is_gone, process};

/// Records the changes, and confirms some of them. It retains the others, as a queue does.
#[derive(Clone, Default)]
struct Deliveries {
    changes: Arc<Mutex<Vec<StatusChange>>>,
    /// Of each `confirmed_of.1` changes, this number is confirmed.
    confirmed_of: (usize, usize),
}

impl Deliveries {
    fn confirming(number: usize, of: usize) -> Self {
        Self {
            changes: Arc::default(),
            confirmed_of: (number, of),
        }
    }

    /// The statuses of each execution, in the order of their first delivery; a redrive has its
    /// number.
    fn statuses(&self) -> BTreeMap<String, Vec<(u32, Status)>> {
        let mut statuses: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for change in self.changes.lock().unwrap().iter() {
            let of_execution = statuses
                .entry(change.execution.id().to_owned())
                .or_default();
            let redrives = change.execution.redrive_count().unwrap_or(0);
            if !of_execution.contains(&(redrives, change.status)) {
                of_execution.push((redrives, change.status));
            }
        }
        statuses
    }
}

impl StatusListener for Deliveries {
    fn status_changed(&self, change: StatusChange) {
        let mut changes = self.changes.lock().unwrap();
        let (number, of) = self.confirmed_of;
        if changes.len() % of < number {
            change.confirm();
        }
        changes.push(change);
    }
}

const INNER: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:inner";

/// Machines that succeed, fail and nest.
fn builder(store: &MemoryStore, listener: &Deliveries) -> EngineBuilder {
    let machines = [
        (
            "passes",
            json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "End": true}}}),
        ),
        (
            "fails",
            json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}}),
        ),
        (
            "inner",
            json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}),
        ),
        (
            "nests",
            json!({"StartAt": "N", "TimeoutSeconds": 100, "States": {"N": {
                "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
                "Parameters": {"StateMachineArn": INNER, "Name": "child"}
            }}}),
        ),
        (
            "times_out",
            json!({"StartAt": "W", "TimeoutSeconds": 3, "States": {"W": {"Type": "Wait", "Seconds": 5, "End": true}}}),
        ),
    ];
    let mut builder = Engine::builder()
        .store(store.clone())
        .virtual_time()
        .status_listener(listener.clone());
    for (name, definition) in machines {
        builder = builder.register_json(name, &definition.to_string(), MachineType::Standard);
    }
    builder
}

/// Starts one execution of each machine, redrives the failed one, and waits until nothing runs any
/// more, or the store fails.
async fn work(engine: &Engine) {
    for machine in ["passes", "fails", "nests", "times_out"] {
        let options = StartOptions::new().name("e");
        let Ok(run) = engine.start_machine(machine, json!({}), options).await else {
            return;
        };
        run.report().await;
        if machine == "fails"
            && let Ok(run) = engine.redrive(run.id()).await
        {
            run.report().await;
        }
    }
}

/// Waits until a queue of the store is empty.
async fn emptied(store: &MemoryStore, queue: OutboxQueue) {
    let mut reader = store.reader().unwrap();
    while reader.outbox_length(queue).unwrap() > 0 {
        tokio::task::yield_now().await;
    }
}

fn executions(engine: &Engine) -> Vec<ExecutionSummary> {
    let page = engine.blocking_executions(&ExecutionFilter::default());
    page.unwrap().executions
}

/// The statuses that each execution of a store had, by its row.
fn expected(store: &MemoryStore) -> BTreeMap<String, Vec<(u32, Status)>> {
    let rows = store
        .reader()
        .unwrap()
        .list(&StoreFilter::default())
        .unwrap();
    let expected = rows.into_iter().map(|row| {
        let redrives = row.listing.redrive_count;
        let mut statuses = Vec::new();
        for redrive in 0..=redrives {
            statuses.push((redrive, Status::Running));
            let ended = if redrive < redrives {
                Status::Failed
            } else {
                row.status
            };
            if ended != Status::Running {
                statuses.push((redrive, ended));
            }
        }
        (row.arn.to_string(), statuses)
    });
    expected.collect()
}

proptest! {
    /// The first process is killed at any commit, and its listener has processed only some of the
    /// changes.
    #[test]
    fn each_status_change_is_delivered_at_least_once_and_in_order_over_a_kill(
        commit in 1_u64..40,
        confirmed in 0_usize..=3,
    ) {
        let store = MemoryStore::new();
        store.fail_commits_from(commit, power_is_gone());
        let first = Deliveries::confirming(confirmed, 3);
        let (used, listener) = (store.clone(), first.clone());
        process(async move {
            let engine = builder(&used, &listener).build().unwrap();
            work(&engine).await;
        });
        let second = Deliveries::confirming(1, 1);
        let (after, listener) = (store.copy(), second.clone());
        let used = after.clone();
        process(async move {
            let engine = builder(&used, &listener).build().unwrap();
            for summary in executions(&engine) {
                if let Ok(Some(run)) = engine.blocking_execution(&summary.id) {
                    run.report().await;
                }
            }
            emptied(&used, OutboxQueue::Statuses).await;
        });
        // What only the first process has confirmed was not passed again.
        let all = Deliveries::confirming(1, 1);
        let changes = [&first, &second].map(|from| from.changes.lock().unwrap().clone());
        *all.changes.lock().unwrap() = changes.concat();
        prop_assert_eq!(all.statuses(), expected(&after));
    }
}

#[test]
fn a_change_that_the_listener_drops_is_passed_again_before_later_ones() {
    #[derive(Clone, Default)]
    struct Refuses(Arc<Mutex<Vec<Status>>>);
    impl StatusListener for Refuses {
        fn status_changed(&self, change: StatusChange) {
            let mut seen = self.0.lock().unwrap();
            seen.push(change.status);
            if seen.len() > 1 {
                change.confirm();
            }
        }
    }
    let (store, listener) = (MemoryStore::new(), Refuses::default());
    let (used, refuses) = (store.clone(), listener.clone());
    process(async move {
        let pass = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
        let engine = Engine::builder()
            .store(used.clone())
            .register_json("m", &pass.to_string(), MachineType::Standard)
            .status_listener(refuses)
            .build()
            .unwrap();
        let run = engine
            .start_machine("m", json!({}), StartOptions::new())
            .await;
        run.unwrap().report().await;
        emptied(&used, OutboxQueue::Statuses).await;
    });
    let seen = listener.0.lock().unwrap().clone();
    let first = seen
        .iter()
        .skip(1)
        .position(|status| *status == Status::Running);
    assert!(first.is_some(), "{seen:?}");
    assert_eq!(seen.last(), Some(&Status::Succeeded), "{seen:?}");
}

#[test]
fn an_engine_without_a_listener_writes_and_deletes_no_changes() {
    let store = MemoryStore::new();
    let used = store.clone();
    process(async move {
        let listener = Deliveries::confirming(0, 1);
        let engine = builder(&used, &listener).build().unwrap();
        work(&engine).await;
    });
    let length = || {
        let mut reader = store.reader().unwrap();
        reader.outbox_length(OutboxQueue::Statuses).unwrap()
    };
    let before = length();
    assert!(before > 0);
    let used = store.clone();
    process(async move {
        let pass = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
        let engine = Engine::builder()
            .store(used)
            .register_json("m", &pass.to_string(), MachineType::Standard)
            .build()
            .unwrap();
        let run = engine
            .start_machine("m", json!({}), StartOptions::new())
            .await;
        run.unwrap().report().await;
    });
    assert_eq!(length(), before);
}

/// A service whose jobs never end, and that stops them only if it responds.
#[derive(Clone)]
struct Jobs {
    done: Done,
    responds: bool,
}

impl TaskSource for Jobs {
    fn answer(&self, _: &TaskCall<'_>) -> Option<Answer> {
        let request = async { Ok(Value::from(json!({"JobRunId": "r"}))) };
        Some(Answer::later(request).submitting())
    }

    fn job(&self, _: &TaskCall<'_>, response: &Value) -> Option<Job> {
        Some(Job::new(std::future::pending()).with_stop_request(response.clone()))
    }

    fn stop_job(&self, request: &Value) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        self.done.add(request.to_json());
        if self.responds {
            Some(Box::pin(std::future::ready(())))
        } else {
            Some(Box::pin(std::future::pending()))
        }
    }
}

fn with_jobs(store: &MemoryStore, done: &Done, responds: bool) -> Engine {
    let glue = json!({"StartAt": "S", "States": {"S": {
        "Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "End": true,
        "Parameters": {"JobName": "j"}, "TimeoutSeconds": 1
    }}});
    let done = done.clone();
    let builder = Engine::builder()
        .store(store.clone())
        .virtual_time()
        .register_json("m", &glue.to_string(), MachineType::Standard)
        .fallback_tasks(Jobs { done, responds });
    builder.build().unwrap()
}

#[test]
fn a_job_that_the_first_process_could_not_stop_is_stopped_by_the_next_one() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let (used, log) = (store.clone(), done.clone());
    process(async move {
        let engine = with_jobs(&used, &log, false);
        let run = engine.start_machine("m", json!({}), StartOptions::new().name("e"));
        assert_eq!(run.await.unwrap().report().await.status, Status::Failed);
        while log.all().is_empty() {
            tokio::task::yield_now().await;
        }
    });
    let (used, log) = (store.clone(), done.clone());
    process(async move {
        let _engine = with_jobs(&used, &log, true);
        emptied(&used, OutboxQueue::Stops).await;
    });
    let request: Json = json!({"JobRunId": "r"});
    assert_eq!(done.all(), [request.clone(), request]);
    // The third process has nothing to stop.
    let (used, log) = (store.clone(), done.clone());
    process(async move {
        let engine = with_jobs(&used, &log, true);
        drop(engine.shutdown(Duration::ZERO).await);
    });
    assert_eq!(done.all().len(), 2);
}

#[test]
fn a_job_is_stopped_also_without_a_store() {
    let done = Done::default();
    let log = done.clone();
    process(async move {
        let source = Jobs {
            done: log.clone(),
            responds: true,
        };
        let glue = json!({"StartAt": "S", "States": {"S": {
            "Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "End": true,
            "Parameters": {"JobName": "j"}, "TimeoutSeconds": 1
        }}});
        let engine = Engine::builder()
            .virtual_time()
            .register_json("m", &glue.to_string(), MachineType::Standard)
            .fallback_tasks(source)
            .build()
            .unwrap();
        let run = engine.start_machine("m", json!({}), StartOptions::new());
        assert_eq!(run.await.unwrap().report().await.status, Status::Failed);
        while log.all().is_empty() {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(done.all(), [json!({"JobRunId": "r"})]);
}

#[test]
fn a_nested_execution_of_an_ended_task_is_stopped_after_a_kill_at_any_commit() {
    let machines = |store: &MemoryStore| {
        let inner = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1_000_000, "End": true}}});
        let outer = json!({"StartAt": "N", "States": {"N": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
            "Parameters": {"StateMachineArn": INNER, "Name": "child"}, "TimeoutSeconds": 1
        }}});
        Engine::builder()
            .store(store.clone())
            .virtual_time()
            .register_json("inner", &inner.to_string(), MachineType::Standard)
            .register_json("outer", &outer.to_string(), MachineType::Standard)
            .build()
            .unwrap()
    };
    let statuses = |store: &MemoryStore| {
        let rows = store
            .reader()
            .unwrap()
            .list(&StoreFilter::default())
            .unwrap();
        let rows = rows
            .into_iter()
            .map(|row| (row.machine.to_string(), row.status));
        rows.collect::<BTreeMap<_, _>>()
    };
    for commit in 2..12 {
        let store = MemoryStore::new();
        store.fail_commits_from(commit, power_is_gone());
        let used = store.clone();
        process(async move {
            let engine = machines(&used);
            if let Ok(run) = engine
                .start_machine("outer", json!({}), StartOptions::new().name("e"))
                .await
            {
                run.report().await;
            }
        });
        let after = store.copy();
        let used = after.clone();
        process(async move {
            let engine = machines(&used);
            for summary in executions(&engine) {
                if let Ok(Some(run)) = engine.blocking_execution(&summary.id) {
                    run.report().await;
                }
            }
            // The outer execution may start the inner one in this process.
            let inner = "arn:aws:states:us-east-1:123456789012:execution:inner:child";
            if let Ok(Some(run)) = engine.blocking_execution(inner) {
                run.report().await;
            }
            emptied(&used, OutboxQueue::Stops).await;
        });
        let statuses = statuses(&after);
        if let Some(outer) = statuses.get("outer") {
            assert_eq!(*outer, Status::Failed, "{commit}");
            assert_eq!(statuses.get("inner"), Some(&Status::Aborted), "{commit}");
        }
    }
}

/// An abort without an engine is reported as a stop: by the next engine with a listener, and only
/// if the store had one.
#[test]
fn an_abort_without_an_engine_reaches_the_listener_of_the_next_engine() {
    for had_listener in [true, false] {
        let mut store = MemoryStore::new();
        let waits =
            json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}});
        let maps = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}}}}});
        let (first, listener) = (store.clone(), Deliveries::confirming(1, 1));
        let definitions = [("w", waits), ("m", maps)];
        let builder = move |store: &MemoryStore| {
            let mut builder = Engine::builder().store(store.clone()).virtual_time();
            for (name, definition) in &definitions {
                builder =
                    builder.register_json(*name, &definition.to_string(), MachineType::Standard);
            }
            builder
        };
        let (build, before, first_store) = (builder.clone(), listener.clone(), store.clone());
        process(async move {
            let mut builder = build(&first);
            if had_listener {
                builder = builder.status_listener(before);
            }
            let engine = builder.build().unwrap();
            let _hold = engine.clock().hold();
            for (machine, input) in [("w", json!({})), ("m", json!([1, 2]))] {
                let options = StartOptions::new().name(machine);
                engine.start_machine(machine, input, options).await.unwrap();
            }
            while first_store
                .reader()
                .unwrap()
                .open_executions()
                .unwrap()
                .len()
                < 4
            {
                tokio::task::yield_now().await;
            }
            engine.shutdown(Duration::from_secs(1)).await;
        });
        let messages = |store: &MemoryStore| {
            let mut reader = store.reader().unwrap();
            reader.outbox_length(OutboxQueue::Statuses).unwrap()
        };
        // Those of the starts that the first engine has not sent yet.
        let unsent = messages(&store);
        let mut stored = StoredExecutions::new(store.reader().unwrap());
        for machine in ["w", "m"] {
            let mut filter = StoreFilter::default();
            filter.machine = Some(machine.to_owned());
            let row = store.reader().unwrap().list(&filter).unwrap().remove(0);
            let now = stepwright_engine::clock::Timestamp::default();
            let abort = stored.abort(&row, "Mine", "by hand", now).unwrap();
            store.commit(&abort.changes).unwrap();
        }
        let sent = messages(&store) - unsent;
        assert_eq!(sent, if had_listener { 4 } else { 0 });
        let (next, after) = (store.clone(), listener.clone());
        process(async move {
            let engine = builder(&next).status_listener(after).build().unwrap();
            while next
                .reader()
                .unwrap()
                .outbox_length(OutboxQueue::Statuses)
                .unwrap()
                > 0
            {
                tokio::task::yield_now().await;
            }
            engine.shutdown(Duration::from_secs(1)).await;
        });
        let changes = listener.changes.lock().unwrap();
        let aborted = changes
            .iter()
            .filter(|change| change.status == Status::Aborted);
        let mut aborted: Vec<_> = aborted
            .map(|change| {
                let of_map_run = change.is_map_run_child;
                (
                    change.error.as_deref(),
                    change.cause.as_deref(),
                    of_map_run,
                    change.is_redrivable,
                )
            })
            .collect();
        aborted.sort_unstable();
        let expected = |is_child| (Some("Mine"), Some("by hand"), is_child, true);
        let expected: Vec<_> = [false, false, true, true].map(expected).into();
        assert_eq!(aborted, if had_listener { expected } else { Vec::new() });
    }
}
