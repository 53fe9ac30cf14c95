//! Checks of mocks: sequences, tokens that are not requested, earlier problems, engines that are
//! never dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::{Value as Json, json};
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions};

use crate::testing::support::{machine, orders};

/// Returns the message of a panic.
fn panic_message(what: impl FnOnce()) -> String {
    match catch_unwind(AssertUnwindSafe(what)) {
        Ok(()) => "nothing".to_owned(),
        Err(panic) => match panic.downcast::<String>() {
            Ok(text) => *text,
            Err(panic) => panic.downcast_ref::<&str>().unwrap().to_string(),
        },
    }
}

/// Returns the message of a panic in a future.
async fn panics<T: Send + 'static>(what: impl Future<Output = T> + Send + 'static) -> String {
    let ended = tokio::spawn(what).await;
    let panic = ended.err().expect("a panic").into_panic();
    *panic.downcast::<String>().unwrap()
}

fn engine(definition: &Json, mocks: &Mocks) -> Engine {
    Engine::builder()
        .register_definition("m", &machine(definition), MachineType::Standard)
        .tasks(mocks.clone())
        .virtual_time()
        .build()
        .unwrap()
}

fn paid() -> Mock {
    Mock::output(json!({"total": 1}))
}

fn busy() -> Mock {
    Mock::failure("Throttled", "slow down")
}

#[tokio::test]
async fn a_call_beyond_the_declared_times_fails_the_test() {
    let mocks = Mocks::new().function("charge", busy().times(2));
    let engine = engine(&orders(), &mocks);
    drop(mocks);
    let ended = engine.execute_machine("m", json!({}), StartOptions::new());
    expect(&ended.await.unwrap()).failed("States.Runtime");
    assert_eq!(
        panic_message(|| drop(engine)),
        "the mock of the function `charge` has answers for 2 calls by its `times`, and `Charge` called it once more; add `.then(..)`, or remove the last `times`"
    );
}

#[test]
fn a_mock_with_zero_times_panics() {
    let refused = panic_message(|| drop(paid().times(0)));
    assert!(refused.contains("at least one call"), "{refused}");
}

#[tokio::test]
async fn an_unused_mock_is_reported_with_earlier_problems() {
    let mut definition = orders();
    definition["States"]["Thank"] = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:thank", "Next": "Done"});
    let mocks = Mocks::new()
        .function("charge", Mock::failure("Broken", "no power"))
        .function("thank", Mock::output(1));
    let engine = engine(&definition, &mocks);
    drop(mocks);
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    run.await.unwrap().report().await;
    assert!(
        engine
            .start_machine("n", json!({}), StartOptions::new())
            .await
            .is_err()
    );
    assert!(engine.send_task_success("t", "yes").await.is_err());
    assert_eq!(
        panic_message(|| drop(engine)),
        "nothing called the mock of the function `thank`; remove the mock, or call `.optional()` on it\n\
         before that, `m` ended FAILED with `Broken`: no power (path: Cool -> Charge)\n\
         before that, `n` was not started: the state machine `n` does not exist; register it with the engine's builder\n\
         before that, the answer to a token was refused: Invalid Token: 'Invalid token'"
    );
}

#[tokio::test]
async fn an_unused_mock_is_reported_with_executions_that_still_run() {
    let engine = engine(&orders(), &Mocks::new().function("charge", paid()));
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    drop(run.await.unwrap());
    assert_eq!(
        panic_message(|| drop(engine)),
        "nothing called the mock of the function `charge`; remove the mock, or call `.optional()` on it\n\
         before that, the test ended before its executions ended (1 running)"
    );
}

#[tokio::test]
async fn verify_checks_mocks_of_an_engine_that_is_never_dropped() {
    let mocks = Mocks::new().state("Charge", paid().optional());
    let engine = engine(&orders(), &mocks);
    let kept = engine.clone();
    tokio::spawn(async move {
        let _kept = kept;
        std::future::pending::<()>().await;
    });
    let panicking = Mocks::new().state("Charge", Mock::with(|_| panic!("no")));
    let options = StartOptions::new().tasks(panicking.clone());
    engine
        .execute_machine("m", json!({}), options)
        .await
        .unwrap();
    drop(engine);
    mocks.verify();
    let verified = panic_message(|| panicking.verify());
    assert_eq!(verified, "the mock that answered `Charge` panicked: no");
    let unused = Mocks::new().state("Charge", paid());
    let verified = panic_message(|| unused.verify());
    assert!(verified.starts_with("nothing called the mock of the state `Charge`"));
    std::mem::forget((panicking, unused));
}

