//! Tokens, activities, versions and redrives after a restart, and what is rejected.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_engine::{ActivityError, Engine, StartError, StartOptions, Status, TokenError};
use stepwright_testing::{Mock, Mocks};

use crate::durable::support::{Done, builder, note, process};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

/// A machine with a task of the activity.
fn packs() -> Json {
    json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": ACTIVITY, "End": true}}})
}

fn started(name: &str) -> StartOptions {
    StartOptions::new().name(name)
}

#[test]
fn a_task_token_is_completed_once_after_a_restart() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
        "Parameters": {"FunctionName": "note", "Payload": {"token.$": "$$.Task.Token"}},
    }}});
    let (first, again) = (
        (machine.clone(), store.clone(), done.clone()),
        (store.clone(), done.clone()),
    );
    process(async move {
        let (machine, store, done) = first;
        let engine = builder(&[("m", machine)], &store, &done).build().unwrap();
        engine
            .start_machine("m", json!({}), started("e"))
            .await
            .unwrap();
        while store.commits() < 2 {
            tokio::task::yield_now().await;
        }
    });
    process(async move {
        let (store, done) = again;
        let token = done.all()[0]["token"].as_str().unwrap().to_owned();
        let engine = builder(&[("m", machine)], &store, &done).build().unwrap();
        engine.send_task_success(&token, "yes").await.unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.output.as_ref().unwrap().to_text(), r#""yes""#);
        assert!(engine.send_task_success(&token, "yes").await.is_err());
        assert_eq!(done.all().len(), 1);
    });
}

/// A task whose handler sends its token and is still running when the process ends.
fn with_a_request_under_way(answers: bool) -> Status {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
        "Parameters": {"FunctionName": "hang", "Payload": {"token.$": "$$.Task.Token"}},
    }}});
    let engine = move |machine: Json, store: &MemoryStore, done: &Done| {
        let noted = done.clone();
        let builder = builder(&[("m", machine)], store, done);
        let builder = builder.function("hang", move |payload: Json| {
            noted.add(payload);
            std::future::pending::<Result<Json, stepwright_engine::task::TaskFailure>>()
        });
        builder.build().unwrap()
    };
    let (first, kept, noted) = (machine.clone(), store.clone(), done.clone());
    process(async move {
        let engine = engine(first, &kept, &noted);
        let run = engine.start_machine("m", json!({}), started("e"));
        run.await.unwrap();
        while noted.all().is_empty() {
            tokio::task::yield_now().await;
        }
        if answers {
            let token = noted.all()[0]["token"].as_str().unwrap().to_owned();
            engine.send_task_success(&token, "yes").await.unwrap();
        }
    });
    process(async move {
        let engine = engine(machine, &store, &done);
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(done.all().len(), 1);
        if answers {
            assert_eq!(report.output.as_ref().unwrap().to_text(), r#""yes""#)
        } else {
            assert_eq!(report.error.as_deref(), Some("Stepwright.TaskLost"))
        }
        report.status
    })
}

#[test]
fn a_token_completed_during_its_request_counts_after_a_restart() {
    assert_eq!(with_a_request_under_way(true), Status::Succeeded);
}

#[test]
fn an_interrupted_request_without_a_completed_token_is_lost() {
    assert_eq!(with_a_request_under_way(false), Status::Failed);
}

#[test]
fn a_queued_task_of_an_activity_waits_for_its_worker_after_a_restart() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = packs();
    for is_first in [true, false] {
        let (machine, store, done) = (machine.clone(), store.clone(), done.clone());
        process(async move {
            let builder = builder(&[("m", machine)], &store, &done).activity(ACTIVITY);
            let engine = builder.build().unwrap();
            if is_first {
                engine
                    .start_machine("m", json!({"box": 1}), started("e"))
                    .await
                    .unwrap();
                return;
            }
            let task = engine.get_activity_task(ACTIVITY, Some("w")).await.unwrap();
            assert_eq!(task.input.to_text(), r#"{"box":1}"#);
            engine
                .send_task_success(&task.token, "packed")
                .await
                .unwrap();
            let report = engine
                .blocking_execution(ID)
                .unwrap()
                .unwrap()
                .report()
                .await;
            assert_eq!(report.status, Status::Succeeded);
        });
    }
}

