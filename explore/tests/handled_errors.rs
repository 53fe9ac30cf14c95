//! Errors that no handler catches, and failed expressions that a handler hides.

use stepwright_asl::StateMachine;
use stepwright_explore::{Report, Rule, Settings, explore};

fn explored(text: &str, file: &str) -> Report {
    let machine = StateMachine::from_json(text).expect("the definition is valid");
    let mut settings = Settings::new();
    settings
        .add_file("p.yaml", file)
        .expect("the file is valid");
    explore(&machine, &settings).expect("the definition can run")
}

/// Returns the rule and the message of each finding.
fn findings(text: &str, file: &str) -> Vec<String> {
    let report = explored(text, file);
    let findings = report.findings().iter();
    findings
        .map(|finding| format!("{}: {}", finding.name(), finding.message()))
        .collect()
}

const CHARGE: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "TimeoutSeconds": 9,
        "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}], "Catch": [{"ErrorEquals": ["Declined"], "Next": "Stop"}], "End": true},
    "Stop": {"Type": "Fail", "Error": "Stopped"}}}"#;

#[test]
fn an_undeclared_error_that_ends_the_execution_is_found_on_request() {
    let declared = "tasks: { charge: { errors: [Declined, Lost] } }";
    let lost = "error-not-handled: `Lost` of `Charge` is declared, and ends the execution";
    assert_eq!(findings(CHARGE, declared), [lost]);
    let mut all = findings(CHARGE, &format!("{declared}\nundeclaredErrors: true"));
    all.sort();
    let not_caught = |error: &str| {
        format!("error-not-handled: `{error}` of `Charge` is not caught, and ends the execution")
    };
    let expected = [
        not_caught("AnyOtherError"),
        not_caught("Busy"),
        lost.to_owned(),
        not_caught("States.Timeout"),
    ];
    assert_eq!(all, expected);
    // The error of a Fail state is not that of a task.
    assert!(!all.iter().any(|finding| finding.contains("Stopped")));
    let passed = "{ undeclaredErrors: true, tasks: { Charge: { passes: [AnyOtherError, Busy, States.Timeout] } } }";
    assert_eq!(findings(CHARGE, passed), [""; 0]);
}

#[test]
fn a_task_does_not_fail_with_the_errors_that_others_declare() {
    let definition = r#"{"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "Next": "Done", "Branches": [
            {"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true}}},
            {"StartAt": "Reserve", "States": {"Reserve": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:reserve", "End": true}}}],
            "Catch": [{"ErrorEquals": ["Declined", "SoldOut", "Any"], "Next": "Sorry"}]},
        "Done": {"Type": "Succeed"}, "Sorry": {"Type": "Succeed"}}}"#;
    let fails = |task: &str, error: &str, is_possible: bool| {
        let file = format!(
            "tasks: {{ charge: {{ errors: [Declined] }} }}
properties: [{{ name: p, never: {{ failed: {task}, error: {error} }} }}]"
        );
        let found = findings(definition, &file);
        assert_eq!(
            found.len(),
            usize::from(is_possible),
            "{task} {error}: {found:?}"
        );
    };
    fails("charge", "Declined", true);
    fails("charge", "Any", false);
    fails("reserve", "Any", true);
    fails("reserve", "SoldOut", true);
    fails("reserve", "Declined", false);
}

/// A Map whose child reads a number from the items.
fn map(mode: &str, handlers: &str) -> String {
    format!(
        r#"{{"QueryLanguage": "JSONata", "StartAt": "Each", "States": {{
            "Each": {{"Type": "Map", "Items": "{{% $states.input.orders %}}", {handlers} "Next": "Done",
                "ItemProcessor": {{{mode} "StartAt": "Read", "States": {{
                    "Read": {{"Type": "Pass", "Output": "{{% $states.input.n + 1 %}}", "End": true}}}}}}}},
            "Done": {{"Type": "Succeed"}}, "Sorry": {{"Type": "Succeed"}}}}}}"#
    )
}

const DISTRIBUTED: &str =
    r#""ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},"#;

