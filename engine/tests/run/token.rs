use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::clock::Clock;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, EngineBuilder, StartOptions, Status, TokenError};
use stepwright_testing::{Mock, Mocks};
use tokio::sync::mpsc;

use crate::run::support::{builder, kinds, machine, output, run, seconds};

fn asking(more: Json) -> Json {
    let mut state = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
    });
    for (key, value) in more.as_object().unwrap() {
        state[key] = value.clone();
    }
    machine(state)
}

/// Returns an engine whose function sends its token to a channel.
fn engine(definition: &Json) -> (Engine, mpsc::UnboundedReceiver<String>) {
    sending(builder(definition))
}

fn sending(builder: EngineBuilder) -> (Engine, mpsc::UnboundedReceiver<String>) {
    let (sender, tokens) = mpsc::unbounded_channel();
    let sender = Arc::new(sender);
    let engine = builder
        .function("ask", move |payload: Json| {
            let sender = sender.clone();
            async move {
                let token = payload["token"].as_str().unwrap_or_default().to_owned();
                let _ = sender.send(token);
                Ok::<_, TaskFailure>(json!({"asked": true}))
            }
        })
        .build()
        .unwrap();
    (engine, tokens)
}

#[tokio::test]
async fn a_task_token_can_be_completed_days_later() {
    let (engine, mut tokens) = engine(&asking(json!({"TimeoutSeconds": 3 * 86_400})));
    let held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = tokens.recv().await.unwrap();
    assert!(token.len() >= 40, "{token}");
    let asleep = engine.clock().sleep(Duration::from_secs(2 * 86_400));
    drop(held);
    let _awake = asleep.await;
    engine
        .send_task_success(&token, &json!({"approved": true}))
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(output(&report), json!({"approved": true}));
    assert_eq!(seconds(&report), 2.0 * 86_400.0);
    assert_eq!(
        kinds(&report)[2..6],
        [
            "TaskScheduled",
            "TaskStarted",
            "TaskSubmitted",
            "TaskSucceeded"
        ]
    );
    // After the answer the token is closed.
    let again = engine.send_task_success(&token, &1).await;
    assert_eq!(again, Err(TokenError::TaskDoesNotExist));
    let unknown = engine.send_task_success("guess", &1).await;
    assert_eq!(unknown, Err(TokenError::InvalidToken));
}

#[tokio::test]
async fn a_send_task_failure_may_lack_error_and_cause() {
    let (engine, mut tokens) = engine(&asking(json!({})));
    let _held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = tokens.recv().await.unwrap();
    engine.send_task_failure(&token, None, None).await.unwrap();
    let report = run.report().await;
    assert_eq!(report.status, Status::Failed);
    assert_eq!((&report.error, &report.cause), (&None, &None));
}

#[tokio::test]
async fn heartbeats_keep_a_task_alive() {
    let (engine, mut tokens) = engine(&asking(json!({"HeartbeatSeconds": 60})));
    let mut held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = tokens.recv().await.unwrap();
    for _ in 0..10 {
        let asleep = engine.clock().sleep(Duration::from_secs(50));
        drop(held);
        held = asleep.await;
        engine.send_task_heartbeat(&token).await.unwrap();
    }
    engine.send_task_success(&token, "at last").await.unwrap();
    let report = run.report().await;
    drop(held);
    assert_eq!(output(&report), json!("at last"));
    assert_eq!(seconds(&report), 500.0);
}

