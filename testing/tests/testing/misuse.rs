//! A wrong test fails: mocks that match nothing, that were not called, that panicked; assertions
//! about missing states.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright::{TaskError, task, workflow};
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, ExecutionReport, MachineType, StartError, StartOptions, Status};

use crate::testing::support::{machine, orders};

#[derive(Debug, thiserror::Error, TaskError)]
enum QuoteError {
    #[error("{article} is not for sale")]
    NotForSale { article: String, code: u32 },
    #[error("ask later")]
    Busy,
}

#[task]
async fn quote(article: String, quantity: u32) -> Result<f64, QuoteError>;

#[task]
async fn greet() -> String;

workflow! {
    workflow Inner(article: String) -> f64 {
        task Quote { let price = quote(article, 2); end price; }
    }

    workflow Outer(article: String) -> Vec<f64> {
        task First { let first = workflow Inner(article); next Second; }
        task Second { let second = workflow Inner(article); next Both; }
        pass Both { end vec![first, second]; }
    }

    workflow Caught(article: String) -> String {
        task Quote {
            let _price = quote(article, 1);
            retry QuoteError::Busy (interval: 1s, max_attempts: 2);
            catch States::ALL => Swallowed;
            end "priced".to_owned();
        }
        pass Swallowed { end "swallowed".to_owned(); }
    }

    workflow Greeting() -> String {
        task Greet { let text = greet(); end text; }
    }
}

/// Returns the message of a panic in a drop.
fn dropped<T>(what: T) -> String {
    match catch_unwind(AssertUnwindSafe(|| drop(what))) {
        Ok(()) => "nothing".to_owned(),
        Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_default(),
    }
}

