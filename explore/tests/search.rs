//! Which paths a search follows, and what it says about them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use proptest::prelude::*;
use stepwright_asl::{MachineType, StateMachine};
use stepwright_explore::{
    NestedMachine, PropertyFileError, Report, Rule, Settings, StopReason, UnknownName, explore,
    explore_with,
};

fn machine(text: &str) -> StateMachine {
    StateMachine::from_json(text).expect("the definition is valid")
}

fn explored(text: &str, settings: &Settings) -> Report {
    explore(&machine(text), settings).expect("the definition can run")
}

fn choice_of(rules: &str, default: bool) -> String {
    let default = if default { r#", "Default": "B""# } else { "" };
    format!(
        r#"{{"StartAt": "Which", "States": {{
            "Which": {{"Type": "Choice", "Choices": [{rules}]{default}}},
            "A": {{"Type": "Succeed"}}, "B": {{"Type": "Succeed"}}}}}}"#
    )
}

#[test]
fn inputs_are_made_from_what_a_definition_compares() {
    let above = r#"{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "A"}"#;
    let kinds = r#"{"Variable": "$.kind", "StringEquals": "new", "Next": "A"}, {"Variable": "$.kind", "StringEquals": "old", "Next": "B"}"#;
    let present = r#"{"Variable": "$.coupon", "IsPresent": true, "Next": "A"}"#;
    let flag = r#"{"Variable": "$.vip", "BooleanEquals": true, "Next": "A"}"#;
    let both = format!("{above}, {flag}");
    for (rules, default, inputs) in [
        (above, true, 3),
        // Another text makes a difference only if there is a `Default`.
        (kinds, true, 3),
        (kinds, false, 2),
        (present, true, 2),
        (flag, true, 2),
        (&both, true, 6),
    ] {
        let report = explored(&choice_of(rules, default), &Settings::new());
        assert_eq!(report.coverage().inputs, inputs, "{rules}");
        report.assert_clean();
    }
}

#[test]
fn jsonata_conditions_are_read_like_those_of_jsonpath() {
    let definition = r#"{"QueryLanguage": "JSONata", "StartAt": "Get", "States": {
        "Get": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:get", "Assign": {"order": "{% $states.result %}"}, "Next": "Which"},
        "Which": {"Type": "Choice", "Default": "Small", "Choices": [
            {"Condition": "{% $order.total >= 10 and $count($order.lines) > 1 %}", "Next": "Large"},
            {"Condition": "{% $order.status in ['closed', 'lost'] %}", "Next": "Closed"}]},
        "Large": {"Type": "Succeed"}, "Small": {"Type": "Succeed"}, "Closed": {"Type": "Succeed"}}}"#;
    let mut settings = Settings::new();
    for state in ["Large", "Small", "Closed"] {
        let file = format!("properties: [{{ name: {state}, never: {{ entered: {state} }} }}]");
        settings.add_file("p.yaml", &file).expect("is valid");
    }
    let report = explored(definition, &settings);
    let mut names: Vec<&str> = report
        .findings()
        .iter()
        .map(|finding| finding.name())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Closed", "Large", "Small"], "{report}");
}

#[test]
fn a_list_of_a_map_has_no_item_one_and_two() {
    let definition = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemsPath": "$.lines", "End": true,
        "ItemProcessor": {"StartAt": "Do", "States": {"Do": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:do", "End": true}}}}}}"#;
    let report = explored(definition, &Settings::new());
    assert_eq!(report.coverage().inputs, 3, "{report}");
    report.assert_clean();
}

#[test]
fn a_loop_that_polls_ends_and_one_that_waits_for_nothing_does_not() {
    let poll = |condition: &str| {
        format!(
            r#"{{"StartAt": "Ask", "States": {{
                "Ask": {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask", "ResultPath": "$.job", "Next": "Ready?"}},
                "Ready?": {{"Type": "Choice", "Choices": [{{"Variable": "{condition}", "StringEquals": "DONE", "Next": "Done"}}], "Default": "Pause"}},
                "Pause": {{"Type": "Wait", "Seconds": 30, "Next": "Ask"}}, "Done": {{"Type": "Succeed"}}}}}}"#
        )
    };
    explored(&poll("$.job.status"), &Settings::new()).assert_clean();
    // The input does not change while the loop asks.
    let report = explored(&poll("$.status"), &Settings::new());
    let names: Vec<&str> = report
        .findings()
        .iter()
        .map(|finding| finding.name())
        .collect();
    assert_eq!(names, [Rule::PathEnds.name()], "{report}");
}