#[tokio::test]
async fn a_missing_heartbeat_is_retried_as_a_heartbeat_timeout() {
    let definition = asking(json!({
        "HeartbeatSeconds": 60, "Retry": [{"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 1}]
    }));
    let mocks = Mocks::new().state("S", Mock::token());
    let report = run(&definition, &mocks, json!({})).await;
    assert_eq!(report.error.as_deref(), Some("States.Timeout"));
    assert_eq!(seconds(&report), 60.0 + 1.0 + 60.0);
    let timed_out = kinds(&report)
        .into_iter()
        .filter(|kind| *kind == "TaskTimedOut");
    assert_eq!(timed_out.count(), 2);
}

#[tokio::test]
async fn a_token_without_heartbeats_times_out_and_refuses_a_late_output() {
    let (engine, mut tokens) = engine(&asking(json!({"HeartbeatSeconds": 60})));
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = tokens.recv().await.unwrap();
    let report = run.report().await;
    assert_eq!(report.error.as_deref(), Some("States.Timeout"));
    assert_eq!(seconds(&report), 60.0);
    let late = engine.send_task_success(&token, &1).await;
    assert_eq!(late, Err(TokenError::TaskTimedOut));
}

#[tokio::test]
async fn a_mock_returns_the_submitted_response_and_then_the_result() {
    let mocks = Mocks::new().state(
        "S",
        Mock::output("yes").submitted(json!({"MessageId": "1"})),
    );
    let report = run(&asking(json!({})), &mocks, json!({})).await;
    assert_eq!(output(&report), json!("yes"));
    let submitted = report
        .history
        .events()
        .find(|event| event.kind().name() == "TaskSubmitted")
        .unwrap();
    assert_eq!(submitted.value().unwrap().to_text(), r#"{"MessageId":"1"}"#);
}

#[tokio::test]
async fn a_completion_during_the_request_applies_after_it() {
    let engine_cell: Arc<std::sync::OnceLock<Engine>> = Arc::default();
    let seen = engine_cell.clone();
    let engine = builder(&asking(json!({})))
        .function("ask", move |payload: Json| {
            let engine = seen.clone();
            async move {
                let token = payload["token"].as_str().unwrap_or_default().to_owned();
                if let Some(engine) = engine.get() {
                    let _ = engine.send_task_success(&token, &json!("early")).await;
                }
                tokio::task::yield_now().await;
                Ok::<_, TaskFailure>(json!("response"))
            }
        })
        .build()
        .unwrap();
    engine_cell.set(engine.clone()).unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(output(&report), json!("early"));
    assert_eq!(kinds(&report)[4..6], ["TaskSubmitted", "TaskSucceeded"]);
}

/// Nothing can be recorded between the request and the stop: AWS accepts the answer, too.
#[tokio::test]
async fn a_stop_during_the_request_ends_an_execution_whose_token_was_answered() {
    let (sender, mut tokens) = mpsc::unbounded_channel();
    let sender = Arc::new(sender);
    let engine = builder(&asking(json!({})))
        .function("ask", move |payload: Json| {
            let token = payload["token"].as_str().unwrap_or_default().to_owned();
            let _ = sender.send(token);
            std::future::pending::<Result<Json, TaskFailure>>()
        })
        .clock(Clock::real())
        .build()
        .unwrap();
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    let run = run.await.unwrap();
    let token = tokens.recv().await.unwrap();
    engine.send_task_success(&token, &1).await.unwrap();
    let report = run.stop(None, None).await;
    assert_eq!(report.status, Status::Aborted);
    assert_eq!(
        kinds(&report)[2..],
        ["TaskScheduled", "TaskStarted", "ExecutionAborted"]
    );
    let again = engine.send_task_success(&token, &2).await;
    assert_eq!(again, Err(TokenError::TaskDoesNotExist));
}

/// A stop and an answer arrive together: an `Ok` answer is an event of the history, and another one
/// is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_completion_is_in_the_history_of_a_stopped_execution() {
    let (engine, mut tokens) = sending(builder(&asking(json!({}))).clock(Clock::real()));
    let mut counted = 0;
    for number in 0..300 {
        let run = engine.start_machine("m", json!({}), StartOptions::new());
        let run = run.await.unwrap();
        let token = tokens.recv().await.unwrap();
        // The request of each third has perhaps not ended.
        while number % 3 > 0 && run.history().await.events().count() < 5 {
            tokio::task::yield_now().await;
        }
        let answering = engine.clone();
        let answer =
            tokio::spawn(async move { answering.send_task_success(&token, &json!(1)).await });
        // A busy machine may start each answer after its stop, so some are first.
        let (report, is_answered) = if number % 5 == 0 {
            let is_answered = answer.await.unwrap().is_ok();
            (run.stop(None, None).await, is_answered)
        } else {
            let report = run.stop(None, None).await;
            (report, answer.await.unwrap().is_ok())
        };
        let kinds = kinds(&report);
        let was_submitted = kinds.contains(&"TaskSubmitted");
        let has_result = kinds.contains(&"TaskSucceeded");
        assert!(!has_result || is_answered, "{kinds:?}");
        assert!(has_result || !is_answered || !was_submitted, "{kinds:?}");
        counted += usize::from(is_answered);
    }
    assert!(counted > 0);
}

/// An answer races with the timeout: an `Ok` answer is effective, and others get the reason.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_completion_wins_against_the_timeout() {
    let (engine, mut tokens) =
        sending(builder(&asking(json!({"TimeoutSeconds": 1}))).clock(Clock::real()));
    let mut runs = Vec::new();
    for _ in 0..300 {
        let run = engine.start_machine("m", json!({}), StartOptions::new());
        runs.push(run.await.unwrap());
    }
    let mut answers = Vec::new();
    for number in 0..300u64 {
        let token = tokens.recv().await.unwrap();
        let engine = engine.clone();
        answers.push(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_micros(985_000 + 100 * number)).await;
            (engine.send_task_success(&token, &json!(1)).await, token)
        }));
    }
    let mut counted = 0;
    for answer in answers {
        let (answered, token) = answer.await.unwrap();
        match answered {
            Ok(()) => {
                counted += 1;
                let again = engine.send_task_success(&token, &json!(2)).await;
                assert_eq!(again, Err(TokenError::TaskDoesNotExist));
            }
            Err(error) => assert_eq!(error, TokenError::TaskTimedOut),
        }
    }
    let mut succeeded = 0;
    for run in runs {
        succeeded += usize::from(run.report().await.status == Status::Succeeded);
    }
    assert_eq!(succeeded, counted);
}

#[tokio::test]
async fn only_one_of_two_concurrent_completions_is_accepted() {
    let (engine, mut tokens) = engine(&asking(json!({})));
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = tokens.recv().await.unwrap();
    let (one, other) = (json!("one"), json!("other"));
    let (first, second) = tokio::join!(
        engine.send_task_success(&token, &one),
        engine.send_task_success(&token, &other)
    );
    assert_eq!((first, second), (Ok(()), Err(TokenError::TaskDoesNotExist)));
    assert_eq!(output(&run.report().await), one);
}
