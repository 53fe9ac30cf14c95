use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{ActivityError, Engine, StartOptions};

use crate::run::support::{builder, kinds, machine, output, seconds};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:activity:pick";

#[tokio::test]
async fn a_worker_polls_and_completes_tasks() {
    let definition = machine(json!({"Type": "Task", "Resource": ARN}));
    let engine = builder(&definition).activity(ARN).build().unwrap();
    let run = engine
        .start_machine("m", json!({"n": 1}), StartOptions::new())
        .await
        .unwrap();
    let task = engine.get_activity_task(ARN, Some("robot")).await.unwrap();
    assert_eq!(task.input.to_text(), r#"{"n":1}"#);
    engine
        .send_task_success(&task.token, &json!("picked"))
        .await
        .unwrap();
    drop(task);
    let report = run.report().await;
    assert_eq!(output(&report), json!("picked"));
    assert_eq!(
        kinds(&report)[2..5],
        ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    );
    let started = report.history.events().nth(3).unwrap();
    assert_eq!(started.details().to_text(), r#"{"workerName":"robot"}"#);
}

#[tokio::test]
async fn a_waiting_worker_receives_the_next_tasks() {
    let definition = machine(json!({"Type": "Task", "Resource": ARN, "TimeoutSeconds": 60}));
    let engine = builder(&definition).activity(ARN).build().unwrap();
    let worker = engine.clone();
    tokio::spawn(async move {
        let work = |input: Json| async move {
            if input == json!("bad") {
                return Err(TaskFailure::new("Broken", "dropped it"));
            }
            Ok::<_, TaskFailure>(json!({"did": input}))
        };
        worker.work_on_activity(ARN, None, work).await
    });
    tokio::task::yield_now().await;
    for (input, expected) in [
        (json!(1), Ok(json!({"did": 1}))),
        (json!("bad"), Err("Broken")),
    ] {
        let run = engine
            .start_machine("m", input, StartOptions::new())
            .await
            .unwrap();
        let report = run.report().await;
        match expected {
            Ok(expected) => assert_eq!(output(&report), expected),
            Err(error) => assert_eq!(report.error.as_deref(), Some(error)),
        }
    }
}

#[tokio::test]
async fn an_activity_task_without_a_worker_times_out() {
    let definition = machine(json!({"Type": "Task", "Resource": ARN, "TimeoutSeconds": 60}));
    let engine = builder(&definition).activity(ARN).build().unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(report.error.as_deref(), Some("States.Timeout"));
    assert_eq!(
        kinds(&report)[2..4],
        ["ActivityScheduled", "ActivityTimedOut"]
    );
    assert_eq!(seconds(&report), 60.0);
}

#[tokio::test]
async fn an_undeclared_activity_fails_the_task() {
    let engine = builder(&machine(json!({"Type": "Task", "Resource": ARN})))
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(report.error.as_deref(), Some("States.Runtime"));
    assert!(
        report
            .cause
            .as_ref()
            .unwrap()
            .ends_with(&format!("The activity {ARN} does not exist."))
    );
    let asked = engine.get_activity_task(ARN, None).await;
    assert!(matches!(asked, Err(ActivityError::ActivityDoesNotExist(_))));
}

/// Polls the future once.
async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *future).poll(cx).is_pending())).await
}

#[tokio::test]
async fn a_dropped_poll_takes_no_task() {
    let definition = machine(json!({"Type": "Task", "Resource": ARN, "TimeoutSeconds": 60}));
    let engine = builder(&definition).activity(ARN).build().unwrap();
    let held = engine.clock().hold();
    // Each future is polled until it waits, and is dropped after it was notified of the task.
    for polls_again in [false, true] {
        let mut gives_up = Box::pin(engine.get_activity_task(ARN, Some("gives up")));
        assert!(is_pending(&mut gives_up).await);
        let mut waits = Box::pin(engine.get_activity_task(ARN, Some("waits")));
        assert!(is_pending(&mut waits).await);
        let run = engine
            .start_machine("m", json!(1), StartOptions::new())
            .await
            .unwrap();
        tokio::task::yield_now().await;
        drop(gives_up);
        if polls_again {
            drop(waits);
            waits = Box::pin(engine.get_activity_task(ARN, Some("waits")));
        }
        let task = waits.await.unwrap();
        engine
            .send_task_success(&task.token, &json!(2))
            .await
            .unwrap();
        let report = run.report().await;
        assert_eq!(output(&report), json!(2));
        let kinds = kinds(&report);
        let starts = kinds.iter().filter(|kind| **kind == "ActivityStarted");
        assert_eq!(starts.count(), 1);
    }
    drop(held);
}