#[test]
fn a_task_waits_without_end_for_a_token_but_not_for_a_job() {
    let task = |pattern: &str| {
        format!(
            r#"{{"StartAt": "Child", "States": {{"Child": {{"Type": "Task", "End": true,
                "Resource": "arn:aws:states:::states:startExecution{pattern}",
                "Parameters": {{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"}}}}}}}}"#
        )
    };
    for pattern in ["", ".sync", ".sync:2"] {
        explored(&task(pattern), &Settings::new()).assert_clean();
    }
    let report = explored(&task(".waitForTaskToken"), &Settings::new());
    assert_eq!(report.findings()[0].rule(), Some(Rule::TokenTimeout));
}

#[test]
fn a_counter_ends_a_loop_beyond_the_bound_of_rounds() {
    let definition = r#"{"StartAt": "Start", "States": {
        "Start": {"Type": "Pass", "Result": 0, "ResultPath": "$.count", "Next": "Try"},
        "Try": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:try", "ResultPath": null, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Count"}], "End": true},
        "Count": {"Type": "Pass", "Parameters": {"count.$": "States.MathAdd($.count, 1)"}, "Next": "Enough?"},
        "Enough?": {"Type": "Choice", "Choices": [{"Variable": "$.count", "NumericGreaterThanEquals": 5, "Next": "Failed"}], "Default": "Try"},
        "Failed": {"Type": "Fail", "Error": "TooOften"}}}"#;
    let report = explored(definition, &Settings::new());
    report.assert_clean();
}

#[test]
fn paths_that_meet_are_followed_once() {
    let mut states = Vec::new();
    for number in 0..12 {
        let next = number + 1;
        states.push(format!(
            r#""T{number}": {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:t", "ResultPath": null, "TimeoutSeconds": 5,
                "Catch": [{{"ErrorEquals": ["A"], "ResultPath": null, "Next": "T{next}"}}, {{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "T{next}"}}], "Next": "T{next}"}}"#
        ));
    }
    let definition = format!(
        r#"{{"StartAt": "T0", "States": {{{}, "T12": {{"Type": "Succeed"}}}}}}"#,
        states.join(",")
    );
    let mut settings = Settings::new();
    settings.faults = 12;
    let report = explored(&definition, &settings);
    report.assert_clean();
    assert!(report.coverage().points < 60, "{report}");
}