#[test]
fn a_started_activity_task_is_not_assigned_again_after_a_restart() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = packs();
    let (first, kept, noted) = (machine.clone(), store.clone(), done.clone());
    // The process ends at the moment at which the worker gets the task.
    process(async move {
        let builder = builder(&[("m", first)], &kept, &noted).activity(ACTIVITY);
        let engine = builder.build().unwrap();
        let run = engine.start_machine("m", json!({}), started("e"));
        run.await.unwrap();
        let task = engine.get_activity_task(ACTIVITY, Some("w")).await.unwrap();
        noted.add(json!(task.token));
    });
    process(async move {
        let builder = builder(&[("m", machine)], &store.copy(), &done).activity(ACTIVITY);
        let engine = builder.build().unwrap();
        let again = engine.get_activity_task(ACTIVITY, Some("v"));
        let again = tokio::time::timeout(Duration::from_millis(50), again).await;
        assert!(again.is_err(), "{again:?}");
        let token = done.all()[0].as_str().unwrap().to_owned();
        engine.send_task_success(&token, "packed").await.unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded);
    });
}

#[test]
fn a_poll_dropped_during_the_commit_takes_no_task() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = packs();
    process(async move {
        let builder = builder(&[("m", machine)], &store, &done).activity(ACTIVITY);
        let engine = builder.build().unwrap();
        let run = engine.start_machine("m", json!({}), started("e"));
        let run = run.await.unwrap();
        while run.history().await.path().is_empty() {
            tokio::task::yield_now().await;
        }
        for polls in 1..20 {
            let mut poll = Box::pin(engine.get_activity_task(ACTIVITY, Some("w")));
            for _ in 0..polls {
                let polled =
                    std::future::poll_fn(|cx| std::task::Poll::Ready(poll.as_mut().poll(cx))).await;
                if let std::task::Poll::Ready(task) = polled {
                    engine
                        .send_task_success(&task.unwrap().token, "packed")
                        .await
                        .unwrap();
                    assert_eq!(run.report().await.status, Status::Succeeded);
                    return;
                }
                tokio::task::yield_now().await;
            }
        }
        let task = engine.get_activity_task(ACTIVITY, Some("w")).await.unwrap();
        engine
            .send_task_success(&task.token, "packed")
            .await
            .unwrap();
        assert_eq!(run.report().await.status, Status::Succeeded);
    });
}

#[test]
fn an_execution_keeps_its_definition_after_a_restart() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let version = |word: &str| {
        json!({"StartAt": "W", "States": {
            "W": {"Type": "Wait", "Seconds": 10, "Next": "A"},
            "A": note(&json!(word), None),
        }})
    };
    for word in ["old", "new"] {
        let (machine, store, done) = (version(word), store.clone(), done.clone());
        process(async move {
            let engine = builder(&[("m", machine)], &store, &done)
                .virtual_time()
                .build()
                .unwrap();
            let hold = engine.clock().hold();
            let run = match engine.blocking_execution(ID).unwrap() {
                Some(run) => run,
                None => engine
                    .start_machine("m", json!({}), started("e"))
                    .await
                    .unwrap(),
            };
            if word == "new" {
                drop(hold);
                assert_eq!(run.report().await.status, Status::Succeeded);
                let run = engine
                    .start_machine("m", json!({}), started("f"))
                    .await
                    .unwrap();
                assert_eq!(run.report().await.status, Status::Succeeded);
            }
        });
    }
    assert_eq!(done.all(), [json!("old"), json!("new")]);
}

