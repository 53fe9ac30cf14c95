//! Coverage.

use std::panic::catch_unwind;

use serde_json::json;
use stepwright_asl::overlay::Status;
use stepwright_runtime::testing::{Coverage, Mock, Mocks, RecordedHistory};

use crate::testing::support::{machine, orders, run};

fn charge(mock: Mock) -> Mocks {
    Mocks::new().function("charge", mock)
}

#[tokio::test]
async fn a_run_of_another_definition_is_refused() {
    let other = json!({"StartAt": "Other", "States": {"Other": {"Type": "Succeed"}}});
    let report = run(&other, &Mocks::new(), json!({})).await;
    let added = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut coverage = Coverage::of(&machine(&orders()));
        coverage.add(&report.history);
    }));
    assert_eq!(
        added.unwrap_err().downcast_ref::<String>().unwrap(),
        "a run of `m` does not count for this coverage: its definition has no state `Other`"
    );
}

#[tokio::test]
async fn coverage_of_several_runs_adds_up() {
    let definition = orders();
    let mut coverage = Coverage::of(&machine(&definition));
    assert_eq!(coverage.percent(), 0.0);
    let paid = charge(Mock::output(json!({"total": 5})));
    coverage.add(&run(&definition, &paid, json!({})).await.history);
    assert_eq!(
        coverage.to_string(),
        "coverage 46.7 % (7 of 15) in 1 run\n  \
           states      4 of 7\n  \
           transitions 3 of 5\n  \
           retriers    0 of 1\n  \
           catchers    0 of 2\n\
         not covered:\n  \
           state `Thank`\n  state `Reject`\n  state `Late`\n  \
           transition `Large?` -> `Thank`\n  transition `Thank` -> `Done`\n  \
           retrier 1 of `Charge` (Throttled)\n  \
           catcher 1 of `Charge` (CardDeclined) -> `Reject`\n  \
           catcher 2 of `Charge` (States.Timeout) -> `Late`"
    );
    let flaky = Mock::failure("Throttled", "")
        .times(2)
        .then(Mock::output(json!({"total": 500})));
    coverage.add(&run(&definition, &charge(flaky), json!({})).await.history);
    assert_eq!(coverage.retriers()[0].count, 2);
    let declined = charge(Mock::failure("CardDeclined", ""));
    coverage.add(&run(&definition, &declined, json!({})).await.history);

    let mut other = Coverage::of(&machine(&definition));
    let late = run(&definition, &charge(Mock::never()), json!({})).await;
    let recorded = RecordedHistory::from_json(&late.history.to_json()).unwrap();
    other.add_recorded(&recorded);
    coverage.merge(&other);
    assert_eq!(coverage.missing(), [""; 0]);
    assert_eq!(coverage.runs(), 4);
    coverage.assert_at_least(100.0);

    let json = coverage.to_json();
    assert_eq!(json["percent"], 100.0);
    assert_eq!(
        json["summary"]["catchers"],
        json!({"covered": 2, "all": 2, "percent": 100.0})
    );
    assert_eq!(
        json["catchers"][1],
        json!({"state": "Charge", "index": 1, "errors": ["States.Timeout"], "to": "Late", "count": 1})
    );
}

#[tokio::test]
async fn too_little_coverage_fails_with_the_missing_items() {
    let coverage = Coverage::of(&machine(&orders()));
    let panic = catch_unwind(|| coverage.assert_at_least(80.0)).unwrap_err();
    let text = panic.downcast::<String>().unwrap();
    assert!(
        text.starts_with("less than 80 % are covered\ncoverage 0.0 %"),
        "{text}"
    );
    assert!(text.contains("transition `Cool` -> `Charge`"), "{text}");
}