fn engine(mocks: Mocks) -> Result<Engine, stepwright_runtime::BuildError> {
    Engine::builder()
        .register_definition("m", &machine(&orders()), MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()
}

fn paid() -> Mock {
    Mock::output(json!({"total": 1}))
}

#[test]
fn an_engine_with_a_mock_that_matches_no_state_is_refused() {
    let problem = |mocks| engine(mocks).unwrap_err().to_string();
    assert_eq!(
        problem(Mocks::new().state("Charg", paid())),
        "the mock of the state `Charg`: there is no state `Charg`; did you mean `Charge`?"
    );
    assert_eq!(
        problem(Mocks::new().state("Cool", paid())),
        "the mock of the state `Cool`: `Cool` is a Wait state, which calls no task"
    );
    assert_eq!(
        problem(Mocks::new().function("chrage", paid())),
        "the mock of the function `chrage`: no state calls the function `chrage`; did you mean `charge`?"
    );
    assert_eq!(
        problem(Mocks::new().resource("arn:aws:states:::sqs:*", paid())),
        "the mock of the resource `arn:aws:states:::sqs:*`: no state has the resource `arn:aws:states:::sqs:*`"
    );
    assert_eq!(
        problem(Mocks::new().task::<greet>(Mock::returns("hello".to_owned()))),
        "the mock of the task `greet`: no state calls it"
    );
    for mocks in [
        Mocks::new().state("Charge", paid().optional()),
        Mocks::new().function("charge", paid().optional()),
        Mocks::new().resource("arn:aws:states:::lambda:*", paid().optional()),
    ] {
        engine(mocks).unwrap();
    }
}

#[test]
fn with_a_dynamic_function_name_a_mock_may_have_any_name() {
    let mut definition = orders();
    definition["States"]["Charge"]["Parameters"] = json!({"FunctionName.$": "$.name"});
    Engine::builder()
        .register_definition("m", &machine(&definition), MachineType::Standard)
        .tasks(Mocks::new().function("anything", paid().optional()))
        .build()
        .unwrap();
}

#[tokio::test]
async fn a_start_with_a_mock_that_matches_no_state_is_refused() {
    let engine = engine(Mocks::new()).unwrap();
    let options = StartOptions::new().tasks(Mocks::new().state("Charg", paid()));
    let refused = engine.start_machine("m", json!({}), options).await;
    let Err(StartError::InvalidTasks(problem)) = refused else {
        panic!("it was started");
    };
    assert!(problem.contains("did you mean `Charge`?"), "{problem}");
}

#[test]
fn tasks_without_a_mock_need_a_handler() {
    let build = |mocks| {
        Engine::builder()
            .register::<Caught>()
            .register::<Greeting>()
            .tasks(mocks)
            .build()
    };
    let some = Mocks::new().task::<greet>(Mock::returns("hello".to_owned()).optional());
    let problem = build(some.clone()).unwrap_err().to_string();
    assert!(problem.contains("the task `quote`"), "{problem}");
    assert!(!problem.contains("`greet`"), "{problem}");
    build(some.task::<quote>(Mock::returns(1.0).optional())).unwrap();
}

#[tokio::test]
async fn an_unused_mock_fails_the_test_when_the_engine_is_dropped() {
    let unused = "nothing called the mock of the state `Charge`; remove the mock, or call `.optional()` on it";
    assert_eq!(
        dropped(engine(Mocks::new().state("Charge", paid())).unwrap()),
        unused
    );
    assert_eq!(
        dropped(engine(Mocks::new().state("Charge", paid().optional())).unwrap()),
        "nothing"
    );

    // A clone that the test retains may be passed to another engine later.
    let mocks = Mocks::new().state("Charge", paid());
    assert_eq!(dropped(engine(mocks.clone()).unwrap()), "nothing");
    assert_eq!(dropped(mocks), unused);

    // The handle of an execution is also a handle of its engine.
    let engine = engine(Mocks::new().state("Charge", paid())).unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    assert_eq!(dropped(engine), "nothing");
    run.report().await;
    assert_eq!(dropped(run), "nothing");

    // Mocks of one start are checked with the engine, too.
    let engine = self::engine(Mocks::new().state("Charge", paid())).unwrap();
    let own = Mocks::new().function("charge", paid());
    let options = StartOptions::new().tasks(own);
    engine
        .execute_machine("m", json!({}), options)
        .await
        .unwrap();
    assert_eq!(dropped(engine), unused);
}

#[test]
fn a_refused_engine_reports_no_unused_mock() {
    let mocks = Mocks::new().state("Charge", paid()).state("Charg", paid());
    assert!(engine(mocks.clone()).is_err());
    assert_eq!(dropped(mocks), "nothing");
}

#[tokio::test]
async fn a_refused_start_reports_no_unused_mock() {
    let engine = engine(Mocks::new()).unwrap();
    let own = Mocks::new().function("charge", paid());
    let options = StartOptions::new().name("no name").tasks(own);
    let refused = engine.start_machine("m", json!({}), options).await;
    assert!(matches!(refused, Err(StartError::InvalidName(_))));
    assert_eq!(dropped(engine), "nothing");
}

async fn caught(mocks: Mocks) -> (Engine, Arc<ExecutionReport>) {
    let engine = Engine::builder()
        .register::<Caught>()
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start::<Caught>("tea".to_owned()).await.unwrap();
    let report = run.report().await;
    (engine, report)
}

#[tokio::test]
async fn a_panic_in_a_mock_is_not_catchable_and_fails_the_test() {
    let mocks = Mocks::new().task_with::<quote>(|(article, quantity)| {
        assert_eq!((article.as_str(), quantity), ("tea", 2), "the call");
        Ok(1.0)
    });
    let (engine, report) = caught(mocks).await;
    expect(&report)
        .failed("States.Runtime")
        .not_entered("Swallowed")
        .called("Quote", 0);
    let said = dropped(engine);
    assert!(
        said.starts_with(
            "the mock that answered `Quote` panicked: assertion `left == right` failed: the call"
        ),
        "{said}"
    );
}

#[tokio::test]
async fn the_last_of_two_matching_mocks_is_used() {
    let mocks = Mocks::new()
        .state("Charge", Mock::failure("First", ""))
        .state("Charge", Mock::output(json!({"Payload": {"total": 1}})));
    let report = engine(mocks)
        .unwrap()
        .execute_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    expect(&report).succeeded();

    let mocks = Mocks::new()
        .state("Charge", Mock::output(json!({"Payload": {"total": 7}})))
        .function("charge", paid());
    let engine = engine(mocks).unwrap();
    let report = engine
        .execute_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    expect(&report).output(json!({"total": 1}));
    assert!(dropped(engine).contains("nothing called the mock of the state `Charge`"));
}

#[tokio::test]
async fn mocks_of_a_start_continue_their_sequence_in_nested_workflows() {
    let engine = Engine::builder()
        .register::<Outer>()
        .tasks(Mocks::new().task::<quote>(Mock::returns(0.0).optional()))
        .virtual_time()
        .build()
        .unwrap();
    for _ in 0..2 {
        let own = Mocks::new().task::<quote>(Mock::returns(1.5).then(Mock::returns(2.5)));
        let options = StartOptions::new().tasks(own);
        let run = engine
            .start_workflow::<Outer>("tea".to_owned(), options)
            .await
            .unwrap();
        assert_eq!(run.await.unwrap(), [1.5, 2.5]);
    }
}

#[tokio::test]
async fn calls_of_a_nested_workflow_are_found_in_the_mocks() {
    let mocks = Mocks::new().task::<quote>(Mock::returns(1.5));
    let engine = Engine::builder()
        .register::<Outer>()
        .tasks(mocks.clone())
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start::<Outer>("tea".to_owned()).await.unwrap();
    let report = run.report().await;
    let said = |assert: &dyn Fn()| {
        let panic = catch_unwind(AssertUnwindSafe(assert)).unwrap_err();
        let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
        text.lines().take(2).collect::<Vec<_>>().join("\n")
    };
    let fix = "the workflow that the state `First` starts has a separate history: ask the mocks for the calls of its states, \
               `mocks.calls_of(\"State\")`";
    assert_eq!(
        said(&|| {
            expect(&report).task_calls::<quote>([("tea".to_owned(), 2)]);
        }),
        format!("`quote` is never called: no state calls it\n  {fix}")
    );
    assert_eq!(
        said(&|| {
            expect(&report).entered("Quote");
        }),
        format!("the definition has no state `Quote`\n  {fix}")
    );
    let calls = mocks.calls_of("Quote");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].parameters.to_json()["Payload"]["article"], "tea");
}

