use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::Status;
use stepwright_engine::task::Answer;
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{kinds, output, run, seconds, task};

fn map(state: Json, more: Json) -> Json {
    let mut inner = state;
    if inner["Type"] != "Fail" {
        inner["End"] = json!(true);
    }
    let mut map = json!({
        "Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": inner}}, "End": true
    });
    for (key, value) in more.as_object().unwrap() {
        map[key] = value.clone();
    }
    json!({"StartAt": "M", "States": {"M": map, "Caught": {"Type": "Pass", "End": true}}})
}

#[tokio::test]
async fn results_are_in_the_order_of_items_not_of_completion() {
    let mocks = Mocks::new().state(
        "I",
        Mock::output(json!({"Payload": "first"}))
            .after(Duration::from_secs(9))
            .then(Mock::output(json!({"Payload": "then"})).after(Duration::from_secs(1))),
    );
    let report = run(&map(task(json!({})), json!({})), &mocks, json!([1, 2, 3])).await;
    assert_eq!(output(&report), json!(["first", "then", "then"]));
    assert_eq!(seconds(&report), 9.0);
    // With capacity for all, all of them start before one of them does anything.
    assert_eq!(kinds(&report)[3..6], ["MapIterationStarted"; 3]);
}

#[tokio::test]
async fn max_concurrency_limits_running_iterations() {
    for (declared, expected) in [(json!(2), 5.0), (json!(1), 10.0), (json!(0), 1.0)] {
        let mocks = Mocks::new().state(
            "I",
            Mock::output(json!({"Payload": 1})).after(Duration::from_secs(1)),
        );
        let definition = map(task(json!({})), json!({"MaxConcurrency": declared}));
        let report = run(&definition, &mocks, json!((0..10).collect::<Vec<_>>())).await;
        assert_eq!(seconds(&report), expected);
    }
}