#[tokio::test]
async fn calls_of_an_unknown_state_panic_with_a_suggestion() {
    let mocks = Mocks::new().state("Charge", paid().optional());
    assert!(mocks.calls_of("Charg").is_empty());
    let _engine = engine(&orders(), &mocks);
    assert!(mocks.calls_of("Charge").is_empty());
    assert_eq!(
        panic_message(|| drop(mocks.calls_of("Charg"))),
        "no mock is called by the state `Charg`: there is no state `Charg`; did you mean `Charge`?"
    );
}

#[test]
fn a_mock_of_an_uncalled_function_is_refused_with_the_called_ones() {
    let refused = Engine::builder()
        .register_definition("m", &machine(&orders()), MachineType::Standard)
        .tasks(Mocks::new().function("payment", paid()))
        .build()
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the mock of the function `payment`: no state calls the function `payment`; the states call `charge`, and a task function is mocked by `Mocks::task`"
    );
}

mod typed {
    use stepwright::{TaskError, task, workflow};

    #[derive(Debug, thiserror::Error, TaskError)]
    pub(super) enum ParcelError {
        #[error("lost")]
        Lost,
        #[error("late")]
        Late,
    }

    #[task]
    pub(super) async fn send(parcel: String) -> Result<String, ParcelError>;

    workflow! {
        pub(super) workflow Sending(parcel: String) -> String {
            task Send { let way = send(parcel); end way; }
        }
    }
}

#[test]
fn a_mocked_error_with_a_misspelled_variant_is_refused() {
    let build = |error: &str| {
        let mock = Mock::failure(error, "").optional();
        Engine::builder()
            .register::<typed::Sending>()
            .tasks(Mocks::new().task::<typed::send>(mock))
            .build()
    };
    assert_eq!(
        build("ParcelError.Lsot").unwrap_err().to_string(),
        "the mock of the task `send`: `send` does not fail with `ParcelError.Lsot`; did you mean `ParcelError.Lost`?"
    );
    let _ = typed::ParcelError::Late;
    for error in ["ParcelError.Late", "Lambda.ServiceException", "Broken"] {
        build(error).unwrap();
    }
}

/// Returns a choice between a state that needs a token and one that does not.
fn approval() -> Json {
    let ask = |next: &str| {
        json!({
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
            "TimeoutSeconds": 600,
            "Next": next,
        })
    };
    json!({"StartAt": "Large?", "States": {
        "Large?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Ask"}],
            "Default": "Small",
        },
        "Small": {"Type": "Wait", "Seconds": 60, "Next": "Done"},
        "Ask": ask("Again"),
        "Again": ask("Done"),
        "Done": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:done", "End": true},
    }})
}

fn asking() -> (Engine, Mocks) {
    let mocks = Mocks::new()
        .state("Ask", Mock::token().optional())
        .state("Again", Mock::token().optional())
        .state("Done", Mock::output(1).optional());
    (engine(&approval(), &mocks), mocks)
}

async fn start(engine: &Engine, total: u32) {
    let input = json!({"total": total});
    let run = engine.start_machine("m", input, StartOptions::new());
    run.await.unwrap();
}

#[tokio::test]
async fn token_of_panics_when_all_executions_ended_without_a_request() {
    let (engine, mocks) = asking();
    start(&engine, 1).await;
    let said = panics(async move { mocks.token_of("Ask").await }).await;
    assert!(
        said.starts_with("no token of `Ask` at testing/tests/testing/mock_verification.rs:"),
        "{said}"
    );
    assert!(
        said.ends_with(": it was not called, and no execution runs; mocks were called by `Done`; `m` ended SUCCEEDED (path: Large? -> Small -> Done)"),
        "{said}"
    );
}