#[tokio::test]
async fn children_of_a_map_run_share_one_mock_sequence() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map",
        "MaxConcurrency": 1,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "I",
            "States": {"I": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:i", "End": true}},
        },
        "End": true,
    }}});
    let mocks = Mocks::new().function(
        "i",
        Mock::output(1).then(Mock::output(2)).then(Mock::output(3)),
    );
    let engine = Engine::builder()
        .register_definition("m", &machine(&definition), MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap();
    let report = engine
        .execute_machine("m", json!([0, 0, 0]), StartOptions::new())
        .await
        .unwrap();
    expect(&report).output(json!([1, 2, 3]));
}

#[tokio::test]
async fn a_typed_mock_receives_several_arguments_as_a_tuple() {
    let mocks = Mocks::new().task_with::<quote>(|(article, quantity)| match article.as_str() {
        "tea" => Ok(f64::from(quantity) * 2.5),
        _ => Err(QuoteError::NotForSale {
            article,
            code: quantity,
        }),
    });
    let (_engine, report) = caught(mocks).await;
    expect(&report)
        .output("priced")
        .task_calls::<quote>([("tea".to_owned(), 1)]);

    let mocks = Mocks::new().task_with::<greet>(|()| Ok("hello".to_owned()));
    let engine = Engine::builder()
        .register::<Greeting>()
        .tasks(mocks)
        .build()
        .unwrap();
    let run = engine.start::<Greeting>(()).await.unwrap();
    let report = run.report().await;
    expect(&report).output("hello").task_calls::<greet>([()]);
}