#[test]
fn the_same_search_has_the_same_result() {
    let definition = r#"{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:a", "End": true}}},
        {"StartAt": "B", "States": {"B": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:b", "End": true}}}]}}}"#;
    let mut settings = Settings::new();
    let file = "properties: [{ name: order, before: [{ succeeded: a }, { succeeded: b }] }, { name: both, all: [{ eventually: { succeeded: a } }, { eventually: { succeeded: b } }] }]";
    settings.add_file("p.yaml", file).expect("is valid");
    let texts = || {
        let report = explored(definition, &settings);
        let findings = report.findings().iter();
        findings
            .map(|finding| finding.to_json().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(), texts());
    assert_eq!(texts().len(), 2);
}

#[test]
fn a_search_that_stops_says_what_it_covered() {
    let mut settings = Settings::new();
    settings.time_limit = Some(Duration::ZERO);
    let task = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:a", "Next": "B"},
        "B": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:b", "End": true}}}"#;
    // The preparation has the time limit, too.
    let report = explored(task, &settings);
    assert_eq!(report.coverage().stopped_by, Some(StopReason::Time));
    // The time depends on the machine.
    let text = report.coverage().to_string();
    let (paths, rest) = text.split_once(" after ").expect("a time");
    assert_eq!(paths, "0 paths, because the search stopped");
    assert!(rest.ends_with("s before its first point"), "{text}");
    assert_eq!(report.summary(), format!("no findings in {text}"));
    let assertion = AssertUnwindSafe(|| report.assert_clean());
    let panic = catch_unwind(assertion).expect_err("it is incomplete");
    let message = panic.downcast::<String>().expect("a message");
    assert!(message.contains(&text), "{message}");

    let mut settings = Settings::new();
    settings.max_nodes = 1;
    let report = explored(task, &settings);
    let text = report.coverage().to_string();
    assert!(
        text.starts_with("a part of the paths without faults, because the search stopped after"),
        "{text}"
    );
    assert!(
        text.ends_with(
            " at its limit of points (1 point not followed): 1 point, 0 different ends, 1 input"
        ),
        "{text}"
    );
    assert!(
        report
            .to_json()
            .to_string()
            .contains(r#""isComplete":false,"stoppedBy":"points""#)
    );

    let report = explore_with(&machine(task), &Settings::new(), &mut |_| false);
    let report = report.expect("the definition can run");
    assert_eq!(report.coverage().stopped_by, Some(StopReason::Caller));
    assert!(!report.coverage().is_complete());
}

#[test]
fn a_search_stops_at_its_limit_of_memory() {
    // The order of 20 concurrent calls makes a difference.
    let branches: Vec<String> = (0..20)
        .map(|n| format!(r#"{{"StartAt": "T{n}", "States": {{"T{n}": {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f{n}", "End": true}}}}}}"#))
        .collect();
    let definition = format!(
        r#"{{"StartAt": "P", "States": {{"P": {{"Type": "Parallel", "End": true, "Branches": [{}]}}}}}}"#,
        branches.join(",")
    );
    let mut settings = Settings::new();
    settings.faults = 20;
    settings.max_bytes = 1_000_000;
    let order = "properties: [{ name: order, before: [{ succeeded: f0 }, { succeeded: f1 }] }]";
    settings.add_file("p.yaml", order).expect("is valid");
    let report = explored(&definition, &settings);
    let coverage = report.coverage();
    assert_eq!(coverage.stopped_by, Some(StopReason::Memory), "{report}");
    assert!((10..5_000).contains(&coverage.points), "{report}");
    // The estimate of memory does not depend on the machine.
    assert_eq!(
        explored(&definition, &settings).coverage().points,
        coverage.points
    );
}

#[test]
fn the_preparation_stops_at_the_limit_of_memory() {
    // Each state adds a member to the value of the states after it.
    let states: Vec<String> = (0..300)
        .map(|n| {
            format!(
                r#""S{n}": {{"Type": "Pass", "Result": 1, "ResultPath": "$.x{n}", "Next": "S{}"}}"#,
                n + 1
            )
        })
        .collect();
    let definition = format!(
        r#"{{"StartAt": "S0", "States": {{{}, "S300": {{"Type": "Succeed"}}}}}}"#,
        states.join(",")
    );
    let mut settings = Settings::new();
    settings.max_bytes = 1_000_000;
    let report = explored(&definition, &settings);
    assert_eq!(report.coverage().stopped_by, Some(StopReason::Memory));
    assert_eq!(report.coverage().points, 0, "{report}");
    assert!(
        explored(&definition, &Settings::new())
            .coverage()
            .is_complete()
    );
}

#[test]
fn many_attempts_of_retriers_are_few_points() {
    let task = |attempts: u32| {
        let retriers: Vec<String> = (0..20)
            .map(|n| format!(r#"{{"ErrorEquals": ["E{n}"], "MaxAttempts": {attempts}}}"#))
            .collect();
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:a", "Retry": [{}], "Catch": [{{"ErrorEquals": ["E0"], "Next": "B"}}], "End": true}}, "B": {{"Type": "Fail"}}}}}}"#,
            retriers.join(",")
        )
    };
    let report = explored(&task(99_999_999), &Settings::new());
    // With one point for each pair of counts, there would be 400 * 100 * 100.
    assert!(report.coverage().is_complete(), "{report}");
    assert!(report.coverage().points < 20_000, "{report}");
    // A retrier that is exhausted within the attempts of a path is followed to its end.
    let mut settings = Settings::new();
    settings.faults = 1;
    let property = "properties: [{ name: no end, never: { ended: failed } }]";
    settings.add_file("p.yaml", property).expect("is valid");
    let fails = |attempts: u32| {
        let report = explored(&task(attempts), &settings);
        report
            .findings()
            .iter()
            .any(|finding| finding.name() == "no end")
    };
    assert!(fails(40) && !fails(99_999_999));
}

#[test]
fn the_values_of_a_wide_choice_share_their_members() {
    let rules: Vec<String> = (0..600)
        .map(|n| format!(r#"{{"Variable": "$.v{n}", "NumericGreaterThan": {n}, "Next": "B"}}"#))
        .collect();
    let definition = format!(
        r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Choice", "Choices": [{}], "Default": "B"}}, "B": {{"Type": "Succeed"}}}}}}"#,
        rules.join(",")
    );
    // 1,201 inputs of 600 members have 35 MB without sharing.
    let mut settings = Settings::new();
    settings.max_bytes = 16 << 20;
    let report = explored(&definition, &settings);
    assert!(report.coverage().is_complete(), "{report}");
    assert_eq!(report.coverage().inputs, 1_201);
}

#[test]
fn findings_without_a_path_are_counted() {
    // Each state violates a property on a path that is longer than the one before.
    let states: Vec<String> = (0..60)
        .map(|n| format!(r#""S{n}": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {{"FunctionName": "f", "Payload": {{"text": "{}", "token.$": "$$.Task.Token"}}}}, "ResultPath": null, "Next": "S{}"}}"#, "x".repeat(20_000), n + 1))
        .collect();
    let definition = format!(
        r#"{{"StartAt": "S0", "States": {{{}, "S60": {{"Type": "Succeed"}}}}}}"#,
        states.join(",")
    );
    let report = explored(&definition, &Settings::new());
    let findings = report.findings();
    assert_eq!(findings.len(), 60);
    let with_path = findings.iter().filter(|one| one.counterexample().is_some());
    let without = 60 - with_path.count();
    assert!((1..60).contains(&without), "{without}");
    assert!(findings[0].counterexample().is_some());
    let note = format!(
        "{without} of the findings have no path, because of the limits of time and memory; fix the others and explore again"
    );
    assert!(report.notes().contains(&note), "{:?}", report.notes());
}

#[test]
fn a_counterexample_has_the_history_of_its_path() {
    let task = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:a", "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
    let mut settings = Settings::new();
    settings
        .add_file(
            "p.yaml",
            "properties: [{ name: no end, never: { ended: failed } }]",
        )
        .expect("is valid");
    let report = explored(task, &settings);
    let example = report.findings()[0].counterexample().expect("a path");
    assert_eq!(example.history().path(), ["A"]);
    assert_eq!(example.faults(), 1);
}

#[test]
fn a_map_run_is_explored_with_none_one_and_two_items_of_its_reader() {
    let definition = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key.$": "$.key"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Do", "States": {
            "Do": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:do", "Parameters": {"id.$": "$.id"}, "End": true}}}}}}"#;
    let report = explored(definition, &Settings::new());
    report.assert_clean();
    assert!(report.notes().is_empty(), "{report}");
    assert!(report.coverage().points > 5, "{report}");
}

/// A task with a token, once and with a Retrier, which is followed by another one.
fn approval(more: &str) -> String {
    format!(
        r#"{{"StartAt": "Ask", "States": {{
            "Ask": {{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 60, "ResultPath": null{more},
                "Parameters": {{"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody.$": "$$.Task.Token"}}, "Next": "Close"}},
            "Close": {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:close", "End": true}}}}}}"#
    )
}

#[test]
fn a_late_and_a_second_answer_change_no_path() {
    let retry =
        r#", "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}], "HeartbeatSeconds": 10"#;
    let catch =
        r#", "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Close"}]"#;
    for more in ["", retry, catch] {
        let report = explored(&approval(more), &Settings::new());
        report.assert_clean();
        // Each answer leads to a point that a path without it has, too: a property that sees late
        // answers without a difference has no further ends.
        let mut watching = Settings::new();
        watching
            .add_file(
                "p.yaml",
                "properties: [{ name: p, eventually: { started: '*' } }, { name: q, never: { late: Close } }]",
            )
            .expect("is valid");
        let watched = explored(&approval(more), &watching);
        watched.assert_clean();
        assert_eq!(report.coverage().ends, watched.coverage().ends);
        // The property that a late answer violates is violated, so there is one.
        watching
            .add_file(
                "l.yaml",
                "properties: [{ name: late, never: { late: Ask } }]",
            )
            .expect("is valid");
        let late = explored(&approval(more), &watching);
        assert_eq!(late.findings()[0].name(), "late", "{late}");
    }
}

#[test]
fn a_state_machine_that_starts_itself_is_followed_to_a_depth() {
    let definition = r#"{"StartAt": "Again?", "States": {
        "Again?": {"Type": "Choice", "Choices": [{"Variable": "$.count", "NumericGreaterThan": 0, "Next": "Again"}], "Default": "Done"},
        "Again": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
            "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:again", "Input": {"count.$": "$.count"}}},
        "Done": {"Type": "Succeed"}}}"#;
    let mut settings = Settings::new();
    settings.machine_name = "again".to_owned();
    let report = explored(definition, &settings);
    report.assert_clean();
    assert!(
        report
            .notes()
            .iter()
            .any(|note| note.contains("starts itself")),
        "{report}"
    );
}

#[test]
fn each_integration_that_starts_an_execution_follows_it() {
    let child = machine(
        r#"{"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true}}}"#,
    );
    for (resource, waits) in [
        ("arn:aws:states:::states:startExecution", false),
        ("arn:aws:states:::states:startExecution.sync", true),
        ("arn:aws:states:::states:startExecution.sync:2", true),
        (
            "arn:aws:states:::states:startExecution.waitForTaskToken",
            false,
        ),
        ("arn:aws:states:::aws-sdk:sfn:startExecution", false),
        ("arn:aws:states:::aws-sdk:sfn:startSyncExecution", true),
    ] {
        let definition = format!(
            r#"{{"StartAt": "Child", "States": {{"Child": {{"Type": "Task", "Resource": "{resource}", "TimeoutSeconds": 60, "End": true,
                "Parameters": {{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child:live"}}}}}}}}"#
        );
        let mut settings = Settings::new();
        settings.nested.push(NestedMachine {
            name: "child".to_owned(),
            machine: child.clone(),
            machine_type: MachineType::Standard,
        });
        settings
            .add_file(
                "p.yaml",
                "properties: [{ name: works, never: { called: work } }, { name: first, before: [{ succeeded: work }, { ended: succeeded }] }]",
            )
            .expect("is valid");
        let report = explored(&definition, &settings);
        let mut names: Vec<&str> = report
            .findings()
            .iter()
            .map(|finding| finding.name())
            .collect();
        names.sort_unstable();
        // A state that does not wait ends before its execution works.
        let is_sdk_sync = resource.ends_with("startSyncExecution");
        let expected: &[&str] = if waits && !is_sdk_sync {
            &["works"]
        } else {
            // A failed Express execution is a result.
            &["first", "works"]
        };
        assert_eq!(names, expected, "{resource} {report}");
    }
}

/// The message for a property file, or the notes of the report.
fn names(text: &str, properties: &str, nested: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let mut settings = Settings::new();
    let added = settings.add_file("p.yaml", properties);
    added.expect("the file is valid");
    settings.machine_name = "orders".to_owned();
    settings.nested = nested
        .iter()
        .map(|(name, text)| NestedMachine {
            name: (*name).to_owned(),
            machine: machine(text),
            machine_type: MachineType::Standard,
        })
        .collect();
    let report = explore(&machine(text), &settings).expect("the definition can run");
    let unknown = report.unknown_names().iter();
    let unknown: Vec<String> = unknown.map(UnknownName::to_string).collect();
    if unknown.is_empty() {
        Ok(report.name_notes().to_vec())
    } else {
        Err(unknown.join("\n"))
    }
}

const PAY: &str = r#"{"StartAt": "Pay", "States": {
    "Pay": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "Next": "Back"},
    "Back": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${RefundCardArn}"},
        "Assign": {"refund.$": "$.Payload"}, "Next": "Tell"},
    "Tell": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": "t", "Message": "m"}, "Next": "Cool"},
    "Cool": {"Type": "Wait", "Seconds": 1, "End": true}
}}"#;

#[test]
fn a_name_that_no_definition_has_is_an_error_with_a_suggestion() {
    for (properties, message) in [
        (
            "{ properties: [{ name: a, never: { called: chrge } }] }",
            "property `a`: no task is named `chrge`; did you mean `charge`?",
        ),
        (
            "{ properties: [{ name: a, never: { called: RefundCard } }] }",
            "property `a`: no task is named `RefundCard`; did you mean `Back`, which calls `${RefundCardArn}`?",
        ),
        (
            "{ properties: [{ name: a, leads_to: [{ failed: Pay }, { called: 'sns:pubish' }] }] }",
            "property `a`: no task is named `sns:pubish`; did you mean `sns:publish`?",
        ),
        (
            "{ properties: [{ name: a, not: { before: [{ entered: Nowhere }, { called: Pay }] } }] }",
            "property `a`: no state is named `Nowhere`; the states are `Pay`, `Back`, `Tell`, `Cool`",
        ),
        (
            // A Wait state calls nothing.
            "{ properties: [{ name: a, never: { called: Cool } }] }",
            "property `a`: no task is named `Cool`; the tasks are `Pay`, `Back`, `Tell`, `charge`, `${RefundCardArn}`, `lambda:invoke`, `sns:publish`",
        ),
        (
            "{ properties: [{ name: a, never: { assigned: refnd } }] }",
            "property `a`: no variable is named `refnd`; did you mean `refund`?",
        ),
        (
            "{ properties: [{ name: a, never: { ended: timeout } }] }",
            "property `a`: no status is named `timeout`; did you mean `timed-out`?",
        ),
        (
            "{ properties: [{ name: a, never: { ended: FAILED } }] }",
            "property `a`: no status is named `FAILED`; did you mean `failed`?",
        ),
        (
            "{ tasks: { chrge: { errors: [Busy] } } }",
            "`tasks`: no task is named `chrge`; did you mean `charge`?",
        ),
        (
            "{ compensates: [{ undo: Bck, of: charge }] }",
            "`compensates`: no task is named `Bck`; did you mean `Back`?",
        ),
    ] {
        assert_eq!(names(PAY, properties, &[]), Err(message.to_owned()));
    }
}

#[test]
fn each_name_of_a_task_a_state_and_a_variable_is_known() {
    let known = "{ tasks: { Pay: { errors: [Busy], passes: [Busy] }, 'arn:aws:states:::sns:publish': {} }, compensates: [{ undo: '${RefundCardArn}', of: charge }],
        rules: { branch-not-undone: off },
        properties: [{ name: a, at_most: 9, of: { called: charge } }, { name: b, at_most: 9, of: { entered: '*' } }, { name: c, at_most: 9, of: { exited: Cool } },
            { name: d, at_most: 9, of: { assigned: refund } }, { name: e, at_most: 9, of: { ended: timed-out } }, { name: f, at_most: 9, of: { called: 'sns:publish' } },
            { name: g, at_most: 9, of: { called: 'arn:aws:lambda:eu-west-1:123456789012:function:charge' } }, { name: h, at_most: 9, of: { started: '*' } }] }";
    let notes = names(PAY, known, &[]).expect("all names are known");
    assert_eq!(notes, [""; 0]);
}

#[test]
fn a_name_of_one_of_several_definitions_is_known() {
    let start = r#"{"StartAt": "Run", "States": {"Run": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:payments"}, "End": true}}}"#;
    let property = "{ properties: [{ name: a, at_most: 9, of: { called: charge } }] }";
    let notes = names(start, property, &[("payments", PAY)]).expect("the name is known");
    assert_eq!(notes, ["`charge` is a task of `payments` only"]);
    let alone = names(start, property, &[]).expect_err("the name is unknown");
    assert!(alone.contains("no task is named `charge`"), "{alone}");
}

#[test]
fn a_computed_function_may_have_a_name_that_the_search_has() {
    let computed = r#"{"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": "$.function"}, "End": true}}}"#;
    let property = "{ properties: [{ name: a, never: { called: save } }] }";
    // The search has no value of which the target would be this name.
    let error = names(computed, property, &[]).expect_err("no target has the name");
    assert!(error.contains("no task is named `save`"), "{error}");
    let set = computed.replace(
        r#"{"StartAt": "Call", "States": {"#,
        r#"{"StartAt": "Set", "States": {"Set": {"Type": "Pass", "Result": {"function": "save"}, "Next": "Call"}, "#,
    );
    assert!(names(&set, property, &[]).is_ok());
    let given =
        "{ inputs: [{ function: save }], properties: [{ name: a, never: { called: save } }] }";
    let notes = names(computed, given, &[]).expect("the name may be that of the function");
    assert_eq!(
        notes,
        [
            "property `a`: no task is named `save`, unless the target that `Call` computes has this name"
        ]
    );
}

proptest! {
    /// A name with one fault is an error for each operator, event and field with names.
    #[test]
    fn a_misspelt_name_never_passes(
        at in 0usize..6,
        name in prop::sample::select(vec!["Pay", "charge", "Back", "Tell"]),
        operator in prop::sample::select(vec!["never", "eventually", "always", "leads_to", "before", "at_most"]),
        event in prop::sample::select(vec!["called", "succeeded", "failed", "late"]),
        field in 0usize..3,
    ) {
        let misspelt: String = name.chars().enumerate().flat_map(|(index, char)| {
            let twice = if index == at % name.len() { 2 } else { 1 };
            std::iter::repeat_n(char, twice)
        }).collect();
        let file = |name: &str| match field {
            0 => {
                let pattern = format!("{{ {event}: {name} }}");
                let other = "{ called: Pay }";
                let formula = match operator {
                    "leads_to" | "before" => format!("{operator}: [{other}, {pattern}]"),
                    "at_most" => format!("at_most: 1, of: {pattern}"),
                    _ => format!("{operator}: {pattern}"),
                };
                format!("properties: [{{ name: p, {formula} }}]")
            }
            1 => format!("tasks: {{ {name}: {{ effect: true }} }}"),
            _ => format!("compensates: [{{ undo: Pay, of: {name} }}]"),
        };
        prop_assert!(names(PAY, &file(name), &[]).is_ok());
        let error = names(PAY, &file(&misspelt), &[]);
        let suggestion = format!("did you mean `{name}`?");
        prop_assert!(error.clone().is_err_and(|text| text.contains(&suggestion)), "{error:?}");
    }
}

const GET: &str = r#""Get": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:get", "Next": "C"},
    "A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}"#;

fn findings(text: &str) -> Vec<String> {
    let report = explored(text, &Settings::new());
    let findings = report.findings().iter();
    findings
        .map(|finding| format!("{}: {}", finding.name(), finding.message()))
        .collect()
}

#[test]
fn an_item_of_a_list_may_be_absent_and_present() {
    for path in [
        "$.list[0]",
        "$.list[0].id",
        "$.list[1]",
        "$.list[7]",
        "$.a.list[2].b.c",
        "$.list[-1]",
        "$.list[40]",
    ] {
        let text = format!(
            r#"{{"StartAt": "Get", "States": {{{GET}, "C": {{"Type": "Choice",
                "Choices": [{{"Variable": "{path}", "IsPresent": true, "Next": "A"}}], "Default": "B"}}}}}}"#
        );
        assert_eq!(findings(&text), [""; 0], "{path}");
    }
    for condition in [
        "$exists($states.input.list[0])",
        "$exists($states.input.list[4].id)",
    ] {
        let text = format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "Get", "States": {{{GET}, "C": {{"Type": "Choice",
                "Choices": [{{"Condition": "{{% {condition} %}}", "Next": "A"}}], "Default": "B"}}}}}}"#
        );
        assert_eq!(findings(&text), [""; 0], "{condition}");
    }
}