#[tokio::test]
async fn token_of_panics_when_all_executions_wait_for_the_test() {
    let (engine, mocks) = asking();
    start(&engine, 101).await;
    let said = panics(async move { mocks.token_of("Again").await }).await;
    assert!(
        said.ends_with("the executions that run wait for the test; mocks were called by `Ask`"),
        "{said}"
    );
}

#[tokio::test]
async fn token_of_panics_at_once_for_a_state_without_a_token() {
    for (state, problem) in [
        ("Aks", "there is no state `Aks`; did you mean `Ask`?"),
        ("Large?", "`Large?` is a Choice state, which calls no task"),
        (
            "Done",
            "its task `arn:aws:lambda:us-east-1:1:function:done` does not wait for one",
        ),
    ] {
        let (engine, mocks) = asking();
        start(&engine, 1).await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        // It waits for nothing: the first poll panics.
        let said = panics(async move { mocks.token_of(state).now_or_never() }).await;
        assert!(said.ends_with(problem), "{said}");
    }
    let mocks = Mocks::new().state("Ask", Mock::token());
    let said = panics(async move { mocks.token_of("Ask").await }).await;
    assert!(said.contains("no engine uses these mocks"), "{said}");
}

#[tokio::test]
async fn token_of_waits_while_the_test_starts_executions_concurrently() {
    let (engine, mocks) = asking();
    let answers = async {
        // The first execution calls no mock.
        start(&engine, 1).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        start(&engine, 101).await;
        let token = mocks.token_of("Ask").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        engine.send_task_success(&token, "yes").await.unwrap();
    };
    let (token, ()) = tokio::join!(mocks.token_of("Again"), answers);
    engine.send_task_success(&token, "yes").await.unwrap();
}

#[tokio::test]
async fn a_token_mock_of_a_task_without_a_token_fails_the_test() {
    let engine = engine(&orders(), &Mocks::new().function("charge", Mock::token()));
    let ended = engine.execute_machine("m", json!({}), StartOptions::new());
    expect(&ended.await.unwrap()).failed("States.Runtime");
    assert_eq!(
        panic_message(|| drop(engine)),
        "the mock of the function `charge` answers through a task token, but `Charge` has none, because `arn:aws:states:::lambda:invoke` does not wait for one; `Mock::never()` never answers"
    );
}

#[tokio::test]
async fn assertions_exclude_the_children_of_map_runs() {
    let definition = json!({"StartAt": "Each", "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Twice",
                "States": {"Twice": {"Type": "Map", "End": true, "ItemProcessor": {
                    "StartAt": "I",
                    "States": {"I": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:i", "End": true}},
                }}},
            },
            "Next": "Last",
        },
        "Last": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:last", "End": true},
    }});
    let mocks = Mocks::new()
        .function("i", Mock::output(1))
        .function("last", Mock::output(1));
    let engine = engine(&definition, &mocks);
    let run = engine.start_machine("m", json!([[0, 0]]), StartOptions::new());
    let report = run.await.unwrap().report().await;
    expect(&report).called("Last", 1);
    let asserts: [&dyn Fn(); 3] = [
        &|| {
            expect(&report).called("I", 0);
        },
        &|| {
            expect(&report).entered("I");
        },
        &|| {
            expect(&report).not_entered("Twice");
        },
    ];
    for assert in asserts {
        let said = panic_message(assert);
        let end = "is not in this history: the children of the Distributed Map `Each` have separate histories";
        assert!(said.lines().next().unwrap().ends_with(end), "{said}");
        assert!(said.contains("mocks.calls_of(..)"), "{said}");
    }
    // The message leads to the child.
    let runs = engine.blocking_map_runs(report.execution().id()).unwrap();
    let children = engine.blocking_map_run_executions(&runs[0].arn).unwrap();
    let child = engine
        .blocking_execution(&children[0].id)
        .unwrap()
        .unwrap()
        .report()
        .await;
    expect(&child).called("I", 2).entered("Twice");
    let said = panic_message(|| {
        expect(&child).not_entered("Last");
    });
    assert!(
        said.starts_with("the state `Last` is not in this history"),
        "{said}"
    );
}
