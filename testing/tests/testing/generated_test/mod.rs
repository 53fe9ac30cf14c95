//! Tests that `GeneratedTest` wrote from executions: they compile and pass, because they are modules of this program.
//!
//! `GENERATED=overwrite cargo test -p stepwright-runtime --test all generated_test` writes them again.

// rustfmt does not change generated files.
#[rustfmt::skip]
mod written;

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::task::{Answer, TaskCall};
use stepwright_runtime::testing::{GeneratedTest, Mock, Mocks, TestGenerationError};
use stepwright_runtime::{
    Engine, EngineBuilder, MachineType, Redaction, StartOptions, history::History,
};

const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:";

/// Returns a Task state that calls a function.
fn task(function: &str, more: Json) -> Json {
    let mut state = json!({"Type": "Task", "Resource": format!("{LAMBDA}{function}")});
    let members = more.as_object().expect("it is an object");
    for (name, value) in members {
        state[name] = value.clone();
    }
    state
}

fn builder(machine: &str, definition: &Json) -> EngineBuilder {
    // Not the clock and the seed of the generated test.
    let start = Timestamp::parse("2027-03-04T05:06:07.891Z").expect("it is a time");
    Engine::builder()
        .register_json(machine, &definition.to_string(), MachineType::Standard)
        .virtual_time_from(start)
        .seed(7)
}

async fn execute(builder: EngineBuilder, machine: &str, name: &str, input: Json) -> History {
    let engine = builder.build().expect("it is built");
    let options = StartOptions::new().name(name);
    let report = engine.execute_machine(machine, input, options).await;
    report.expect("it runs").history.clone()
}

/// Success, with names and values that Rust, JSON and a terminal treat specially.
async fn awkward() -> History {
    let first = "quote\" back\\slash {} \u{202e}reversed 日本語";
    let definition = json!({"Comment": "\"# ends a raw literal \"## too", "StartAt": first, "States": {
        first: task("first", json!({"ResultPath": "$.first", "Next": "r#\"raw\"#"})),
        "r#\"raw\"#": task("second", json!({"ResultPath": "$.second", "Next": "Third"})),
        "Third": task("third", json!({"ResultPath": "$.third", "End": true})),
    }});
    let long = vec![json!({"text": "line\nbreak\r\ttab \u{7} \u{301} \"#", "none": null}); 12];
    let mocks = Mocks::new()
        .state(first, Mock::output(json!({"a\"b": "\u{202e}\u{0}$HOME 'x' `y`", "n": [3_000_000_000_i64, -1, 1.5, true]})))
        .state("r#\"raw\"#", Mock::output(json!(long)))
        .state("Third", Mock::output(stepwright_runtime::value::Value::from_text("123456789012345678901234567890.5").expect("it is JSON")));
    let name = "büro-日本語";
    execute(
        builder(name, &definition).tasks(mocks),
        name,
        "größe-\"17\"".replace('"', "").as_str(),
        json!({"\u{feff}": "</script>", "deep": [[[[[]]]]]}),
    )
    .await
}

/// A caught error.
async fn caught() -> History {
    let definition = json!({"StartAt": "Charge", "States": {
        "Charge": task("charge", json!({"Next": "Done", "Catch": [{"ErrorEquals": ["CardDeclined"], "ResultPath": "$.error", "Next": "Apologise"}]})),
        "Apologise": task("mail", json!({"Next": "Done"})),
        "Done": {"Type": "Succeed"},
    }});
    let mocks = Mocks::new()
        .state(
            "Charge",
            Mock::failure("CardDeclined", "the card \"4242\" has no funds"),
        )
        .state("Apologise", Mock::output(json!({"sent": true})));
    execute(
        builder("sale", &definition).tasks(mocks),
        "sale",
        "sale-declined",
        json!({"total": 12}),
    )
    .await
}

/// Retries, until the task succeeds.
async fn retried() -> History {
    let retry = json!([{"ErrorEquals": ["Throttled"], "MaxAttempts": 5}]);
    let definition = json!({"StartAt": "Charge", "States": {
        "Charge": task("charge", json!({"Retry": retry, "End": true})),
    }});
    let mock = Mock::failure("Throttled", "slow down")
        .times(3)
        .then(Mock::output("paid"));
    let mocks = Mocks::new().state("Charge", mock);
    execute(
        builder("bank", &definition).tasks(mocks),
        "bank",
        "retry",
        json!({}),
    )
    .await
}

/// An uncaught error with a cause.
async fn failed() -> History {
    let definition =
        json!({"StartAt": "Ship", "States": {"Ship": task("ship", json!({"End": true}))}});
    let mocks = Mocks::new().state("Ship", Mock::failure("OutOfStock", "no \\ left"));
    execute(
        builder("shipping", &definition).tasks(mocks),
        "shipping",
        "0f0e2c5a-8f5c-4e0e-9d55-8b6f3f4a2b1c",
        json!([1, 2]),
    )
    .await
}