#[tokio::test]
async fn a_panic_of_a_worker_fails_only_its_task() {
    let definition = machine(json!({"Type": "Task", "Resource": ARN, "TimeoutSeconds": 60}));
    let engine = builder(&definition).activity(ARN).build().unwrap();
    let worker = engine.clone();
    let working = tokio::spawn(async move {
        let work = |input: u32| async move {
            assert_ne!(input, 1, "the printer is out of paper");
            Ok::<_, TaskFailure>(input)
        };
        worker.work_on_activity(ARN, None, work).await
    });
    for (input, error) in [(1, Some("Stepwright.TaskPanicked")), (2, None)] {
        let run = engine
            .start_machine("m", json!(input), StartOptions::new())
            .await
            .unwrap();
        assert_eq!(run.report().await.error.as_deref(), error);
    }
    assert!(!working.is_finished());
}

#[tokio::test]
async fn an_activity_is_created_once_listed_and_deleted() {
    let engine = Engine::builder()
        .activity("${PackArn}")
        .virtual_time()
        .build()
        .unwrap();
    let created = engine.create_activity("pick").await.unwrap();
    assert_eq!((created.name.as_str(), created.arn.as_str()), ("pick", ARN));
    let _later = engine.clock().sleep(Duration::from_secs(5)).await;
    assert_eq!(engine.create_activity("pick").await.unwrap(), created);
    assert_eq!(engine.activity(ARN), Some(created));
    let arns = |engine: &Engine| -> Vec<String> {
        let all = engine.activities().into_iter();
        all.map(|activity| activity.arn).collect()
    };
    assert_eq!(arns(&engine), ["${PackArn}", ARN]);
    for arn in [ARN, ARN, "${PackArn}", "arn:no:such"] {
        engine.delete_activity(arn).await.unwrap();
    }
    assert_eq!(arns(&engine), [""; 0]);
    assert_eq!(engine.activity(ARN), None);
    for name in ["", "a b", "a:b", &"a".repeat(81)] {
        assert_eq!(
            engine.create_activity(name).await.unwrap_err(),
            ActivityError::InvalidName(name.to_owned())
        );
    }
}

#[tokio::test]
async fn queued_tasks_of_a_deleted_activity_wait_and_later_tasks_fail() {
    let task = json!({"Type": "Task", "Resource": ARN, "TimeoutSeconds": 60});
    let engine = builder(&machine(task)).build().unwrap();
    engine.create_activity("pick").await.unwrap();
    let start = |n: u32| engine.start_machine("m", json!(n), StartOptions::new());
    let hold = engine.clock().hold();
    let (early, timed_out) = (start(1).await.unwrap(), start(2).await.unwrap());
    while engine.activity(ARN).is_some() {
        tokio::task::yield_now().await;
        engine.delete_activity(ARN).await.unwrap();
    }
    let late = start(3).await.unwrap().report().await;
    assert_eq!(late.error.as_deref(), Some("States.Runtime"));
    let cause = late.cause.as_deref().unwrap();
    assert!(
        cause.ends_with(&format!("The activity {ARN} does not exist.")),
        "{cause}"
    );
    let missing = ActivityError::ActivityDoesNotExist(ARN.to_owned());
    let refused = engine.get_activity_task(ARN, None).await.unwrap_err();
    assert_eq!(refused, missing);

    engine.create_activity("pick").await.unwrap();
    let task = engine.get_activity_task(ARN, None).await.unwrap();
    assert_eq!(task.input.to_text(), "1");
    engine.delete_activity(ARN).await.unwrap();
    engine
        .send_task_success(&task.token, "picked")
        .await
        .unwrap();
    drop((task, hold));
    assert_eq!(output(&early.report().await), json!("picked"));
    let report = timed_out.report().await;
    assert_eq!(report.error.as_deref(), Some("States.Timeout"));
}

#[tokio::test]
async fn deleting_an_activity_ends_the_polls_of_waiting_workers() {
    let engine = Engine::builder().activity(ARN).build().unwrap();
    let worker = |name: &'static str| {
        let engine = engine.clone();
        tokio::spawn(async move {
            let task = engine.get_activity_task(ARN, Some(name)).await;
            task.map(drop)
        })
    };
    let waiting = [worker("a"), worker("b"), worker("c")];
    tokio::task::yield_now().await;
    engine.delete_activity(ARN).await.unwrap();
    for waits in waiting {
        assert_eq!(
            waits.await.unwrap(),
            Err(ActivityError::ActivityDoesNotExist(ARN.to_owned()))
        );
    }
}