#[test]
fn what_a_filter_selects_is_not_known() {
    for (field, path) in [
        ("ResultSelector", "$.items[?(@.status == 'ready')]"),
        ("ResultSelector", "$.items[*].parts[?(@.size > 3)].name"),
        ("ResultSelector", "$.items[1:]"),
    ] {
        let get = GET.replace(
            "\"Next\": \"C\"",
            &format!("\"{field}\": {{\"found.$\": \"{path}\"}}, \"Next\": \"C\""),
        );
        let text = format!(
            r#"{{"StartAt": "Get", "States": {{{get}, "C": {{"Type": "Choice",
                "Choices": [{{"Variable": "$.found[0]", "IsPresent": true, "Next": "A"}}], "Default": "B"}}}}}}"#
        );
        assert_eq!(findings(&text), [""; 0], "{path}");
    }
}

#[test]
fn a_condition_that_no_value_satisfies_is_still_found() {
    let text = format!(
        r#"{{"StartAt": "Get", "States": {{{GET}, "C": {{"Type": "Choice", "Choices": [
            {{"And": [{{"Variable": "$.n", "NumericGreaterThan": 5}}, {{"Variable": "$.n", "NumericLessThan": 3}}], "Next": "A"}}],
            "Default": "B"}}}}}}"#
    );
    assert_eq!(findings(&text), ["state-not-reached: no path enters `A`"]);
}

