//! Which states, transitions, retriers and catchers the paths reach.

use stepwright_asl::StateMachine;
use stepwright_explore::{Report, Settings, explore};

fn explored(text: &str, file: &str) -> Report {
    let machine = StateMachine::from_json(text).expect("the definition is valid");
    let mut settings = Settings::new();
    settings
        .add_file("p.yaml", file)
        .expect("the file is valid");
    explore(&machine, &settings).expect("the definition can run")
}

#[test]
fn each_transition_retrier_and_catcher_is_reached_or_reported() {
    let definition = r#"{"StartAt": "Charge", "States": {
        "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "ResultPath": null, "Next": "Ship",
            "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}, {"ErrorEquals": ["Slow"]}],
            "Catch": [{"ErrorEquals": ["Declined"], "ResultPath": null, "Next": "Ship"}, {"ErrorEquals": ["Lost"], "Next": "Stop"}]},
        "Ship": {"Type": "Pass", "Next": "Stop"},
        "Stop": {"Type": "Succeed"}}}"#;
    let missing = |errors: &str, faults: u32| {
        let file = format!("{{ faults: {faults}, tasks: {{ charge: {{ errors: [{errors}] }} }} }}");
        explored(definition, &file).reached().missing()
    };
    let handlers = [
        "retrier 1 of `Charge` (Busy)",
        "retrier 2 of `Charge` (Slow)",
        "catcher 1 of `Charge` (Declined) -> `Ship`",
        "catcher 2 of `Charge` (Lost) -> `Stop`",
    ];
    assert_eq!(missing("Busy, Slow, Declined, Lost", 0), handlers);
    assert_eq!(missing("Busy, Slow, Declined, Lost", 1), [""; 0]);
    assert_eq!(missing("Busy, Declined", 1), [handlers[1], handlers[3]]);
    assert_eq!(missing("Slow, Lost", 2), [handlers[0], handlers[2]]);
    // The transition to `Ship` is also that of a catcher.
    let fails = definition.replace("\"Next\": \"Ship\",\n", "\"Next\": \"Stop\",\n");
    let report = explored(
        &fails,
        "{ tasks: { charge: { errors: [Busy, Slow, Declined, Lost] } } }",
    );
    assert_eq!(report.reached().missing(), [""; 0]);
    assert_eq!(report.missing_note(), None);
}

#[test]
fn the_transition_of_a_catcher_is_not_that_of_next() {
    // The task always fails, because the only input has no number.
    let definition = r#"{"QueryLanguage": "JSONata", "StartAt": "Add", "States": {
        "Add": {"Type": "Pass", "Output": "{% $states.input.n + 1 %}", "Next": "Each"},
        "Each": {"Type": "Map", "Items": "{% [1, 2] %}", "Next": "Done", "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Done"}],
            "ItemProcessor": {"StartAt": "Read", "States": {
                "Read": {"Type": "Pass", "Output": "{% 'a' + 1 %}", "Next": "Last"}, "Last": {"Type": "Succeed"}}}},
        "Done": {"Type": "Succeed"}}}"#;
    let report = explored(
        definition,
        "{ inputs: [{ n: 1 }], rules: { state-not-reached: off } }",
    );
    assert_eq!(
        report.reached().missing(),
        [
            "state `Last`",
            "transition `Each` -> `Done`",
            "transition `Read` -> `Last`"
        ]
    );
    let json = report.to_json();
    let reached = json.get("reached").expect("a member");
    let missing = reached
        .get("missing")
        .and_then(|missing| missing.as_array());
    assert_eq!(missing.map(<[_]>::len), Some(3));
    let percent = reached.get("percent").and_then(|percent| percent.as_f64());
    assert_eq!(percent, Some(report.reached().percent()));
}

#[test]
fn a_retry_of_a_container_reaches_its_retrier() {
    for mode in ["INLINE", "DISTRIBUTED"] {
        let kind = if mode == "INLINE" {
            ""
        } else {
            r#", "ExecutionType": "EXPRESS""#
        };
        let error = if mode == "INLINE" {
            "Busy"
        } else {
            "States.ExceedToleratedFailureThreshold"
        };
        let definition = format!(
            r#"{{"StartAt": "Each", "States": {{"Each": {{"Type": "Map", "ItemsPath": "$.items", "End": true,
                "Retry": [{{"ErrorEquals": ["{error}"], "MaxAttempts": 1}}],
                "ItemProcessor": {{"ProcessorConfig": {{"Mode": "{mode}"{kind}}}, "StartAt": "Do", "States": {{
                    "Do": {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:do", "Next": "Last"}},
                    "Last": {{"Type": "Pass", "End": true}}}}}}}}}}}}"#
        );
        let missing = |faults: u32| {
            let file = format!(
                "{{ faults: {faults}, inputs: [{{ items: [1] }}], tasks: {{ do: {{ errors: [Busy], passes: [Busy] }} }} }}"
            );
            explored(&definition, &file).reached().missing()
        };
        assert_eq!(missing(0), [format!("retrier 1 of `Each` ({error})")]);
        assert_eq!(missing(1), [""; 0], "{mode}");
    }
}

#[test]
fn a_reader_reads_the_items_of_the_settings() {
    let definition = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key": "k"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "Kind", "States": {
            "Kind": {"Type": "Choice", "Choices": [{"Variable": "$.kind", "StringEquals": "a", "Next": "A"}], "Default": "B"},
            "A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}}}}"#;
    explored(definition, "{}").assert_clean();
    let one = "tasks: { Each: { results: [[{ kind: a }, { kind: a }]] } }";
    let report = explored(
        definition,
        &format!("{{ {one}, rules: {{ state-not-reached: off }} }}"),
    );
    report.assert_clean();
    assert_eq!(
        report.reached().missing(),
        ["state `B`", "transition `Kind` -> `B`"]
    );
    let both = "tasks: { Each: { results: [[{ kind: a }], [{ kind: b }]] } }";
    let report = explored(definition, both);
    report.assert_clean();
    assert_eq!(report.reached().missing(), [""; 0]);
    let unknown = explored(definition, "tasks: { Eahc: { results: [[]] } }");
    assert!(
        unknown.unknown_names()[0]
            .to_string()
            .contains("did you mean `Each`?")
    );
    // No path calls a Map, so a property that does is wrong.
    let called = explored(
        definition,
        "properties: [{ name: p, never: { called: Each } }]",
    );
    assert_eq!(called.unknown_names().len(), 1);
}

#[test]
fn the_results_of_a_state_replace_those_of_its_function() {
    let definition = r#"{"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 9, "Next": "Which",
            "Parameters": {"FunctionName": "notify", "Payload": {"token.$": "$$.Task.Token"}}},
        "Which": {"Type": "Choice", "Choices": [{"Variable": "$.answer", "StringEquals": "good", "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}}}"#;
    let missing = |tasks: &str| {
        let file = format!("{{ tasks: {{ {tasks} }}, rules: {{ state-not-reached: off }} }}");
        let report = explored(definition, &file);
        report.assert_clean();
        report.reached().missing()
    };
    let yes = "Ask: { results: [{ answer: good }] }";
    let no = ["state `No`", "transition `Which` -> `No`"];
    assert_eq!(missing(yes), no);
    assert_eq!(
        missing(&format!(
            "{yes}, notify: {{ results: [{{ answer: bad }}] }}"
        )),
        no
    );
}
