//! The schemas that are derived from a definition.

use stepwright_asl::json::Json;
use stepwright_explore::DerivedSchemas;

fn derived(definition: &str) -> DerivedSchemas {
    DerivedSchemas::of(&definition.parse::<Json>().expect("is JSON"))
}

/// The payload and the result of a task.
fn task(schemas: &DerivedSchemas, name: &str) -> (String, String) {
    let task = schemas.tasks.iter().find(|task| task.name == name);
    let task = task.unwrap_or_else(|| panic!("no task {name} in {:?}", schemas.tasks));
    (task.payload.to_string(), task.result.to_string())
}

const ORDER: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "charge:live", "Payload": {"id.$": "$.order.id", "total.$": "$.order.total", "currency": "EUR"}},
        "ResultPath": "$.charge", "Next": "Large?"},
    "Large?": {"Type": "Choice", "Default": "Paid", "Choices": [
        {"Variable": "$.order.total", "NumericGreaterThan": 100, "Next": "Review"},
        {"Variable": "$.charge.Payload.state", "StringEquals": "declined", "Next": "Declined"}]},
    "Review": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:review", "InputPath": "$.order", "Next": "Paid"},
    "Declined": {"Type": "Pass", "Result": {"status": "declined", "reasons": ["card", "limit"]}, "End": true},
    "Paid": {"Type": "Pass", "Result": {"status": "paid"}, "End": true}}}"#;

#[test]
fn the_input_has_the_members_that_states_read_with_the_types_of_their_tests() {
    assert_eq!(
        derived(ORDER).input.to_string(),
        r#"{"type":"object","properties":{"order":{"type":"object","properties":{"id":{},"total":{"type":"number"}},"additionalProperties":true}}}"#
    );
}

#[test]
fn a_payload_has_the_written_members_and_a_result_those_that_are_read() {
    let schemas = derived(ORDER);
    assert_eq!(
        task(&schemas, "charge"),
        (
            r#"{"type":"object","properties":{"currency":{"const":"EUR"},"id":{},"total":{"type":"number"}},"required":["currency","id","total"]}"#.to_owned(),
            r#"{"type":"object","properties":{"state":{"type":"string"}}}"#.to_owned()
        )
    );
    let (payload, result) = task(&schemas, "review");
    assert!(
        payload.contains(r#""total":{"type":"number"}"#),
        "{payload}"
    );
    assert_eq!(result, "{}");
}

#[test]
fn the_output_has_an_alternative_for_each_end() {
    assert_eq!(
        derived(ORDER).output.to_string(),
        r#"{"anyOf":[{"type":"object","properties":{"status":{"const":"declined"},"reasons":{"type":"array","items":{"enum":["card","limit"]}}},"required":["status","reasons"]},{"type":"object","properties":{"status":{"const":"paid"}},"required":["status"]}]}"#
    );
}

#[test]
fn an_end_with_an_unknown_output_makes_the_whole_output_unknown() {
    let schemas = derived(
        r#"{"StartAt": "Any?", "QueryLanguage": "JSONata", "States": {
        "Any?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.known %}", "Next": "Known"}], "Default": "Computed"},
        "Known": {"Type": "Pass", "Output": {"id": 1}, "End": true},
        "Computed": {"Type": "Pass", "Output": "{% $sum($states.input.parts) %}", "End": true}}}"#,
    );
    assert_eq!(schemas.output.to_string(), "{}");
}

#[test]
fn a_value_that_a_task_gets_may_have_members_that_the_definition_does_not_read() {
    let schemas = derived(
        r#"{"StartAt": "Send", "QueryLanguage": "JSONata", "States": {
        "Send": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Assign": {"id": "{% $states.input.id %}"},
            "Arguments": {"FunctionName": "send", "Payload": "{% $states.input %}"}, "Output": {"id": "{% $states.result.Payload.id %}"}, "End": true}}}"#,
    );
    let open = r#"{"type":"object","properties":{"id":{}},"additionalProperties":true}"#;
    assert_eq!(schemas.input.to_string(), open);
    assert_eq!(task(&schemas, "send").0, open);
    // Only a member of the result is passed.
    assert_eq!(
        task(&schemas, "send").1,
        r#"{"type":"object","properties":{"id":{}}}"#
    );
}

#[test]
fn the_argument_of_an_aggregate_and_its_parent_may_be_lists() {
    let input = |expression: &str| {
        let schemas = derived(&format!(
            r#"{{"StartAt": "A", "QueryLanguage": "JSONata", "States": {{
            "A": {{"Type": "Pass", "Output": "{{% {expression} %}}", "End": true}}}}}}"#
        ));
        let properties = schemas.input.get("properties");
        properties.map_or_else(String::new, ToString::to_string)
    };
    let numbers = r#"{"anyOf":[{"type":"number"},{"type":"array","items":{"type":"number"}}]}"#;
    for function in ["sum", "average", "max", "min"] {
        assert_eq!(
            input(&format!("${function}($states.input.prices)")),
            format!(r#"{{"prices":{numbers}}}"#)
        );
    }
    let item = format!(r#"{{"type":"object","properties":{{"price":{numbers}}}}}"#);
    let items = format!(r#"{{"anyOf":[{item},{{"type":"array","items":{item}}}]}}"#);
    assert_eq!(
        input("$sum($states.input.items.price)"),
        format!(r#"{{"items":{items}}}"#)
    );
    // Only the value whose member it is.
    assert_eq!(
        input("$sum($states.input.order.items.price)"),
        format!(r#"{{"order":{{"type":"object","properties":{{"items":{items}}}}}}}"#)
    );
}

#[test]
fn two_states_that_call_one_function_share_its_schemas() {
    let schemas = derived(
        r#"{"StartAt": "First", "QueryLanguage": "JSONata", "States": {
        "First": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "send", "Payload": {"kind": "mail", "to": "a"}}, "Next": "Second"},
        "Second": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "send", "Payload": {"kind": "sms"}}, "End": true}}}"#,
    );
    assert_eq!(schemas.tasks.len(), 1);
    assert_eq!(
        task(&schemas, "send").0,
        r#"{"type":"object","properties":{"kind":{"enum":["mail","sms"]},"to":{"const":"a"}},"required":["kind"]}"#
    );
}

#[test]
fn a_map_returns_a_list_and_a_map_with_a_result_writer_does_not() {
    let map = |more: &str| {
        derived(&format!(
            r#"{{"StartAt": "Each", "States": {{"Each": {{"Type": "Map", "ItemsPath": "$.lines", {more} "End": true,
            "ItemProcessor": {{"ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
                "StartAt": "One", "States": {{"One": {{"Type": "Pass", "Result": true, "End": true}}}}}}}}}}}}"#
        ))
        .output
        .to_string()
    };
    assert_eq!(map(""), r#"{"type":"array","items":{"const":true}}"#);
    let writer = r#""ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}},"#;
    assert_eq!(map(writer), "{}");
}

#[test]
fn a_definition_whose_values_grow_in_a_loop_has_unknown_ones() {
    let schemas = derived(
        r#"{"StartAt": "Wrap", "QueryLanguage": "JSONata", "States": {
        "Wrap": {"Type": "Pass", "Output": {"inner": "{% $states.input %}"}, "Next": "Again?"},
        "Again?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.inner.stop %}", "Next": "End"}], "Default": "Wrap"},
        "End": {"Type": "Succeed"}}}"#,
    );
    assert!(
        schemas.output.to_string().len() < 2_000,
        "{}",
        schemas.output
    );
}
