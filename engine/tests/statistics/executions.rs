//! Executions on virtual time: each end, Express executions, nested ones, Map Runs, redrives.

use std::time::Duration;

use serde_json::json;
use stepwright_engine::{Engine, Limits, MachineType, StartOptions, Status};
use stepwright_testing::test_state::{TestStateRequest, test_state_on};
use stepwright_testing::{Mock, Mocks};

use crate::statistics::support::{Counts, builder, counts, named, obedient};

#[tokio::test]
async fn each_end_is_counted_for_standard_and_for_express_executions() {
    for machine in ["obedient", "express"] {
        let engine = builder().virtual_time().build().unwrap();
        assert_eq!(counts(&engine, machine), Counts::default());
        let start = |word: &str| engine.start_machine(machine, json!(word), StartOptions::new());
        for (word, status) in [
            ("succeed", Status::Succeeded),
            ("wait", Status::Succeeded),
            ("fail", Status::Failed),
        ] {
            let run = start(word).await.unwrap();
            assert_eq!(run.report().await.status, status);
        }
        let hold = engine.clock().hold();
        let stays = start("stay").await.unwrap();
        let stopped = start("stay").await.unwrap();
        let before = Counts {
            started: 5,
            succeeded: 2,
            failed: 1,
            open: 2,
            ..Counts::default()
        };
        assert_eq!(counts(&engine, machine), before);
        stopped.stop(None, None).await;
        assert_eq!(
            counts(&engine, machine),
            Counts {
                aborted: 1,
                open: 1,
                ..before
            }
        );
        drop(hold);
        assert_eq!(stays.report().await.status, Status::TimedOut);
        let expected = Counts {
            started: 5,
            succeeded: 2,
            failed: 1,
            aborted: 1,
            timed_out: 1,
            ..Counts::default()
        };
        assert_eq!(counts(&engine, machine), expected);
        let statistics = engine.statistics();
        let time = &statistics.state_machine(machine).unwrap().time;
        // The wait of ten seconds, and the timeout after a minute.
        assert_eq!((time.count(), time.sum()), (5, 70.0));
        let buckets: Vec<_> = time.buckets().collect();
        let at_most = |bound: f64| buckets.iter().find(|bucket| bucket.0 == bound).unwrap().1;
        assert_eq!(
            [0.001, 5.0, 10.0, 30.0, 60.0, f64::INFINITY].map(at_most),
            [3, 3, 4, 4, 5, 5]
        );
        assert_eq!(Counts::of(&statistics.all_executions()), expected);
    }
}

#[tokio::test]
async fn an_execution_on_the_task_of_its_caller_is_counted_also_when_it_is_dropped() {
    let engine = builder().build().unwrap();
    let report = engine
        .execute_machine("express", json!("succeed"), StartOptions::new())
        .await;
    assert_eq!(report.unwrap().status, Status::Succeeded);
    let stays = engine.execute_machine("express", json!("stay"), StartOptions::new());
    let mut stays = Box::pin(stays);
    let polled = std::future::poll_fn(|cx| {
        let _pending = stays.as_mut().poll(cx);
        std::task::Poll::Ready(())
    });
    polled.await;
    assert_eq!(counts(&engine, "express").open, 1);
    drop(stays);
    assert_eq!(
        counts(&engine, "express"),
        Counts {
            started: 2,
            succeeded: 1,
            aborted: 1,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn a_refused_start_and_a_repeated_one_are_not_counted() {
    let limits = Limits::new().open_executions(1);
    let engine = builder().limits(limits).virtual_time().build().unwrap();
    let run = engine
        .start_machine("obedient", json!("stay"), named("a"))
        .await
        .unwrap();
    // The same name and input are the same execution.
    engine
        .start_machine("obedient", json!("stay"), named("a"))
        .await
        .unwrap();
    engine
        .start_machine("obedient", json!("wait"), named("a"))
        .await
        .unwrap_err();
    engine
        .start_machine("obedient", json!("stay"), named("b"))
        .await
        .unwrap_err();
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            started: 1,
            open: 1,
            ..Counts::default()
        }
    );
    assert_eq!(engine.statistics().open_executions_limit, 1);
    run.stop(None, None).await;
}

#[tokio::test]
async fn a_redrive_counts_as_redriven_and_its_end_counts_again() {
    let definition = json!({"StartAt": "Try", "States": {
        "Try": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Rest",
            "Parameters": {"FunctionName": "f"}},
        "Rest": {"Type": "Wait", "Seconds": 5, "End": true},
    }});
    let mock = Mock::failure("Closed", "until tomorrow")
        .times(2)
        .then(Mock::output(1));
    let engine = Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .tasks(Mocks::new().state("Try", mock))
        .virtual_time()
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let id = run.id().to_owned();
    run.await.unwrap_err();
    drop(engine.clock().sleep(Duration::from_secs(1_000)).await);
    engine.redrive(&id).await.unwrap().await.unwrap_err();
    let again = engine.redrive(&id).await.unwrap();
    assert_eq!(
        counts(&engine, "m"),
        Counts {
            started: 1,
            redriven: 2,
            failed: 2,
            open: 1,
            ..Counts::default()
        }
    );
    again.await.unwrap();
    assert_eq!(
        counts(&engine, "m"),
        Counts {
            started: 1,
            redriven: 2,
            failed: 2,
            succeeded: 1,
            ..Counts::default()
        }
    );
    // The time before a redrive does not count.
    let statistics = engine.statistics();
    assert_eq!(statistics.state_machine("m").unwrap().time.sum(), 5.0);
}

