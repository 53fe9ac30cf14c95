//! The power fails at each commit of an execution in turn. The next engine continues, and the end
//! is the same.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_engine::{Engine, ExecutionFilter, StartOptions, Status};

use crate::durable::support::{Done, builder, note, power_is_gone, process, second};

/// The end of an execution, and the actions of its tasks.
struct Ended {
    status: Status,
    output: Option<Json>,
    events: Vec<Json>,
    done: Vec<Json>,
    commits: u64,
    /// How many tasks were lost, in all executions.
    lost: usize,
}

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";

/// Starts the execution, unless it exists, and waits for its end, or for the failure of the store.
fn work(
    machines: &[(&'static str, Json)],
    store: &MemoryStore,
    done: &Done,
    at: i64,
) -> Option<Ended> {
    let (machines, store, done) = (machines.to_vec(), store.clone(), done.clone());
    process(async move {
        let builder = builder(&machines, &store, &done);
        let engine: Engine = builder.virtual_time_from(second(at)).build().unwrap();
        let run = match engine.blocking_execution(ID).unwrap() {
            Some(run) => run,
            None => {
                let options = StartOptions::new().name("e");
                engine
                    .start_machine("m", json!({"id": 7}), options)
                    .await
                    .ok()?
            }
        };
        let report = run.report().await;
        // Executions that no other execution waits for end, too.
        let mut lost = 0;
        for one in engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
        {
            let history = engine
                .blocking_execution(&one.id)
                .unwrap()?
                .report()
                .await
                .history
                .clone();
            let names = history.to_json()["events"].to_string();
            lost += names.matches("\"error\":\"Stepwright.TaskLost\"").count();
        }
        let is_kept = report.error.as_deref() != Some("Stepwright.CommitFailed");
        is_kept.then(|| {
            let printed = report.history.to_json();
            Ended {
                status: report.status,
                output: report.output.as_ref().map(|output| output.to_json()),
                events: printed["events"].as_array().unwrap().clone(),
                done: done.all(),
                commits: store.commits(),
                lost,
            }
        })
    })
}

/// Checks the invariants for a power failure at each commit.
fn survives_every_crash(machines: &[(&'static str, Json)]) {
    let whole = work(machines, &MemoryStore::new(), &Done::default(), 0).unwrap();
    assert_eq!(whole.status, Status::Succeeded, "{:?}", whole.events.last());
    assert!(whole.commits > 1);
    for commit in 1..=whole.commits {
        let (store, done) = (MemoryStore::new(), Done::default());
        store.fail_commits_from(commit, power_is_gone());
        let ended = work(machines, &store, &done, 0);
        if ended.is_some() {
            // Commits of several executions were combined this time.
            assert!(commit > whole.commits / 2);
            break;
        }
        let store = store.copy();
        // A quarter of an hour later.
        let again = work(machines, &store, &done, 900).unwrap();
        let at = format!("the power went at commit {commit} of {}", whole.commits);
        assert_eq!(
            (again.status, &again.output),
            (whole.status, &whole.output),
            "{at}: {:?}",
            again.events.last()
        );
        let ids: Vec<u64> = again
            .events
            .iter()
            .map(|event| event["id"].as_u64().unwrap())
            .collect();
        assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>(), "{at}");
        let (lost, twice) = (again.lost, again.done.len() - whole.done.len());
        assert!(
            twice <= lost,
            "{at}: {twice} tasks were done twice, and {lost} were lost"
        );
        // The store has its end, too.
        let known = work(machines, &store.copy(), &done, 2_000).unwrap();
        assert_eq!(known.events, again.events, "{at}");
        assert_eq!(known.done.len(), again.done.len(), "{at}");
    }
}

#[test]
fn a_chain_of_tasks_survives_crashes() {
    survives_every_crash(&[(
        "m",
        json!({"StartAt": "A", "States": {
            "A": note(&json!("a"), Some("P")),
            "P": {"Type": "Pass", "Parameters": {"kept.$": "$.last"}, "Next": "B"},
            "B": note(&json!("b"), Some("C")),
            "C": note(&json!("c"), None),
        }}),
    )]);
}

#[test]
fn waits_keep_their_deadlines_after_crashes() {
    survives_every_crash(&[(
        "m",
        json!({"StartAt": "A", "States": {
            "A": note(&json!("a"), Some("W")),
            "W": {"Type": "Wait", "Seconds": 600, "Next": "V"},
            "V": {"Type": "Wait", "Seconds": 86_400, "Next": "B"},
            "B": note(&json!("b"), None),
        }}),
    )]);
}

#[test]
fn branches_and_iterations_survive_crashes() {
    survives_every_crash(&[(
        "m",
        json!({"StartAt": "P", "States": {
            "P": {"Type": "Parallel", "ResultPath": "$.parallel", "Next": "I", "Branches": [
                {"StartAt": "A", "States": {"A": note(&json!("a"), Some("W")),
                    "W": {"Type": "Wait", "Seconds": 5, "End": true}}},
                {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 3, "Next": "C"}, "C": note(&json!("c"), None)}},
            ]},
            "I": {"Type": "Pass", "Result": [1, 2, 3, 4, 5], "ResultPath": "$.items", "Next": "M"},
            "M": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "End": true, "ItemSelector": {"item.$": "$$.Map.Item.Value"},
                "ItemProcessor": {"StartAt": "D", "States": {
                    "D": note(&json!("d"), Some("X")),
                    "X": {"Type": "Wait", "Seconds": 2, "End": true},
                }}},
        }}),
    )]);
}