#[tokio::test]
async fn assertions_about_unknown_states_panic_with_a_suggestion() {
    let (_engine, report) = caught(Mocks::new().task::<quote>(Mock::returns(1.0))).await;
    let said = |assert: &dyn Fn()| {
        let panic = catch_unwind(AssertUnwindSafe(assert)).unwrap_err();
        let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
        text.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        said(&|| {
            expect(&report).not_entered("Swalowed");
        }),
        "the definition has no state `Swalowed`; did you mean `Swallowed`?"
    );
    assert_eq!(
        said(&|| {
            expect(&report).entered("Nowhere");
        }),
        "the definition has no state `Nowhere`"
    );
    assert_eq!(
        said(&|| {
            expect(&report).called("Quot", 0);
        }),
        "the task of `Quot` is never called: there is no state `Quot`; did you mean `Quote`?"
    );
    assert_eq!(
        said(&|| {
            expect(&report).called("Swallowed", 0);
        }),
        "the task of `Swallowed` is never called: `Swallowed` is a Pass state, which calls no task"
    );
    assert_eq!(
        said(&|| {
            expect(&report).task_called::<greet>(0);
        }),
        "`greet` is never called: no state calls it"
    );
}

#[tokio::test]
async fn expect_checks_the_typed_error_of_a_failed_execution() {
    let no = |code| QuoteError::NotForSale {
        article: "tea".to_owned(),
        code,
    };
    let mocks = Mocks::new().task_with::<quote>(move |(_, quantity)| Err(no(quantity)));
    let engine = Engine::builder()
        .register::<Inner>()
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start::<Inner>("tea".to_owned()).await.unwrap();
    let failed = run.await.unwrap_err();
    expect(&failed)
        .status(Status::Failed)
        .failed_with(no(2))
        .failed_with("QuoteError.NotForSale")
        .message(&no(2).to_string())
        .path(["Quote"])
        .task_called::<quote>(1)
        .took(Duration::ZERO);
    let panic = catch_unwind(AssertUnwindSafe(|| {
        expect(&failed).failed_with(no(3));
    }))
    .unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(
        said.starts_with(
            "the error's fields differ\n  at /errorMessage/fields/code: expected 3, got 2"
        ),
        "{said}"
    );
    let panic = catch_unwind(AssertUnwindSafe(|| {
        expect(&failed).failed_with(QuoteError::Busy);
    }))
    .unwrap_err();
    assert!(
        panic
            .downcast_ref::<String>()
            .unwrap()
            .starts_with("the error is not `QuoteError.Busy`")
    );
    let panic = catch_unwind(AssertUnwindSafe(|| {
        expect(&failed).failed_with("QuoteError.Busy");
    }))
    .unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(
        said.starts_with("the error is not `QuoteError.Busy`"),
        "{said}"
    );
    let panic = catch_unwind(AssertUnwindSafe(|| {
        expect(&failed).message("busy");
    }))
    .unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(
        said.starts_with("the message of the error differs\n  expected busy, got "),
        "{said}"
    );
}

fn approval(timeout: u64) -> Json {
    json!({"StartAt": "Both", "States": {"Both": {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Approve", "States": {"Approve": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
                "TimeoutSeconds": timeout,
                "HeartbeatSeconds": 60,
                "End": true,
            }}},
            {"StartAt": "Cool", "States": {"Cool": {"Type": "Wait", "Seconds": 10, "End": true}}},
        ],
        "End": true,
    }}})
}