#[test]
fn uncommitted_changes_of_a_failed_store_have_no_effect() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = json!({"StartAt": "Ask", "States": {
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Next": "A",
            "Parameters": {"FunctionName": "note", "Payload": {"token.$": "$$.Task.Token"}},
        },
        "A": note(&json!("a"), None),
    }});
    let (first, kept, noted) = (machine.clone(), store.clone(), done.clone());
    process(async move {
        let engine = builder(&[("m", first)], &kept, &noted).build().unwrap();
        let run = engine.start_machine("m", json!({}), started("e"));
        let run = run.await.unwrap();
        while kept.commits() < 2 {
            tokio::task::yield_now().await;
        }
        let before = run.history().await.len();
        kept.fail_commits_from(kept.commits() + 1, crate::durable::support::power_is_gone());
        let token = noted.all()[0]["token"].as_str().unwrap().to_owned();
        let output = json!({});
        let answer = || engine.send_task_success(&token, &output);
        // The second engine does not see an end that is not durable, either.
        let commit_failed = Err(TokenError::CommitFailed);
        assert_eq!(
            tokio::join!(answer(), answer()),
            (commit_failed.clone(), commit_failed.clone())
        );
        assert_eq!(answer().await, commit_failed);
        let report = run.report().await;
        assert_eq!(report.error.as_deref(), Some("Stepwright.CommitFailed"));
        assert_eq!(report.history.len(), before);
    });
    process(async move {
        let engine = builder(&[("m", machine)], &store.copy(), &done)
            .build()
            .unwrap();
        let token = done.all()[0]["token"].as_str().unwrap().to_owned();
        engine.send_task_success(&token, &json!({})).await.unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded);
    });
}

#[test]
fn a_failed_execution_is_redriven_across_restarts() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = json!({"StartAt": "A", "States": {
        "A": note(&json!("a"), Some("B")),
        "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "bank"}, "Next": "W"},
        "W": {"Type": "Wait", "Seconds": 10, "Next": "C"},
        "C": note(&json!("c"), None),
    }});
    for step in 0..3 {
        let (machine, store, done) = (machine.clone(), store.clone(), done.clone());
        process(async move {
            let bank = if step == 0 {
                Mock::failure("Closed", "until tomorrow")
            } else {
                Mock::output(json!({"open": true}))
            };
            let builder = builder(&[("m", machine)], &store, &done);
            let builder = builder.tasks(Mocks::new().function("bank", bank.optional()));
            let engine = builder.virtual_time().build().unwrap();
            let hold = engine.clock().hold();
            match step {
                0 => {
                    drop(hold);
                    let run = engine
                        .start_machine("m", json!({}), started("e"))
                        .await
                        .unwrap();
                    assert_eq!(run.report().await.error.as_deref(), Some("Closed"));
                }
                1 => {
                    let run = engine.redrive(ID).await.unwrap();
                    assert_eq!(run.execution().redrive_count(), Some(1));
                    // It waits when the process ends.
                    while !done.all().is_empty()
                        && run
                            .history()
                            .await
                            .path()
                            .last()
                            .is_none_or(|state| state != "W")
                    {
                        tokio::task::yield_now().await;
                    }
                }
                _ => {
                    drop(hold);
                    let report = engine
                        .blocking_execution(ID)
                        .unwrap()
                        .unwrap()
                        .report()
                        .await;
                    assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
                    assert_eq!(report.execution().redrive_count(), Some(1));
                }
            }
        });
    }
    assert_eq!(done.all(), [json!("a"), json!("c")]);
}

#[test]
fn executions_of_a_shut_down_engine_resume_in_the_next_engine() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "Next": "A"}, "A": note(&json!("a"), None)}});
    let (first, again) = (
        (machine.clone(), store.clone(), done.clone()),
        (store.clone(), done.clone()),
    );
    process(async move {
        let (machine, store, done) = first;
        let engine = builder(&[("m", machine)], &store, &done).build().unwrap();
        let run = engine
            .start_machine("m", json!({}), started("e"))
            .await
            .unwrap();
        let stopped = engine.shutdown(Duration::ZERO).await;
        assert_eq!(stopped.len(), 1);
        assert_eq!(
            run.report().await.error.as_deref(),
            Some("Stepwright.ShutDown")
        );
    });
    process(async move {
        let (store, done) = again;
        let engine: Engine = builder(&[("m", machine)], &store, &done)
            .virtual_time()
            .build()
            .unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded);
        assert_eq!(done.all().len(), 1);
    });
}