#[test]
fn a_loop_with_variables_and_jsonata_survives_crashes() {
    survives_every_crash(&[(
        "m",
        json!({"QueryLanguage": "JSONata", "StartAt": "Begin", "States": {
            "Begin": {"Type": "Pass", "Assign": {"n": 0, "all": []}, "Next": "Note"},
            "Note": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "note", "Payload": "{% $n %}"},
                "Retry": [{"ErrorEquals": ["Stepwright.TaskLost"]}],
                "Assign": {"n": "{% $n + 1 %}", "all": "{% $append($all, $states.result.Payload) %}"}, "Next": "Enough?"},
            "Enough?": {"Type": "Choice", "Default": "Note", "Choices": [{"Condition": "{% $n = 6 %}", "Next": "End"}]},
            "End": {"Type": "Pass", "Output": "{% $all %}", "End": true},
        }}),
    )]);
}

#[test]
fn nested_executions_survive_crashes() {
    let inner = json!({"StartAt": "N", "States": {"N": note(&json!("inner"), Some("W")), "W": {"Type": "Wait", "Seconds": 4, "End": true}}});
    let nest = |resource: &str, next: &str| {
        json!({
            "Type": "Task", "Resource": resource, "ResultPath": null, "Next": next,
            "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner", "Input": {"of": resource}},
        })
    };
    survives_every_crash(&[
        (
            "m",
            json!({"StartAt": "Sync", "States": {
                "Sync": nest("arn:aws:states:::states:startExecution.sync:2", "Forget"),
                "Forget": nest("arn:aws:states:::states:startExecution", "W"),
                "W": {"Type": "Wait", "Seconds": 60, "End": true},
            }}),
        ),
        ("inner", inner),
    ]);
}

#[test]
fn a_crash_does_not_change_the_delay_of_a_retry() {
    let mut failing = note(&json!("x"), None);
    failing["Parameters"]["FunctionName"] = json!("none");
    failing["Retry"] =
        json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "MaxAttempts": 2}]);
    let (store, done) = (MemoryStore::new(), Done::default());
    let definition = json!({"StartAt": "A", "States": {"A": failing}});
    let machines = vec![("m", definition)];
    let start = {
        let (machines, store, done) = (machines.clone(), store.clone(), done.clone());
        move |at: i64| {
            let (machines, store, done) = (machines.clone(), store.clone(), done.clone());
            process(async move {
                let builder = builder(&machines, &store, &done).function("none", |_: Json| async {
                    Err::<Json, _>(stepwright_engine::task::TaskFailure::new("No", "no"))
                });
                let engine = builder.virtual_time_from(second(at)).build().unwrap();
                let hold = engine.clock().hold();
                if engine.blocking_execution(ID).unwrap().is_none() {
                    let options = StartOptions::new().name("e");
                    engine.start_machine("m", json!({}), options).await.unwrap();
                }
                if at == 0 {
                    // It waits for its first retry when the process ends.
                    while store.commits() < 2 {
                        tokio::task::yield_now().await;
                    }
                    return None;
                }
                drop(hold);
                Some(
                    engine
                        .blocking_execution(ID)
                        .unwrap()
                        .unwrap()
                        .report()
                        .await,
                )
            })
        }
    };
    assert!(start(0).is_none());
    let report = start(40).unwrap();
    assert_eq!(report.error.as_deref(), Some("No"));
    // 100 seconds, then 200: counted from the start, not from the crash.
    assert_eq!(report.stopped.since(second(0)), Duration::from_secs(300));
}

/// Returns the times of the events of an execution whose token is answered in a process whose clock
/// shows `at`.
fn times_after_restart_at(at: i64) -> Vec<String> {
    let (store, done) = (MemoryStore::new(), Done::default());
    let mut ask = note(&json!({}), Some("W"));
    ask["Resource"] = json!("arn:aws:states:::lambda:invoke.waitForTaskToken");
    ask["Parameters"]["Payload"] = json!({"token.$": "$$.Task.Token"});
    let machine = json!({"StartAt": "Ask", "States": {
        "Ask": ask,
        "W": {"Type": "Wait", "Seconds": 10, "End": true},
    }});
    let (first, kept, noted) = (machine.clone(), store.clone(), done.clone());
    process(async move {
        let builder = builder(&[("m", first)], &kept, &noted);
        let engine = builder.virtual_time_from(second(0)).build().unwrap();
        let _hold = engine.clock().hold();
        let options = StartOptions::new().name("e");
        engine.start_machine("m", json!({}), options).await.unwrap();
        // The start, and the response to the request.
        while kept.commits() < 2 {
            tokio::task::yield_now().await;
        }
    });
    process(async move {
        let builder = builder(&[("m", machine)], &store.copy(), &done);
        let engine = builder.virtual_time_from(second(at)).build().unwrap();
        let token = done.all()[0]["token"].as_str().unwrap().to_owned();
        let answer = json!({"Payload": "yes"});
        engine.send_task_success(&token, &answer).await.unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        // It waits by the current clock.
        assert_eq!(engine.clock().now(), second(at + 10));
        // The first process wrote events at 0.
        assert_eq!(report.stopped, second((at + 10).max(0)));
        let times = report.history.events().map(|event| event.timestamp());
        times.map(|time| time.to_string()).collect()
    })
}

#[test]
fn history_times_stay_in_order_when_the_clock_jumps() {
    for at in [-86_400, -3, 0, 5, 86_400] {
        let times = times_after_restart_at(at);
        assert!(times.is_sorted(), "{at}: {times:?}");
    }
}
