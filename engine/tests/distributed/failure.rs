use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::Status;
use stepwright_engine::objects::Memory;
use stepwright_testing::{Mock, Mocks};

use crate::distributed::support::{
    engine, failure, kinds, map_run, only_even, output, reader, run, run_in, seconds, task,
};

const EXCEEDED: (&str, &str) = (
    "States.ExceedToleratedFailureThreshold",
    "The specified tolerated failure threshold was exceeded",
);

#[tokio::test]
async fn without_a_tolerance_one_failure_fails_the_run() {
    let report = run(&only_even(json!({})), &Memory::new(), json!([2, 3, 4])).await;
    assert_eq!(failure(&report), EXCEEDED);
    assert_eq!(
        kinds(&report)[3..],
        [
            "MapRunStarted",
            "MapRunFailed",
            "MapStateFailed",
            "ExecutionFailed"
        ]
    );
}

#[tokio::test]
async fn failures_are_tolerated_up_to_a_count_and_a_percentage() {
    let cases: [(Json, bool); 8] = [
        (json!({"ToleratedFailureCount": 2}), true),
        (json!({"ToleratedFailureCount": 1}), false),
        (json!({"ToleratedFailurePercentage": 50}), true),
        (json!({"ToleratedFailurePercentage": 49.9}), false),
        (json!({"ToleratedFailurePercentage": 100}), true),
        (json!({"ToleratedFailurePercentage": 0}), false),
        (
            json!({"ToleratedFailureCount": 2, "ToleratedFailurePercentage": 20}),
            false,
        ),
        (
            json!({"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 60}),
            false,
        ),
    ];
    for (more, is_borne) in cases {
        let report = run(
            &only_even(more.clone()),
            &Memory::new(),
            json!([1, 2, 3, 4]),
        )
        .await;
        if is_borne {
            assert_eq!(output(&report), json!([2, 4]), "{more}");
        } else {
            assert_eq!(failure(&report), EXCEEDED, "{more}");
        }
    }
}

#[tokio::test]
async fn a_percentage_of_an_unknown_total_is_checked_at_the_end() {
    // One of the first two fails, two of all eight.
    let store = Memory::new().with("b", "k", "1\n2\n4\n6\n8\n10\n12\n3\n");
    let definition = |share| {
        only_even(json!({
            "ItemReader": reader(json!({"InputType": "JSONL"})),
            "MaxConcurrency": 1, "ToleratedFailurePercentage": share
        }))
    };
    let report = run(&definition(25), &store, json!({})).await;
    assert_eq!(output(&report), json!([2, 4, 6, 8, 10, 12]));
    let report = run(&definition(24), &store, json!({})).await;
    assert_eq!(failure(&report), EXCEEDED);
}

#[tokio::test]
async fn a_failed_batch_counts_all_its_items_as_failed() {
    let definition = |count| {
        let mut definition = only_even(json!({
            "ItemBatcher": {"MaxItemsPerBatch": 2}, "ToleratedFailureCount": count
        }));
        let states = &mut definition["States"]["M"]["ItemProcessor"]["States"];
        states["I"]["Assign"]["rest"] = json!("{% $sum($states.input.Items) % 2 %}");
        definition
    };
    let input = json!([1, 2, 2, 2]);
    let report = run(&definition(1), &Memory::new(), input.clone()).await;
    assert_eq!(failure(&report), EXCEEDED);
    let report = run(&definition(2), &Memory::new(), input).await;
    assert_eq!(output(&report), json!([{"Items": [2, 2]}]));
}

#[tokio::test]
async fn invalid_tolerances_fail_before_the_run() {
    let cases = [
        (
            json!({"ToleratedFailureCountPath": "$.n"}),
            json!({"n": -1}),
            "ToleratedFailureCount cannot be negative.",
        ),
        (
            json!({"ToleratedFailurePercentagePath": "$.n"}),
            json!({"n": 101}),
            "ToleratedFailurePercentage must be between 0 and 100.",
        ),
        (
            json!({"ToleratedFailureCountPath": "$.n"}),
            json!({"n": "x"}),
            "The ToleratedFailureCountPath field refers to value \"x\" which is not a valid integer: $.n",
        ),
    ];
    for (mut more, mut input, expected) in cases {
        more["ItemsPath"] = json!("$.items");
        input["items"] = json!([2]);
        let report = run(&only_even(more), &Memory::new(), input).await;
        let (error, cause) = failure(&report);
        assert_eq!(error, "States.Runtime");
        assert!(cause.ends_with(expected), "{cause}");
        assert_eq!(kinds(&report)[2..], ["MapStateStarted", "ExecutionFailed"]);
    }
}

#[tokio::test]
async fn a_failed_run_stops_running_children_and_starts_no_others() {
    let mocks = Mocks::new().state(
        "I",
        Mock::with(|call| {
            use stepwright_engine::task::Answer;
            let item = call
                .parameters()
                .get("Payload")
                .and_then(|item| item.as_i64());
            match item {
                Some(0) => Answer::failure("E", "why").after(Duration::from_secs(2)),
                _ => Answer::output(json!({"Payload": 1})).after(Duration::from_secs(60)),
            }
        }),
    );
    let definition = task(json!({"MaxConcurrency": 3}));
    let engine = engine(&definition, &Memory::new(), &mocks);
    let report = run_in(&engine, json!([0, 1, 2, 3, 4])).await;
    assert_eq!(failure(&report), EXCEEDED);
    assert_eq!(seconds(&report), 2.0);
    assert_eq!(mocks.calls().len(), 3);
    let run = map_run(&engine, &report);
    assert_eq!(run.status, Status::Failed);
    assert_eq!(
        (
            run.items.failed,
            run.items.aborted,
            run.items.running,
            run.items.pending
        ),
        (1, 2, 0, 2)
    );
    let children = engine.blocking_map_run_executions(&run.arn).unwrap();
    let status: Vec<&str> = children.iter().map(|child| child.status.as_str()).collect();
    assert_eq!(status, ["FAILED", "ABORTED", "ABORTED"]);
}

#[tokio::test]
async fn each_retry_creates_a_new_map_run() {
    let mocks = Mocks::new().state("I", Mock::failure("E", "why"));
    let definition = task(json!({
        "Retry": [{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "MaxAttempts": 2, "IntervalSeconds": 5}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    }));
    let engine = engine(&definition, &Memory::new(), &mocks);
    let report = run_in(&engine, json!([1])).await;
    assert_eq!(
        output(&report),
        json!({"Error": EXCEEDED.0, "Cause": EXCEEDED.1})
    );
    assert_eq!(seconds(&report), 15.0);
    let runs = engine.blocking_map_runs(report.execution().id()).unwrap();
    assert_eq!(runs.len(), 3);
    assert!(runs[0].arn != runs[1].arn && runs[0].started < runs[1].started);
    assert_eq!(
        kinds(&report)[2..],
        [
            "MapStateStarted",
            "MapRunStarted",
            "MapRunFailed",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunFailed",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunFailed",
            "MapStateFailed",
            "MapStateExited",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded"
        ]
    );
}

#[tokio::test]
async fn results_that_are_too_large_fail_the_state_unless_discarded() {
    let large = |more: Json| {
        let mut definition = task(more);
        definition["States"]["M"]["ItemProcessor"]["States"]["I"] = json!({
            "Type": "Pass", "Result": "x".repeat(100_000), "End": true
        });
        definition
    };
    let report = run(&large(json!({})), &Memory::new(), json!([1, 2, 3])).await;
    assert_eq!(failure(&report).0, "States.DataLimitExceeded");
    let report = run(
        &large(json!({"ResultPath": null})),
        &Memory::new(),
        json!([1, 2, 3]),
    )
    .await;
    assert_eq!(output(&report), json!([1, 2, 3]));
}