#[tokio::test]
async fn the_overlay_marks_covered_states_and_transitions() {
    let definition = orders();
    let mut coverage = Coverage::of(&machine(&definition));
    let paid = charge(Mock::output(json!({"total": 5})));
    coverage.add(&run(&definition, &paid, json!({})).await.history);
    let overlay = coverage.overlay();
    assert_eq!(overlay.title(), "coverage 46.7 % in 1 run");
    let status = |name: &str| overlay.mark(name).unwrap().status;
    assert_eq!(status("Cool"), Status::Covered);
    assert_eq!(status("Charge"), Status::PartlyCovered);
    assert_eq!(
        overlay.mark("Charge").unwrap().notes,
        [
            "not covered: retrier of Throttled",
            "not covered: catcher of CardDeclined",
            "not covered: catcher of States.Timeout",
        ]
    );
    assert_eq!(status("Late"), Status::NotCovered);
    let taken = |from, to, by_catcher| overlay.taken(from, to, by_catcher).unwrap();
    assert_eq!(taken("Charge", "Late", true), (Status::NotCovered, 0));
    assert_eq!(taken("Cool", "Charge", false), (Status::Covered, 1));
}

#[tokio::test]
async fn retriers_and_catchers_of_containers_match_the_inner_error() {
    let definition = json!({"StartAt": "Each", "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Both", "States": {"Both": {
                "Type": "Parallel", "End": true,
                "Branches": [
                    {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "Next": "After"},
                        "After": {"Type": "Pass", "End": true}}},
                    {"StartAt": "Other", "States": {"Other": {"Type": "Pass", "End": true}}},
                ],
            }}},
            "Retry": [{"ErrorEquals": ["A"]}, {"ErrorEquals": ["B"]}],
            "Catch": [{"ErrorEquals": ["A"], "Next": "End"}, {"ErrorEquals": ["States.ALL"], "Next": "End"}],
            "Next": "End",
        },
        "End": {"Type": "Succeed"},
    }});
    let mock = Mock::output(1)
        .then(Mock::failure("B", ""))
        .then(Mock::output(1))
        .then(Mock::failure("C", ""));
    let report = run(
        &definition,
        &Mocks::new().function("f", mock),
        json!([1, 2]),
    )
    .await;
    let mut ours = Coverage::of(&machine(&definition));
    ours.add(&report.history);
    let counts: Vec<u64> = ours
        .retriers()
        .iter()
        .map(|retrier| retrier.count)
        .collect();
    assert_eq!(counts, [0, 1]);
    let counts: Vec<u64> = ours
        .catchers()
        .iter()
        .map(|catcher| catcher.count)
        .collect();
    assert_eq!(counts, [0, 1]);
    assert_eq!(
        ours.missing(),
        [
            "transition `Each` -> `End`",
            "retrier 1 of `Each` (A)",
            "catcher 1 of `Each` (A) -> `End`"
        ]
    );
    let mut recorded = Coverage::of(&machine(&definition));
    recorded.add_recorded(&RecordedHistory::from_json(&report.history.to_json()).unwrap());
    assert_eq!(recorded, ours);
}

#[tokio::test]
async fn generated_retriers_are_counted_separately() {
    let mut definition = orders();
    let retry = &mut definition["States"]["Charge"]["Retry"];
    retry.as_array_mut().unwrap().push(json!({
        "ErrorEquals": stepwright_asl::limits::LAMBDA_ERRORS,
        "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2,
    }));
    let mut coverage = Coverage::of(&machine(&definition));
    let paid = charge(Mock::output(json!({"total": 5})));
    coverage.add(&run(&definition, &paid, json!({})).await.history);
    let text = coverage.to_string();
    assert!(
        text.starts_with(
            "coverage 46.7 % (7 of 15) in 1 run\n  states      4 of 7\n  transitions 3 of 5\n  retriers    0 of 1\n  \
             catchers    0 of 2\n  generated retriers 0 of 1, not in the total\nnot covered:\n"
        ),
        "{text}"
    );
    assert!(!text.contains("Lambda."), "{text}");
    let busy = Mock::failure("Lambda.ServiceException", "");
    let busy = charge(busy.times(1).then(Mock::output(json!({"total": 5}))));
    coverage.add(&run(&definition, &busy, json!({})).await.history);
    assert!(coverage.retriers()[1].is_generated);
    assert_eq!(coverage.retriers()[1].count, 1);
    let json = coverage.to_json();
    assert_eq!(json["summary"]["generatedRetriers"]["covered"], 1);
    assert_eq!(json["retriers"][1]["generated"], true);
    assert_eq!(json["summary"]["retriers"]["all"], 1);
}