/// A task that times out, and an execution that does.
async fn timed_out() -> History {
    let definition = json!({"StartAt": "Ask", "TimeoutSeconds": 100, "States": {
        "Ask": task("ask", json!({"TimeoutSeconds": 10, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Ask again"}], "Next": "Ask again"})),
        "Ask again": task("ask", json!({"TimeoutSeconds": 1000, "End": true})),
    }});
    let mocks = Mocks::new().function("ask", Mock::never());
    execute(
        builder("question", &definition).tasks(mocks),
        "question",
        "no-answer",
        json!({}),
    )
    .await
}

/// Iterations whose tasks have different results and different durations, so that their order is not the order of the items.
async fn iterations() -> History {
    let definition = json!({"StartAt": "Each", "States": {
        "Each": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Inspect", "States": {
            "Inspect": task("inspect", json!({"Next": "Pack"})),
            "Pack": task("pack", json!({"Retry": [{"ErrorEquals": ["Jammed"]}], "End": true})),
        }}},
    }});
    let tasks = |call: &TaskCall<'_>| {
        let item = call.scope().join("");
        let slow = Duration::from_secs(if item == "Each[0]" { 20 } else { 1 });
        if call.state() == "Pack" && item == "Each[2]" && call.attempt() == 0 {
            return Some(Answer::failure("Jammed", "the machine is jammed").after(slow));
        }
        Some(Answer::output(json!({"by": call.state(), "item": item})).after(slow))
    };
    execute(
        builder("packing", &definition).tasks(tasks),
        "packing",
        "three-items",
        json!([1, 2, 3]),
    )
    .await
}

/// A task that a token answers.
async fn token() -> History {
    let definition = json!({"StartAt": "Approve", "States": {"Approve": {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
        "End": true,
    }}});
    let mocks = Mocks::new().state("Approve", Mock::token());
    let engine = builder("approval", &definition)
        .tasks(mocks.clone())
        .build()
        .expect("it is built");
    let run = engine
        .start_machine("approval", json!({}), StartOptions::new().name("by-ada"))
        .await;
    let run = run.expect("it starts");
    let token = mocks.token_of("Approve").await;
    let sent = engine
        .send_task_success(&token, &json!({"approved": true, "by": "Ada"}))
        .await;
    sent.expect("it is accepted");
    run.report().await.history.clone()
}

/// A task of an activity.
async fn activity() -> History {
    let arn = "arn:aws:states:us-east-1:123456789012:activity:inspect";
    let definition = json!({"StartAt": "Inspect", "States": {"Inspect": {"Type": "Task", "Resource": arn, "End": true}}});
    let mocks = Mocks::new().state("Inspect", Mock::output("sound").worker("w"));
    execute(
        builder("inspection", &definition)
            .activity(arn)
            .tasks(mocks),
        "inspection",
        "lot-7",
        json!({"lot": 7}),
    )
    .await
}

/// An output that contains the names and the times of the execution.
async fn context() -> History {
    let definition = json!({"StartAt": "Call", "States": {
        "Call": task("call", json!({"Next": "Tell"})),
        "Tell": {"Type": "Pass", "Parameters": {"execution.$": "$$.Execution.Id", "entered.$": "$$.State.EnteredTime"}, "End": true},
    }});
    let mocks = Mocks::new().function(
        "call",
        Mock::output(json!({})).after(Duration::from_millis(1500)),
    );
    let builder = builder("telling", &definition)
        .region("eu-west-1")
        .account("111111111111")
        .tasks(mocks);
    execute(builder, "telling", "telling-1", json!({})).await
}