fn approving(mocks: &Mocks) -> Engine {
    Engine::builder()
        .register_definition("m", &machine(&approval(3_600)), MachineType::Standard)
        .tasks(mocks.clone())
        .virtual_time()
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_task_token_is_completed_without_holding_the_clock() {
    let mocks = Mocks::new().state("Approve", Mock::token());
    let engine = approving(&mocks);
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = mocks.token_of("Approve").await;
    // Work of the test itself takes no virtual time.
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    engine.send_task_success(&token, "yes").await.unwrap();
    let report = run.report().await;
    expect(&report)
        .output(json!(["yes", {}]))
        .took(Duration::from_secs(10));
}

#[tokio::test]
async fn a_task_token_is_completed_while_the_test_awaits_the_report() {
    let mocks = Mocks::new().state("Approve", Mock::token());
    let engine = approving(&mocks);
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let answer = async {
        let token = mocks.token_of("Approve").await;
        engine.send_task_success(&token, "yes").await.unwrap();
    };
    let (report, ()) = tokio::join!(run.report(), answer);
    expect(&report).succeeded();
}

#[tokio::test]
async fn virtual_time_advances_while_the_test_sleeps_on_its_clock() {
    let mocks = Mocks::new().state("Approve", Mock::token());
    let engine = approving(&mocks);
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = mocks.token_of("Approve").await;
    for _ in 0..3 {
        let _held = engine.clock().sleep(Duration::from_secs(50)).await;
        engine.send_task_heartbeat(&token).await.unwrap();
    }
    engine.send_task_success(&token, "yes").await.unwrap();
    let report = run.report().await;
    expect(&report)
        .output(json!(["yes", {}]))
        .took(Duration::from_secs(150));
}

#[tokio::test]
async fn a_task_token_that_is_not_completed_times_out() {
    let mocks = Mocks::new().state("Approve", Mock::token());
    let engine = approving(&mocks);
    let options = StartOptions::new();
    let report = engine
        .execute_machine("m", json!({}), options)
        .await
        .unwrap();
    expect(&report)
        .failed("States.Timeout")
        .took(Duration::from_secs(60));
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    assert_eq!(run.report().await.status, Status::Failed);
}

#[tokio::test]
async fn a_handler_that_sleeps_on_virtual_time_takes_no_real_time() {
    let definition = json!({"StartAt": "Work", "States": {"Work": {
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:1:function:work",
        "TimeoutSeconds": 90_000,
        "End": true,
    }}});
    let clock =
        stepwright_runtime::clock::Clock::virtual_from(stepwright_runtime::clock::VIRTUAL_START);
    let sleeper = clock.clone();
    let engine = Engine::builder()
        .register_definition("m", &machine(&definition), MachineType::Standard)
        .clock(clock)
        .function("work", move |_: Json| {
            let clock = sleeper.clone();
            async move {
                for _ in 0..24 {
                    let _held = clock.sleep(Duration::from_secs(3_600)).await;
                    tokio::task::yield_now().await;
                }
                Ok::<_, stepwright_runtime::task::TaskFailure>("done")
            }
        })
        .build()
        .unwrap();
    let begun = std::time::Instant::now();
    let report = engine
        .execute_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    expect(&report)
        .output("done")
        .took(Duration::from_secs(86_400));
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "it slept in real time"
    );
}

const PACK: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

fn packing() -> Engine {
    let definition = json!({"StartAt": "Pack", "States": {"Pack": {
        "Type": "Task", "Resource": PACK, "TimeoutSeconds": 7_200, "End": true,
    }}});
    Engine::builder()
        .register_definition("m", &machine(&definition), MachineType::Standard)
        .activity(PACK)
        .virtual_time()
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_worker_that_holds_a_task_sleeps_on_virtual_time() {
    let engine = packing();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let task = engine.get_activity_task(PACK, Some("w")).await.unwrap();
    let held = engine.clock().sleep(Duration::from_secs(3_600)).await;
    engine
        .send_task_success(&task.token, "packed")
        .await
        .unwrap();
    drop((task, held));
    let report = run.report().await;
    expect(&report)
        .output("packed")
        .took(Duration::from_secs(3_600));
}

#[tokio::test]
async fn a_worker_in_a_spawned_task_sleeps_on_virtual_time() {
    let engine = packing();
    let worker = {
        let engine = engine.clone();
        let clock = engine.clock().clone();
        tokio::spawn(async move {
            let work = |_: Json| {
                let clock = clock.clone();
                async move {
                    let _held = clock.sleep(Duration::from_secs(60)).await;
                    Ok::<_, stepwright_runtime::task::TaskFailure>("packed")
                }
            };
            engine.work_on_activity(PACK, None, work).await
        })
    };
    for _ in 0..3 {
        let run = engine
            .start_machine("m", json!({}), StartOptions::new())
            .await
            .unwrap();
        let report = run.report().await;
        expect(&report)
            .output("packed")
            .took(Duration::from_secs(60));
    }
    worker.abort();
}