#[tokio::test]
async fn a_nested_execution_counts_for_its_own_state_machine() {
    let parent = json!({"StartAt": "S", "States": {"S": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:obedient", "Input.$": "$"},
    }}});
    let engine = builder()
        .register_json("parent", &parent.to_string(), MachineType::Standard)
        .virtual_time()
        .build()
        .unwrap();
    // The text of an input is parsed as JSON.
    for (word, status) in [
        ("\"wait\"", Status::Succeeded),
        ("\"fail\"", Status::Failed),
    ] {
        let run = engine
            .start_machine("parent", json!(word), StartOptions::new())
            .await;
        assert_eq!(run.unwrap().report().await.status, status);
    }
    for machine in ["parent", "obedient"] {
        assert_eq!(
            counts(&engine, machine),
            Counts {
                started: 2,
                succeeded: 1,
                failed: 1,
                ..Counts::default()
            },
            "{machine}"
        );
    }
    let statistics = engine.statistics();
    let starts = statistics
        .resource("arn:aws:states:::states:startExecution.sync:2")
        .unwrap();
    assert_eq!(
        (
            starts.scheduled,
            starts.started,
            starts.succeeded,
            starts.failed
        ),
        (2, 2, 1, 1)
    );
    assert_eq!(starts.run_time.sum(), 10.0);
}

#[tokio::test]
async fn the_children_of_a_map_run_count_for_the_machine_with_the_label_of_the_map() {
    for child_type in ["STANDARD", "EXPRESS"] {
        let mut processor = obedient();
        processor.as_object_mut().unwrap().remove("TimeoutSeconds");
        processor["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": child_type});
        let maps = json!({"StartAt": "Each", "States": {"Each": {
            "Type": "Map", "Label": "each", "End": true, "ToleratedFailureCount": 5, "ItemProcessor": processor,
        }}});
        let engine = Engine::builder()
            .register_json("maps", &maps.to_string(), MachineType::Standard)
            .virtual_time()
            .build()
            .unwrap();
        let input = json!(["wait", "fail", "succeed", "fail"]);
        let run = engine
            .start_machine("maps", input, StartOptions::new())
            .await
            .unwrap();
        assert_eq!(run.report().await.status, Status::Succeeded);
        assert_eq!(
            counts(&engine, "maps"),
            Counts {
                started: 1,
                succeeded: 1,
                ..Counts::default()
            }
        );
        assert_eq!(
            counts(&engine, "maps/each"),
            Counts {
                started: 4,
                succeeded: 2,
                failed: 2,
                ..Counts::default()
            }
        );
        assert_eq!(engine.statistics().executions.len(), 2);
    }
}

#[tokio::test]
async fn a_shutdown_without_a_store_aborts() {
    let engine = builder().virtual_time().build().unwrap();
    engine
        .start_machine("obedient", json!("stay"), StartOptions::new())
        .await
        .unwrap();
    engine.shutdown(Duration::ZERO).await;
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            started: 1,
            aborted: 1,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn a_registered_machine_is_there_before_its_first_execution_and_stays_after_its_removal() {
    let engine = Engine::builder().virtual_time().build().unwrap();
    assert!(engine.statistics().executions.is_empty());
    let text = obedient().to_string();
    engine
        .register_json("late", &text, MachineType::Standard)
        .unwrap();
    assert_eq!(counts(&engine, "late"), Counts::default());
    let run = engine
        .start_machine("late", json!("wait"), StartOptions::new())
        .await
        .unwrap();
    // Another version of a machine has the same numbers.
    engine
        .register_json("late", &text.replace("60", "90"), MachineType::Standard)
        .unwrap();
    run.await.unwrap();
    assert_eq!(
        counts(&engine, "late"),
        Counts {
            started: 1,
            succeeded: 1,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn executions_that_memory_does_not_retain_count_as_deleted() {
    let engine = builder().retention(2).virtual_time().build().unwrap();
    for _ in 0..5 {
        let run = engine
            .start_machine("obedient", json!("succeed"), StartOptions::new())
            .await;
        run.unwrap().await.unwrap();
    }
    assert_eq!(engine.statistics().deleted_executions, 3);
}

#[tokio::test]
async fn a_test_of_a_single_state_is_not_counted() {
    let engine = builder().virtual_time().build().unwrap();
    let request = TestStateRequest::new(json!({"Type": "Pass", "End": true}));
    test_state_on(&engine, &request).await.unwrap();
    assert_eq!(
        Counts::of(&engine.statistics().all_executions()),
        Counts::default()
    );
}