/// An output with random values.
async fn random() -> History {
    let definition = json!({"StartAt": "Draw", "States": {
        "Draw": {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": true},
    }});
    let options = StartOptions::new().name("draw");
    let engine = builder("lottery", &definition)
        .build()
        .expect("it is built");
    let report = engine.execute_machine("lottery", json!({}), options).await;
    report.expect("it runs").history.clone()
}

/// Branches, of which one fails while the task of the other one runs, in an Express execution without tasks after it.
async fn branches() -> History {
    let branch =
        |name: &str| json!({"StartAt": name, "States": {name: task(name, json!({"End": true}))}});
    let definition = json!({"StartAt": "Both", "States": {"Both": {
        "Type": "Parallel", "Branches": [branch("Left"), branch("Right")], "End": true,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
    }, "Failed": {"Type": "Fail", "Error": "BothFailed"}}});
    let mocks = Mocks::new().state("Left", Mock::never()).state(
        "Right",
        Mock::failure("Broken", "").after(Duration::from_secs(5)),
    );
    let engine = Engine::builder()
        .register_json("pair", &definition.to_string(), MachineType::Express)
        .tasks(mocks)
        .virtual_time();
    execute(engine, "pair", "right-fails", json!(null)).await
}

type Case = (&'static str, Pin<Box<dyn Future<Output = History>>>);

fn cases() -> Vec<Case> {
    vec![
        ("awkward", Box::pin(awkward())),
        ("caught", Box::pin(caught())),
        ("retried", Box::pin(retried())),
        ("failed", Box::pin(failed())),
        ("timed_out", Box::pin(timed_out())),
        ("iterations", Box::pin(iterations())),
        ("token", Box::pin(token())),
        ("activity", Box::pin(activity())),
        ("context", Box::pin(context())),
        ("random", Box::pin(random())),
        ("branches", Box::pin(branches())),
    ]
}

#[tokio::test]
async fn generated_tests_are_the_modules_that_this_program_runs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/testing/generated_test/written");
    let is_overwritten = std::env::var_os("GENERATED").is_some_and(|how| how == "overwrite");
    for (name, history) in cases() {
        let test = GeneratedTest::of(&history.await).await;
        let test = test.unwrap_or_else(|error| panic!("{name}: {error}"));
        let file = folder.join(format!("{name}.rs"));
        if is_overwritten {
            std::fs::write(&file, test.source()).expect("it is written");
        }
        let written = std::fs::read_to_string(&file).expect("it is read");
        assert_eq!(
            test.source(),
            written,
            "{name}: write it again with GENERATED=overwrite, and read the difference"
        );
    }
}

async fn refusal(history: &History) -> String {
    let refused: TestGenerationError = GeneratedTest::of(history).await.expect_err("it is refused");
    refused.to_string()
}

#[tokio::test]
async fn executions_that_a_test_cannot_repeat_are_refused_with_the_reason() {
    let definition = json!({"StartAt": "Cool", "States": {"Cool": {"Type": "Wait", "Seconds": 60, "End": true}}});
    let engine = builder("cool", &definition).build().expect("it is built");
    let hold = engine.clock().hold();
    let run = engine
        .start_machine("cool", json!({}), StartOptions::new())
        .await;
    let run = run.expect("it starts");
    assert!(
        refusal(&run.history().await)
            .await
            .contains("has not ended")
    );
    let report = run.stop(None, None).await;
    assert!(refusal(&report.history).await.contains("was stopped"));
    drop(hold);

    let fails = json!({"StartAt": "Call", "States": {"Call": task("call", json!({"End": true}))}});
    let engine = builder("call", &fails).function("call", |_: Json| async {
        Err::<Json, _>(stepwright_runtime::task::TaskFailure::new("Broken", ""))
    });
    let engine = engine.build().expect("it is built");
    let report = engine
        .execute_machine("call", json!({}), StartOptions::new())
        .await;
    let report = report.expect("it runs");
    let again = engine
        .redrive(report.execution().id())
        .await
        .expect("it is redriven");
    assert!(
        refusal(&again.report().await.history)
            .await
            .contains("was redriven")
    );

    let redaction = Redaction::new().path("card").expect("it is a path");
    let masked = builder("call", &fails).redact(&redaction);
    let masked = masked.tasks(Mocks::new().function("call", Mock::output(json!({"card": 1}))));
    assert!(
        refusal(&execute(masked, "call", "masked", json!({})).await)
            .await
            .contains("masks fields")
    );
}

#[tokio::test]
async fn the_children_of_a_map_run_have_their_own_histories() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Call", "States": {"Call": task("call", json!({"End": true}))},
    }}}});
    let mocks = Mocks::new().function("call", Mock::output(7));
    let engine = builder("each", &definition)
        .tasks(mocks)
        .build()
        .expect("it is built");
    let report = engine
        .execute_machine("each", json!([1]), StartOptions::new())
        .await;
    let report = report.expect("it runs");
    assert!(
        refusal(&report.history)
            .await
            .contains("`Each` is a Distributed Map")
    );
    let runs = engine
        .blocking_map_runs(report.execution().id())
        .expect("they are listed");
    let children = engine
        .blocking_map_run_executions(&runs[0].arn)
        .expect("they are listed");
    let child = engine
        .blocking_execution(&children[0].id)
        .expect("it is read")
        .expect("it is there");
    assert!(
        refusal(&child.history().await)
            .await
            .contains("is a child of a Map Run")
    );
}

#[tokio::test]
async fn a_definition_that_ends_differently_is_refused() {
    // It succeeds only on the day on which it ran, and only the second time that the task is called.
    let definition = json!({"StartAt": "Draw", "States": {
        "Draw": {"Type": "Pass", "Parameters": {"number.$": "States.MathRandom(0, 1000000)"}, "Next": "Won"},
        "Won": {"Type": "Choice", "Default": "Lost", "Choices": [
            {"Variable": "$.number", "NumericGreaterThan": 500_000, "Next": "Paid"},
        ]},
        "Paid": {"Type": "Succeed"},
        "Lost": {"Type": "Fail", "Error": "Lost"},
    }});
    let mut refused = 0;
    for seed in 0..8 {
        let history = execute(
            builder("lottery", &definition).seed(seed),
            "lottery",
            "draw",
            json!({}),
        )
        .await;
        if let Err(error) = GeneratedTest::of(&history).await {
            assert!(
                error.to_string().contains("the first other state is"),
                "{error}"
            );
            refused += 1;
        }
    }
    assert!(refused > 0);
}