#[test]
fn a_value_that_is_made_up_is_no_finding() {
    // An object or a list, as the first state tests.
    let both_kinds = r#"{"StartAt": "Which", "States": {
        "Which": {"Type": "Choice", "Choices": [{"Variable": "$.query", "IsPresent": true, "Next": "Direct"}], "Default": "Queue"},
        "Direct": {"Type": "Pass", "InputPath": "$.query", "End": true},
        "Queue": {"Type": "Pass", "InputPath": "$[0].body", "End": true}}}"#;
    // The separators of a text are made up.
    let parts = r#"{"StartAt": "Which", "States": {
        "Which": {"Type": "Choice", "Choices": [{"Variable": "$.kind", "IsPresent": true, "Next": "Split"}], "Default": "Done"},
        "Split": {"Type": "Pass", "Parameters": {"x.$": "States.ArrayGetItem(States.StringSplit($.kind, '::'), 1)"}, "End": true},
        "Done": {"Type": "Succeed"}}}"#;
    for text in [both_kinds, parts] {
        assert_eq!(findings(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_result_has_the_members_that_are_read_of_it_or_of_a_computed_value() {
    let text = r#"{"StartAt": "Create", "States": {
        "Create": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:create", "ResultPath": "$.result.made", "Next": "Use",
            "Catch": [{"ErrorEquals": ["Exists"], "ResultPath": null, "Next": "List"}]},
        "List": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:list", "ResultPath": "$.known", "Next": "Each"},
        "Each": {"Type": "Map", "ItemsPath": "$.known", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}},
            "ResultPath": "$.all", "ResultSelector": {"found.$": "$[?(@.size > 0)]"}, "Next": "Take"},
        "Take": {"Type": "Pass", "Parameters": {"made.$": "$.all.found[0]"}, "ResultPath": "$.result", "Next": "Use"},
        "Use": {"Type": "Pass", "InputPath": "$.result.made.id", "End": true}}}"#;
    let notes = explored(text, &Settings::new()).notes();
    let of_create = notes.iter().filter(|note| note.contains("No results"));
    assert_eq!(of_create.count(), 0, "{notes:?}");
}

