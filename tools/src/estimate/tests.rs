//! Properties of estimates.

use stepwright_asl::StateMachine;

use super::{Estimate, EstimateOptions, RecordedStatistics};

fn machine(text: &str) -> StateMachine {
    StateMachine::from_json(text).expect("can be read")
}

fn events(text: &str, options: &EstimateOptions) -> [f64; 3] {
    let estimate = Estimate::of(&machine(text), options);
    [
        estimate.best.events,
        estimate.typical.events,
        estimate.worst.events,
    ]
}

const PASS: &str =
    r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}"#;

const CHARGE: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "ResultPath": "$.charge", "TimeoutSeconds": 10,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 2, "BackoffRate": 3}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}], "Next": "Done"},
    "Refund": {"Type": "Pass", "Next": "Done"}, "Done": {"Type": "Succeed"}}}"#;

const POLL: &str = r#"{"StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:batch:describeJobs", "ResultPath": "$.job", "Next": "Ready?"},
    "Ready?": {"Type": "Choice", "Choices": [{"Variable": "$.job", "IsNull": false, "Next": "Done"}], "Default": "Pause"},
    "Pause": {"Type": "Wait", "Seconds": 30, "Next": "Ask"}, "Done": {"Type": "Succeed"}}}"#;

#[test]
fn best_and_worst_case_of_a_sequence_are_equal() {
    assert_eq!(events(PASS, &EstimateOptions::new()), [6.0; 3]);
    let estimate = Estimate::of(&machine(PASS), &EstimateOptions::new());
    assert_eq!(estimate.best.transitions, 2.0);
    assert!(estimate.warnings.is_empty() && estimate.express_obstacles.is_empty());
}

#[test]
fn retries_add_transitions_and_time() {
    let options = EstimateOptions::new().task_seconds(1.0);
    let estimate = Estimate::of(&machine(CHARGE), &options);
    // The minimum of each amount: a failure before the first attempt that is caught leaves fewer
    // events. In the typical case nothing fails.
    assert_eq!(
        (estimate.best.transitions, estimate.best.events),
        (2.0, 8.0)
    );
    assert_eq!(
        (estimate.typical.transitions, estimate.typical.seconds),
        (2.0, 1.0)
    );
    // Three attempts of ten seconds, two delays of two and six seconds, and the path through
    // Refund.
    assert_eq!(
        (estimate.worst.transitions, estimate.worst.seconds),
        (5.0, 38.0)
    );
    let likely = options.probability("Charge", "Refund", 0.5);
    let estimate = Estimate::of(&machine(CHARGE), &likely);
    assert_eq!(estimate.typical.transitions, 2.0 + 0.5 * (1.0 + 2.0));
}

#[test]
fn loops_without_a_bound_have_a_warning() {
    let unbounded = Estimate::of(&machine(POLL), &EstimateOptions::new());
    assert!(unbounded.worst.events.is_infinite());
    assert!(
        unbounded.warnings[0].contains("`Ask`, `Ready?`, `Pause`"),
        "{:?}",
        unbounded.warnings
    );
    // A further round is as likely as none: two rounds on average.
    assert!((unbounded.typical.transitions - (2.0 * 2.0 + 1.0 + 1.0)).abs() < 1e-6);
    let at_most =
        |options: EstimateOptions| Estimate::of(&machine(POLL), &options).worst.transitions;
    // Ask is entered three times. The two other states of the loop are entered once before and once
    // after each visit of Ask.
    let rounds = at_most(EstimateOptions::new().rounds_of("Ask", 3));
    assert_eq!(rounds, 3.0 + 4.0 * 2.0 + 1.0);
    assert_eq!(at_most(EstimateOptions::new().rounds(3)), 10.0);
    let often = Estimate::of(
        &machine(POLL),
        &EstimateOptions::new().probability("Ready?", "Pause", 0.9),
    );
    assert!((often.typical.seconds - 9.0 * 30.0 - 10.0 * 0.2).abs() < 1e-6);
    let seldom = Estimate::of(
        &machine(POLL),
        &EstimateOptions::new().probability("Ready?", "Pause", 0.9999),
    );
    assert!((seldom.typical.transitions - (2.0 * 1e4 + 9999.0 + 1.0)).abs() < 1e-3);
    // An unreachable loop has no effect.
    let aside = Estimate::of(
        &machine(&CHARGE.replace(
            r#""Refund": {"Type": "Pass", "Next": "Done"}"#,
            r#""Refund": {"Type": "Pass", "Next": "Refund"}"#,
        )),
        &EstimateOptions::new(),
    );
    assert_eq!(aside.typical.transitions, 2.0);
    let never = Estimate::of(
        &machine(POLL),
        &EstimateOptions::new().probability("Ready?", "Pause", 1.0),
    );
    assert!(never.typical.events.is_infinite());
}