#[tokio::test]
async fn at_most_forty_iterations_run_concurrently() {
    let mocks = Mocks::new().state(
        "I",
        Mock::output(json!({"Payload": 1})).after(Duration::from_secs(1)),
    );
    let items = json!((0..100).collect::<Vec<_>>());
    let report = run(&map(task(json!({})), json!({})), &mocks, items).await;
    assert_eq!(seconds(&report), 3.0);
    assert_eq!(output(&report).as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn iterations_with_concurrency_one_run_in_order() {
    let definition = map(json!({"Type": "Pass"}), json!({"MaxConcurrency": 1}));
    let report = run(&definition, &Mocks::new(), json!(["a", "b"])).await;
    assert_eq!(
        kinds(&report)[2..],
        [
            "MapStateStarted",
            "MapIterationStarted",
            "PassStateEntered",
            "PassStateExited",
            "MapIterationSucceeded",
            "MapIterationStarted",
            "PassStateEntered",
            "PassStateExited",
            "MapIterationSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded"
        ]
    );
    let scopes: Vec<Vec<String>> = report.history.events().map(|event| event.scope()).collect();
    assert_eq!(scopes[3], ["M[0]"]);
    assert_eq!(scopes[8], ["M[1]"]);
    let previous: Vec<u32> = report
        .history
        .events()
        .map(|event| event.previous_id())
        .collect();
    assert_eq!(previous, [0, 0, 2, 3, 4, 5, 6, 6, 8, 9, 10, 11, 11, 13]);
}

#[tokio::test]
async fn a_failed_iteration_aborts_the_others_and_starts_none() {
    let mocks = Mocks::new().state(
        "I",
        Mock::output(json!({"Payload": 1}))
            .after(Duration::from_secs(9))
            .then(Mock::failure("E", "why").after(Duration::from_secs(2)))
            .then(Mock::output(json!({"Payload": 1})).after(Duration::from_secs(9))),
    );
    let definition = map(
        task(json!({})),
        json!({"MaxConcurrency": 3, "Catch": [{"ErrorEquals": ["E"], "Next": "Caught"}]}),
    );
    let report = run(&definition, &mocks, json!([0, 1, 2, 3, 4])).await;
    assert_eq!(output(&report), json!({"Error": "E", "Cause": "why"}));
    assert_eq!(seconds(&report), 2.0);
    assert_eq!(mocks.calls().len(), 3);
    let kinds = kinds(&report);
    let at = kinds
        .iter()
        .position(|kind| *kind == "MapIterationFailed")
        .unwrap();
    assert_eq!(
        kinds[at..at + 8],
        [
            "MapIterationFailed",
            "TaskStateAborted",
            "MapIterationAborted",
            "TaskStateAborted",
            "MapIterationAborted",
            "TaskStateAborted",
            "MapStateFailed",
            "MapStateExited"
        ]
    );
    // All aborted events refer to the failure.
    let events: Vec<_> = report.history.events().collect();
    assert_eq!(events[at - 1].kind().name(), "TaskFailed");
    for event in &events[at..at + 6] {
        assert_eq!(event.previous_id(), events[at - 1].id());
    }
}

#[tokio::test]
async fn an_error_about_context_items_quotes_the_path_with_one_dollar() {
    let definition = map(
        json!({"Type": "Pass"}),
        json!({"ItemsPath": "$$.State.Name"}),
    );
    let report = run(&definition, &Mocks::new(), json!({})).await;
    let cause = report.cause.as_deref().unwrap_or_default();
    assert!(
        cause.ends_with(r#"Reference path "$.State.Name" must point to array."#),
        "{cause}"
    );
}

#[tokio::test]
async fn item_selectors_see_the_item_and_the_effective_input() {
    let definition = map(
        json!({"Type": "Pass", "Parameters": {"again.$": "$$.Map.Item.Index", "got.$": "$"}}),
        json!({
            "ItemsPath": "$.items",
            "ItemSelector": {"value.$": "$$.Map.Item.Value", "shared.$": "$.shared"}
        }),
    );
    let report = run(
        &definition,
        &Mocks::new(),
        json!({"items": ["a"], "shared": 1}),
    )
    .await;
    assert_eq!(
        output(&report),
        json!([{"again": 0, "got": {"value": "a", "shared": 1}}])
    );
}

#[tokio::test]
async fn an_inline_map_accepts_only_an_array() {
    let definition = map(json!({"Type": "Pass"}), json!({"ItemsPath": "$.items"}));
    let report = run(&definition, &Mocks::new(), json!({"items": []})).await;
    assert_eq!(output(&report), json!([]));
    for other in [
        json!("a"),
        json!(1),
        json!(true),
        json!(null),
        json!({}),
        json!({"a": 1}),
    ] {
        let report = run(&definition, &Mocks::new(), json!({"items": other})).await;
        assert_eq!(report.error.as_deref(), Some("States.Runtime"));
        let cause = report.cause.as_deref().unwrap_or_default();
        let end = "Reference path \"$.items\" must point to array.";
        assert!(cause.ends_with(end), "{cause}");
    }
}

/// TestState of AWS, recorded on 2025-12-03, answers `"ItemsPath": "$$"` with
/// `Reference path "$" must point to array.`
#[tokio::test]
async fn an_inline_map_refuses_an_object_of_each_path() {
    for (path, shown) in [
        (json!({}), "$"),
        (json!({"ItemsPath": "$"}), "$"),
        (json!({"ItemsPath": "$$"}), "$"),
        (
            json!({"ItemsPath": "$$.Execution.Input"}),
            "$.Execution.Input",
        ),
        (json!({"ItemsPath": "$.all"}), "$.all"),
    ] {
        let definition = map(json!({"Type": "Pass"}), path);
        let report = run(&definition, &Mocks::new(), json!({"all": {"a": 1}})).await;
        assert_eq!(report.error.as_deref(), Some("States.Runtime"));
        let cause = report.cause.as_deref().unwrap_or_default();
        let end = format!("Reference path \"{shown}\" must point to array.");
        assert!(cause.ends_with(&end), "{cause}");
    }
}

#[tokio::test]
async fn an_inline_map_refuses_an_object_of_jsonata() {
    let not_array = "Expected 'array', but was 'object' for value: {\"a\":1}";
    for (items, end) in [
        (json!({"Items": "{% $states.input %}"}), not_array),
        (json!({"Items": "{% {'a': 1} %}"}), not_array),
        (
            json!({"Items": {"a": "{% $states.input.a %}"}}),
            "Map state input must be an array but was: {\"a\":1}",
        ),
        (
            json!({}),
            "Map state input must be an array but was: {\"a\":1}",
        ),
    ] {
        let mut definition = map(json!({"Type": "Pass"}), items);
        definition["QueryLanguage"] = json!("JSONata");
        let report = run(&definition, &Mocks::new(), json!({"a": 1})).await;
        assert_eq!(report.error.as_deref(), Some("States.QueryEvaluationError"));
        let cause = report.cause.as_deref().unwrap_or_default();
        assert!(cause.ends_with(end), "{cause}");
    }
}

#[tokio::test]
async fn maps_nest_and_each_scope_has_its_own_variables() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "M", "States": {"M": {
        "Type": "Map", "Items": [[1, 2], [3]], "End": true,
        "ItemProcessor": {"StartAt": "Set", "States": {
            "Set": {"Type": "Pass", "Assign": {"sum": "{% $sum($states.input) %}"}, "Next": "N"},
            "N": {"Type": "Map", "Items": "{% [$states.input] %}", "End": true, "ItemProcessor": {
                "StartAt": "I", "States": {"I": {"Type": "Pass", "Output": "{% $sum * 10 + $states.input %}", "End": true}}
            }}
        }}
    }}});
    let report = run(&definition, &Mocks::new(), json!({})).await;
    assert_eq!(output(&report), json!([[31, 32], [33]]));
}

#[tokio::test]
async fn a_distributed_map_tolerates_the_declared_failures() {
    let mocks = Mocks::new().state(
        "I",
        Mock::with(|call| match call.parameters().get("Payload") {
            Some(item) if item.as_i64() == Some(1) => Answer::failure("E", ""),
            _ => Answer::output(json!({"Payload": "ok"})),
        }),
    );
    let distributed = |more: Json| {
        let mut definition = map(task(json!({})), more);
        definition["States"]["M"]["ItemProcessor"]["ProcessorConfig"] =
            json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
        definition
    };
    let definition = distributed(json!({"ToleratedFailureCount": 1}));
    let report = run(&definition, &mocks, json!([1, 2, 3])).await;
    assert_eq!(output(&report), json!(["ok", "ok"]));
    assert_eq!(
        kinds(&report)[2..6],
        [
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded",
            "MapStateSucceeded"
        ]
    );
    let mocks = Mocks::new().state("I", Mock::failure("E", ""));
    let report = run(&distributed(json!({})), &mocks, json!([1])).await;
    assert_eq!(report.status, Status::Failed);
    assert_eq!(
        report.error.as_deref(),
        Some("States.ExceedToleratedFailureThreshold")
    );
}

#[tokio::test]
async fn an_inline_map_ignores_failure_tolerances() {
    let definition = map(
        json!({"Type": "Fail", "Error": "E"}),
        json!({"ToleratedFailureCount": 5, "ToleratedFailurePercentagePath": "$.none"}),
    );
    let report = run(&definition, &Mocks::new(), json!([1, 2])).await;
    assert_eq!(report.error.as_deref(), Some("E"));
}