#[tokio::test]
async fn mocks_of_one_start_are_refused_with_a_store() {
    let machine = json!({"StartAt": "A", "States": {"A": note(&json!("a"), None)}});
    let engine = builder(&[("m", machine)], &MemoryStore::new(), &Done::default())
        .build()
        .unwrap();
    let mocks = Mocks::new().state("A", Mock::output(json!({"Payload": 1})));
    let refused = engine
        .start_machine("m", json!({}), StartOptions::new().tasks(mocks))
        .await;
    assert!(
        matches!(refused, Err(StartError::InvalidTasks(_))),
        "{refused:?}"
    );
}

#[test]
fn building_an_engine_with_a_store_requires_a_tokio_runtime() {
    let built = builder(&[], &MemoryStore::new(), &Done::default()).build();
    assert!(built.unwrap_err().to_string().contains("tokio runtime"));
}

#[test]
fn activities_survive_restarts_until_they_are_deleted() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = packs();
    let engine = {
        let (machine, store) = (machine.clone(), store.clone());
        move || builder(&[("m", machine.clone())], &store, &done).build()
    };
    let first = engine.clone();
    let created = process(async move {
        let engine = first().unwrap();
        let created = engine.create_activity("pack").await.unwrap();
        let start = engine.start_machine("m", json!(1), started("e"));
        start.await.unwrap();
        created
    });
    let second = engine.clone();
    process(async move {
        let engine = second().unwrap();
        assert_eq!(engine.activities(), [created]);
        engine.delete_activity(ACTIVITY).await.unwrap();
    });
    let third = engine.clone();
    process(async move {
        let engine = third().unwrap();
        assert_eq!(engine.activities(), []);
        // Its task still waits.
        engine.create_activity("pack").await.unwrap();
        let task = engine.get_activity_task(ACTIVITY, None).await.unwrap();
        engine.send_task_success(&task.token, "done").await.unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded);
    });
    process(async move {
        store.fail_commits_from(0, crate::durable::support::power_is_gone());
        let engine = engine().unwrap();
        let refused = engine.create_activity("weigh").await.unwrap_err();
        assert!(matches!(refused, ActivityError::Store(_)), "{refused}");
        let refused = engine.delete_activity(ACTIVITY).await.unwrap_err();
        assert!(matches!(refused, ActivityError::Store(_)), "{refused}");
        let arns: Vec<_> = engine.activities().into_iter().map(|one| one.arn).collect();
        assert_eq!(arns, [ACTIVITY]);
    });
}

#[test]
fn a_shutdown_waits_only_for_handlers_and_workers() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let wait =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86_400, "End": true}}});
    let pack = json!({"StartAt": "P", "States": {"P": {"Type": "Task", "Resource": ACTIVITY, "End": true}}});
    let slow = json!({"StartAt": "S", "States": {
        "S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "W",
            "Parameters": {"FunctionName": "slow"}},
        "W": {"Type": "Wait", "Seconds": 86_400, "End": true},
    }});
    process(async move {
        let machines = [("wait", wait), ("pack", pack), ("slow", slow)];
        let slowly = |input: Json| async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok::<_, TaskFailure>(input)
        };
        let engine = builder(&machines, &store, &done)
            .activity(ACTIVITY)
            .function("slow", slowly)
            .build()
            .unwrap();
        let mut runs = Vec::new();
        for machine in ["wait", "pack", "pack", "slow"] {
            let run = engine.start_machine(machine, json!({}), StartOptions::new());
            runs.push(run.await.unwrap());
        }
        let task = engine.get_activity_task(ACTIVITY, None).await.unwrap();
        let worker = engine.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            worker.send_task_success(&task.token, "packed").await
        });
        // Far longer than the test may take: an execution that waits for a day is suspended
        // immediately.
        let stopped = engine.shutdown(Duration::from_secs(10_000)).await;
        assert_eq!(stopped.len(), 3);
        for (run, error) in runs.iter().zip([
            Some("Stepwright.ShutDown"),
            None,
            Some("Stepwright.ShutDown"),
            Some("Stepwright.ShutDown"),
        ]) {
            assert_eq!(run.report().await.error.as_deref(), error);
        }
        // Its handler has ended, and that is durable.
        let slow = runs[3].history().await;
        assert!(slow.path().contains(&"W".to_owned()), "{:?}", slow.path());
    });
}
