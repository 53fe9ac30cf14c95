//! A state's input may become its output in place, if it is not read again. Retriers, catchers and
//! later steps of the state read it.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::task::{Answer, TaskCall};
use stepwright_engine::{Engine, Limits, MachineType, StartOptions};

/// Small, so that results are too large.
const BYTES: u64 = 300;

fn result_path() -> impl Strategy<Value = Json> {
    let paths = [
        "$",
        "$.a",
        "$.a.b",
        "$.new",
        "$.new.deep",
        "$.n.x",
        "$.xs[0]",
        "$.xs[9]",
    ];
    prop_oneof![
        4 => prop::sample::select(paths.to_vec()).prop_map(Json::from),
        1 => Just(Json::Null),
    ]
}

fn output_path() -> impl Strategy<Value = Json> {
    prop::sample::select(vec!["$", "$", "$.a", "$.new", "$.gone"]).prop_map(Json::from)
}

/// Returns a state that may fail after it has put its result into its input, with steps that then
/// read the input.
fn state() -> impl Strategy<Value = Json> {
    let parts = (any::<bool>(), result_path(), output_path(), result_path());
    let parts = (parts, any::<bool>(), any::<bool>(), 0..3_usize);
    parts.prop_map(|((is_task, result, output, caught), retries, catches, size)| {
        let mut state = json!({"ResultPath": result, "OutputPath": output});
        if is_task {
            state["Type"] = json!("Task");
            state["Resource"] = json!("arn:aws:lambda:us-east-1:123456789012:function:f");
            let errors = ["States.ALL", "States.DataLimitExceeded", "States.ResultPathMatchFailure"];
            let on = |error: &str| json!({"ErrorEquals": [error], "ResultPath": caught, "Next": "End"});
            if retries {
                state["Retry"] = json!([{"ErrorEquals": [errors[size]], "MaxAttempts": 1}]);
            }
            if catches {
                state["Catch"] = json!([on(errors[1]), on(errors[2]), on(errors[0])]);
            }
        } else {
            state["Type"] = json!("Pass");
            state["Result"] = json!({"text": "x".repeat([1, 150, 290][size])});
        }
        state
    })
}

/// Returns a sequence of the states; caught errors go to the end.
fn definition(states: &[Json]) -> Json {
    let mut all = serde_json::Map::new();
    for (place, state) in states.iter().enumerate() {
        let mut state = state.clone();
        state["Next"] = json!(if place + 1 < states.len() {
            format!("S{}", place + 1)
        } else {
            "End".to_owned()
        });
        all.insert(format!("S{place}"), state);
    }
    all.insert("End".to_owned(), json!({"Type": "Succeed"}));
    json!({"StartAt": "S0", "States": all})
}

/// Returns the result of an execution: its output, or its error and cause.
fn run(definition: &Json, answers: &[usize], machine_type: MachineType, history: bool) -> Json {
    let (answers, next) = (answers.to_vec(), AtomicUsize::new(0));
    let task = move |_: &TaskCall<'_>| {
        let size = answers.get(next.fetch_add(1, Ordering::Relaxed));
        Some(match size {
            Some(0) => Answer::failure("Declined", "no"),
            Some(size) => Answer::output(json!({"text": "y".repeat(size * 90)})),
            None => Answer::output("last"),
        })
    };
    let limits = Limits::new().payload_bytes(BYTES);
    let engine = Engine::builder()
        .register_json("m", &definition.to_string(), machine_type)
        .tasks(task)
        .limits(limits)
        .history(history)
        .virtual_time()
        .seed(1);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let input = json!({"a": {"b": 1}, "n": 2, "xs": [1]});
        let engine = engine.build().unwrap();
        let options = StartOptions::new().name("n");
        let report = engine.execute_machine("m", input, options).await.unwrap();
        json!([
            report.status.as_str(),
            report.output.as_ref().map(|output| output.to_json()),
            report.error,
            report.cause
        ])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_failure_after_the_result_path_still_has_the_state_input(
        states in prop::collection::vec(state(), 1..4),
        answers in prop::collection::vec(0..4_usize, 1..5),
    ) {
        let definition = definition(&states);
        let standard = run(&definition, &answers, MachineType::Standard, true);
        let express = run(&definition, &answers, MachineType::Express, false);
        prop_assert_eq!(standard, express, "{}", definition);
    }
}