#[test]
fn maps_without_a_known_item_count_have_a_warning() {
    let text = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemsPath": "$.xs", "End": true, "MaxConcurrency": 2, "ItemProcessor": {
        "StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 10, "End": true}}}}}}"#;
    assert_eq!(
        events(text, &EstimateOptions::new().items("Each", 0, 5000)),
        [6.0, 10_006.0, 20_007.0]
    );
    let estimate = Estimate::of(
        &machine(text),
        &EstimateOptions::new().items("Each", 10, 6000),
    );
    assert_eq!(estimate.best.seconds, 50.0);
    assert!(
        estimate
            .warnings
            .iter()
            .any(|text| text.contains("near the limit of 25,000")
                || text.contains("more than the limit")),
        "{:?}",
        estimate.warnings
    );
    let uncounted = Estimate::of(&machine(text), &EstimateOptions::new());
    assert!(
        uncounted.warnings[0].contains("--items"),
        "{:?}",
        uncounted.warnings
    );
    assert_eq!(uncounted.typical.events, 6.0 + 40.0);
    let literal = text.replace(
        r#""ItemsPath": "$.xs""#,
        r#""QueryLanguage": "JSONata", "Items": [1, 2, 3]"#,
    );
    assert_eq!(events(&literal, &EstimateOptions::new())[0], 6.0 + 12.0);
}

#[test]
fn branches_run_side_by_side() {
    let text = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": true}}},
        {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 9, "End": true}}}]}}}"#;
    let estimate = Estimate::of(&machine(text), &EstimateOptions::new());
    assert_eq!(
        (
            estimate.best.events,
            estimate.best.seconds,
            estimate.best.transitions
        ),
        (10.0, 9.0, 3.0)
    );
}

#[test]
fn children_of_a_distributed_map_have_separate_histories() {
    let text = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemBatcher": {"MaxItemsPerBatch": 10}, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}}}}"#;
    let options = EstimateOptions::new().items("Each", 100, 100);
    let estimate = Estimate::of(&machine(text), &options);
    assert_eq!(
        (estimate.best.events, estimate.best.child_transitions),
        (8.0, 10.0)
    );
    assert_eq!(estimate.express_obstacles, ["`Each` is a Distributed Map"]);
    assert_eq!(estimate.typical_price.and_then(|price| price.express), None);
    let express = text.replace("STANDARD", "EXPRESS");
    let estimate = Estimate::of(&machine(&express), &options);
    assert_eq!(
        (
            estimate.typical.express_children,
            estimate.typical.child_transitions
        ),
        (10.0, 0.0)
    );
}

#[test]
fn data_that_grows_in_a_loop_has_no_bound_and_a_warning() {
    let options = EstimateOptions::new()
        .input_bytes(1000)
        .result_bytes(500)
        .rounds(9);
    let estimate = Estimate::of(&machine(POLL), &options);
    // The job's result replaces the previous one.
    assert!(
        estimate.worst.payload_bytes < 1600.0,
        "{:?}",
        estimate.worst
    );
    let grows = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Output": {"all": "{% $states.input %}", "more": "{% $states.input %}"}, "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.x %}", "Next": "A"}], "Default": "C"}, "C": {"Type": "Succeed"}}}"#;
    let estimate = Estimate::of(&machine(grows), &options);
    assert!(estimate.worst.payload_bytes.is_infinite());
    assert!(
        estimate
            .warnings
            .iter()
            .any(|text| text.contains("the data grows")),
        "{:?}",
        estimate.warnings
    );
    let large = Estimate::of(&machine(CHARGE), &options.result_bytes(300_000));
    assert!(
        large
            .warnings
            .iter()
            .any(|text| text.contains("States.DataLimitExceeded")),
        "{:?}",
        large.warnings
    );
}