#[test]
fn a_value_that_the_definition_computes_is_not_made_up() {
    for (parameters, is_made_up) in [
        (r#"{"n": "abc"}"#, false),
        (r#"{"n.$": "States.Format('a{}', 'b')"}"#, false),
        (r#"{"n.$": "States.Format('a{}', $.id)"}"#, true),
    ] {
        let text = format!(
            r#"{{"StartAt": "Set", "States": {{
                "Set": {{"Type": "Pass", "Parameters": {parameters}, "Next": "Add"}},
                "Add": {{"Type": "Pass", "Parameters": {{"sum.$": "States.MathAdd($.n, 1)"}}, "End": true}}}}}}"#
        );
        let notes = explored(&text, &Settings::new()).notes();
        let noted = notes.iter().any(|note| note.contains("made up"));
        assert_eq!(noted, is_made_up, "{parameters}: {notes:?}");
    }
}

#[test]
fn what_must_not_follow_is_a_property() {
    let text = r#"{"StartAt": "Refund", "States": {
        "Refund": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:refund", "Next": "Again?",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Charge"}]},
        "Again?": {"Type": "Choice", "Choices": [{"Variable": "$.again", "BooleanEquals": true, "Next": "Charge"}], "Default": "Done"},
        "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "Next": "Done"},
        "Done": {"Type": "Succeed"}}}"#;
    let found = |property: &str| {
        let mut settings = Settings::new();
        let file = format!("properties: [{{ name: p, {property} }}]");
        settings.add_file("p.yaml", &file)?;
        let report = explored(text, &settings);
        let mut findings = report.findings().iter();
        let finding = findings.find(|finding| finding.name() == "p");
        Ok(finding.map(|finding| finding.message().to_owned()))
    };
    assert_eq!(
        found("never: { called: charge }, after: { succeeded: refund }"),
        Ok(Some(
            "the property does not hold: never called `charge` after succeeded `refund`".to_owned()
        ))
    );
    assert_eq!(
        found("never: { called: refund }, after: { called: charge }"),
        Ok(None)
    );
    let bound = |value: u8| {
        format!(
            "never: {{ called: charge, where: '{{% $attempt = $n %}}' }}, after: {{ succeeded: refund, bind: {{ n: '$attempt + {value}' }} }}"
        )
    };
    assert!(matches!(found(&bound(0)), Ok(Some(_))));
    assert_eq!(found(&bound(1)), Ok(None));
    let error: PropertyFileError =
        found("eventually: { called: charge }, after: { called: refund }")
            .expect_err("the field belongs to another operator");
    assert!(
        error
            .to_string()
            .contains("`after` belongs to `never`, not to `eventually`")
    );
}