#[test]
fn a_failed_expression_that_a_handler_of_all_errors_hides_is_found() {
    let bad = "inputs: [{ orders: [{ n: zero }] }]";
    let catch =
        |name: &str| format!(r#""Catch": [{{"ErrorEquals": ["{name}"], "Next": "Sorry"}}],"#);
    let all = catch("States.ALL");
    let tolerant = r#""ToleratedFailurePercentage": 100,"#;
    for (mode, handlers) in [("", &*all), (DISTRIBUTED, &all), (DISTRIBUTED, tolerant)] {
        let definition = map(mode, handlers);
        let found = findings(&definition, bad);
        assert_eq!(found.len(), 1, "{mode}{handlers}: {found:?}");
        let start = "hidden-evaluation-error: `Read` cannot be evaluated, and its error `States.QueryEvaluationError` is hidden by";
        assert!(found[0].starts_with(start), "{found:?}");
        // The values are fine.
        assert_eq!(
            findings(&definition, "inputs: [{ orders: [{ n: 1 }] }]"),
            [""; 0]
        );
        let report = explored(&definition, bad);
        assert_eq!(report.findings()[0].rule(), Some(Rule::EvaluationVisible));
        let path = report.findings()[0].counterexample().expect("a path");
        assert_eq!(path.faults(), 0);
        assert_eq!(
            findings(
                &definition,
                &format!("{bad}\nrules: {{ hidden-evaluation-error: off }}")
            ),
            [""; 0]
        );
    }
    // The handler expects the error.
    assert_eq!(
        findings(&map("", &catch("States.QueryEvaluationError")), bad),
        [""; 0]
    );
}

#[test]
fn a_failed_expression_that_ends_the_execution_is_no_hidden_one() {
    let bad = "inputs: [{ orders: [{ n: zero }] }]";
    for mode in ["", DISTRIBUTED] {
        assert_eq!(findings(&map(mode, ""), bad), [""; 0]);
        let found = findings(&map(mode, ""), &format!("{bad}\nundeclaredErrors: true"));
        assert_eq!(found.len(), 1, "{found:?}");
        let start = "error-not-handled: `Read` cannot be evaluated, and its error `States.QueryEvaluationError` ends the execution";
        assert!(found[0].starts_with(start), "{found:?}");
    }
}

#[test]
fn a_hidden_failure_is_found_where_a_path_without_one_leads_to_the_same_point() {
    let definition = r#"{"QueryLanguage": "JSONata", "StartAt": "Add", "States": {
        "Add": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:add", "Output": "{% $states.result.n + 1 > 0 ? {} : {} %}", "Next": "Sorry",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Output": {}, "Next": "Sorry"}]},
        "Sorry": {"Type": "Wait", "Seconds": 1, "Next": "Done"}, "Done": {"Type": "Succeed", "Output": {}}}}"#;
    let file = "{ inputs: [{}], faults: 1, tasks: { add: { errors: [Busy], results: [{ n: 1 }, { n: a }] } } }";
    let found = findings(definition, file);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("hidden-evaluation-error: `Add`"),
        "{found:?}"
    );
    // A retrier hides the failure, too, until its attempts are exhausted.
    let retried = definition.replace(
        "\"Catch\"",
        r#""Retry": [{"ErrorEquals": ["States.ALL"]}], "Catch""#,
    );
    assert_eq!(findings(&retried, file), found);
}

/// A Map Run whose child calls a function.
fn map_run(child: &str) -> String {
    format!(
        r#"{{"StartAt": "Each", "States": {{"Each": {{"Type": "Map", "ItemsPath": "$.orders", "End": true,
            "ItemProcessor": {{{DISTRIBUTED} "StartAt": "Charge", "States": {{
                "Charge": {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", {child} "End": true}},
                "Declined": {{"Type": "Fail", "Error": "OrderDeclined"}}}}}}}}}}}}"#
    )
}

#[test]
fn a_declared_error_that_fails_a_map_run_is_not_handled_but_that_of_a_fail_state_is_intended() {
    let file = "{ inputs: [{ orders: [1] }], tasks: { charge: { errors: [CardDeclined] } }, rules: { state-not-reached: off } }";
    let message = "error-not-handled: `CardDeclined` of `Charge` is declared; it fails the Map Run with `States.ExceedToleratedFailureThreshold`, which ends the execution";
    assert_eq!(findings(&map_run(""), file), [message]);
    let caught = r#""Catch": [{"ErrorEquals": ["CardDeclined"], "Next": "Declined"}],"#;
    assert_eq!(findings(&map_run(caught), file), [""; 0]);
    let passes = file.replace(
        "errors: [CardDeclined]",
        "errors: [CardDeclined], passes: [CardDeclined]",
    );
    assert_eq!(findings(&map_run(""), &passes), [""; 0]);
}