/// A sequence of states, each with a Choice between two paths to the next; `made` is the output of
/// the n-th state on a path.
fn wrapping(count: usize, made: &dyn Fn(usize, &str) -> String) -> String {
    let mut states = Vec::new();
    for at in 0..count {
        let next = at + 1;
        states.push(format!(
            r#""C{at}": {{"Type": "Choice", "Choices": [{{"Condition": "{{% $states.input.x = {at} %}}", "Next": "W{at}"}}], "Default": "V{at}"}}"#
        ));
        for name in ["W", "V"] {
            states.push(format!(
                r#""{name}{at}": {{"Type": "Pass", "Output": {}, "Next": "C{next}"}}"#,
                made(at, name)
            ));
        }
    }
    states.push(format!(r#""C{count}": {{"Type": "Succeed"}}"#));
    format!(
        r#"{{"QueryLanguage": "JSONata", "StartAt": "C0", "States": {{{}}}}}"#,
        states.join(", ")
    )
}

fn grows(text: &str) -> bool {
    let options = EstimateOptions::new()
        .input_bytes(1000)
        .result_bytes(500)
        .rounds(9);
    let estimate = Estimate::of(&machine(text), &options);
    let says = estimate
        .warnings
        .iter()
        .any(|text| text.contains("the data grows"));
    assert_eq!(
        says,
        estimate.worst.payload_bytes.is_infinite(),
        "{:?}",
        estimate.warnings
    );
    says
}

#[test]
fn data_without_a_loop_has_a_bound() {
    let wrapped = |larger: &'static str| {
        wrapping(12, &move |at, way| {
            let more = if way == larger { "longer" } else { "" };
            format!(
                r#"{{"input": "{{% $states.input %}}", "log": "{{% $append($states.input.log, 'step {at}') %}}", "more": "{more}"}}"#
            )
        })
    };
    let long = wrapping(12, &|at, way| {
        format!(r#""{{% $states.input & '{}' %}}""#, way.repeat(at))
    });
    let caught = CHARGE.replace(
        r#""Refund": {"Type": "Pass", "Next""#,
        r#""Refund": {"Type": "Pass", "ResultPath": "$.refund", "Next""#,
    );
    for text in [&wrapped("W"), &wrapped("V"), &long, &caught] {
        assert!(!grows(text), "{text}");
    }
    // Each round adds the log, not the whole input, to the wrapped input.
    let estimate = Estimate::of(
        &machine(&wrapped("W")),
        &EstimateOptions::new().input_bytes(1000),
    );
    assert!(
        estimate.worst.payload_bytes < 100_000.0,
        "{:?}",
        estimate.worst
    );
}

#[test]
fn data_grows_in_a_loop_that_replaces_nothing() {
    let jsonata = |output: &str| {
        format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {{
            "A": {{"Type": "Pass", "Output": {output}, "Next": "B"}},
            "B": {{"Type": "Choice", "Choices": [{{"Condition": "{{% $states.input.x %}}", "Next": "A"}}], "Default": "C"}}, "C": {{"Type": "Succeed"}}}}}}"#
        )
    };
    let jsonpath = |pass: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", {pass}, "Next": "B"}},
            "B": {{"Type": "Choice", "Choices": [{{"Variable": "$.x", "IsPresent": true, "Next": "A"}}], "Default": "C"}}, "C": {{"Type": "Succeed"}}}}}}"#
        )
    };
    for (text, expected) in [
        (
            jsonata(r#"{"count": "{% $states.input.count + 1 %}", "x": "{% $states.input.x %}"}"#),
            false,
        ),
        (
            jsonata(r#""{% $merge([$states.input, {'count': $states.input.count + 1}]) %}""#),
            false,
        ),
        (
            jsonata(r#""{% $states.input.x ? $states.input : {'done': true} %}""#),
            false,
        ),
        (
            jsonata(r#"{"log": "{% $append($states.input.log, 'again') %}"}"#),
            true,
        ),
        (jsonata(r#"{"log": "{% $states.input.log & ';' %}"}"#), true),
        (jsonata(r#"{"before": "{% $states.input %}"}"#), true),
        (
            jsonata(r#""{% $merge([$states.input, {'log': [$states.input.log, 1]}]) %}""#),
            true,
        ),
        (
            jsonpath(r#""Parameters": {"n.$": "States.MathAdd($.c.n, 1)"}, "ResultPath": "$.c""#),
            false,
        ),
        (
            jsonpath(r#""Parameters": {"n.$": "$.x", "more": 1}, "ResultPath": "$.c""#),
            false,
        ),
        (jsonpath(r#""Parameters": {"x.$": "$.x"}"#), false),
        (
            jsonpath(r#""Result": {"a": 1}, "ResultPath": "$.c.d""#),
            false,
        ),
        (
            jsonpath(r#""Parameters": {"all.$": "States.Array($.c, $.x)"}, "ResultPath": "$.c""#),
            true,
        ),
        (
            jsonpath(r#""Parameters": {"all.$": "$"}, "ResultPath": "$.c""#),
            true,
        ),
    ] {
        assert_eq!(grows(&text), expected, "{text}");
    }
}

#[test]
fn large_amounts_do_not_break_the_columns() {
    let options = EstimateOptions::new()
        .executions(u64::MAX)
        .input_bytes(1 << 50)
        .items("M", 1 << 40, 1 << 50);
    let text = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}}}}"#;
    let shown = Estimate::of(&machine(text), &options).to_string();
    let rows: Vec<&str> = shown
        .lines()
        .take_while(|line| !line.starts_with("prices of"))
        .collect();
    assert!(rows.iter().any(|row| row.len() > 70), "{shown}");
    for row in rows.iter().filter(|row| !row.is_empty()) {
        let amounts = row
            .split("  ")
            .filter(|part| !part.trim().is_empty())
            .count();
        assert_eq!(amounts, 4, "{row}");
        assert_eq!(row.chars().count(), rows[0].chars().count(), "{row}");
    }
}

#[test]
fn a_recorded_execution_determines_the_typical_case() {
    let mut recorded = RecordedStatistics::default();
    recorded.record_execution();
    recorded.record_duration(22.0);
    recorded.record_attempts("Charge", 2);
    for state in ["Charge", "Refund", "Done"] {
        recorded.record_exit(state);
    }
    recorded.record_transition("Charge", "Refund");
    recorded.record_transition("Refund", "Done");
    let estimate = Estimate::of(&machine(CHARGE), &EstimateOptions::new().recorded(recorded));
    assert_eq!(estimate.typical.seconds, 22.0);
    // Charge, two retries, Refund, Done.
    assert_eq!(estimate.typical.transitions, 5.0);
    assert!(estimate.assumptions[0].contains("recorded"));
}

#[test]
fn invalid_definitions_do_not_panic() {
    for text in [
        r#"{"StartAt": "Nowhere", "States": {}}"#,
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}"#,
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}"#,
        r#"{"StartAt": "A", "States": {"A": {"Type": "Fail"}}}"#,
        r#"{"StartAt": "A", "States": {"A": {"Type": "Map", "End": true}}}"#,
        r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "", "End": true, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99999999, "BackoffRate": 1.0000001}]}}}"#,
    ] {
        let estimate = Estimate::of(&machine(text), &EstimateOptions::new());
        assert!(!estimate.to_string().contains("NaN"), "{estimate}");
        serde_json::to_string(&estimate).expect("has JSON");
    }
}

#[test]
fn an_estimate_is_printed_as_a_table() {
    insta::assert_snapshot!(Estimate::of(
        &machine(CHARGE),
        &EstimateOptions::new().probability("Charge", "Refund", 0.1)
    ));
    insta::assert_snapshot!(Estimate::of(
        &machine(POLL),
        &EstimateOptions::new().region("eu-west-3").executions(1000)
    ));
}

#[test]
fn the_time_of_an_estimate_does_not_grow_with_the_square_of_the_states() {
    // With a quadratic algorithm, this takes minutes.
    const STATES: usize = 20_000;
    let mut states = serde_json::Map::new();
    for number in 0..STATES {
        let mut state = serde_json::json!({"Type": "Pass", "Result": 1});
        match number + 1 {
            STATES => state["End"] = true.into(),
            next => state["Next"] = format!("S{next}").into(),
        }
        states.insert(format!("S{number}"), state);
    }
    let definition = serde_json::json!({"StartAt": "S0", "States": states}).to_string();
    let machine = StateMachine::from_json(&definition).expect("it is valid");
    let estimate = Estimate::of(&machine, &EstimateOptions::default());
    // The start, the end, and two events of each state.
    let events = 2.0 + 2.0 * STATES as f64;
    assert_eq!(estimate.best.events, events);
    assert_eq!(estimate.typical.events, events);
    assert_eq!(estimate.worst.events, events);
    assert!(estimate.worst.payload_bytes.is_finite());
}

/// A review by a person, an activity, a computed wait: each in a place from which its duration
/// reaches the whole execution.
const OPEN_WAITS: [&str; 3] = [
    r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 604800"#,
    r#""Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:review""#,
    r#""Type": "Wait", "TimestampPath": "$.at""#,
];

#[test]
fn a_wait_for_a_person_has_no_typical_time_without_an_option() {
    let places = |review: &str| {
        let one = format!(
            r#"{{"StartAt": "Review", "States": {{"Review": {{{review}, "End": true}}}}}}"#
        );
        [
            one.clone(),
            format!(
                r#"{{"StartAt": "P", "States": {{"P": {{"Type": "Parallel", "End": true, "Branches": [{one}]}}}}}}"#
            ),
            format!(
                r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "ItemsPath": "$.x", "End": true, "ItemProcessor": {one}}}}}}}"#
            ),
            format!(
                r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "End": true, "ItemProcessor": {}}}}}}}"#,
                one.replacen(
                    '{',
                    r#"{"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "#,
                    1
                )
            ),
        ]
    };
    for review in OPEN_WAITS {
        for text in places(review) {
            let unknown = Estimate::of(&machine(&text), &EstimateOptions::new());
            assert!(unknown.typical.seconds.is_infinite(), "{text}");
            let shown = unknown.to_string();
            let duration = shown.lines().find(|line| line.starts_with("duration"));
            assert!(duration.unwrap().contains("unknown"), "{shown}");
            assert!(unknown.typical.transitions.is_finite() && unknown.typical.events.is_finite());
            let warning = "the typical waiting time of `Review` is unknown: give --wait 'Review=2h' or a recorded execution";
            assert!(
                unknown.warnings.iter().any(|text| text == warning),
                "{:?}",
                unknown.warnings
            );
            let given = EstimateOptions::new().wait_seconds("Review", 7200.0);
            let known = Estimate::of(&machine(&text), &given);
            assert_eq!(known.typical.seconds, 7200.0, "{text}");
            assert!(
                !known
                    .warnings
                    .iter()
                    .any(|text| text.contains("waiting time"))
            );
        }
    }
}

#[test]
fn a_wait_that_is_typically_not_entered_leaves_the_typical_time_known() {
    let text = format!(
        r#"{{"StartAt": "Sure?", "States": {{
            "Sure?": {{"Type": "Choice", "Choices": [{{"Variable": "$.x", "IsPresent": true, "Next": "Done"}}], "Default": "Review"}},
            "Review": {{{}, "Next": "Done"}}, "Done": {{"Type": "Wait", "Seconds": 3, "End": true}}}}}}"#,
        OPEN_WAITS[0]
    );
    let never = EstimateOptions::new().probability("Sure?", "Review", 0.0);
    let estimate = Estimate::of(&machine(&text), &never);
    assert_eq!(estimate.typical.seconds, 3.0);
    assert!(
        !estimate
            .warnings
            .iter()
            .any(|text| text.contains("waiting time")),
        "{:?}",
        estimate.warnings
    );
    // The timeout limits a longer wait.
    let long = EstimateOptions::new()
        .wait_seconds("Review", 1e9)
        .probability("Sure?", "Review", 1.0);
    assert_eq!(
        Estimate::of(&machine(&text), &long).typical.seconds,
        604_803.0
    );
}
