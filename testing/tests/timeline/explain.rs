//! Which expression of a visit produced which value.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use stepwright_asl::StateMachine;
use stepwright_runtime::testing::{Mock, Mocks, RecordedHistory};
use stepwright_runtime::timeline::{ExplainError, FieldOutcome, Timeline};
use stepwright_runtime::{Engine, ExecutionReport, MachineType, StartOptions};

const ROLE: &str = "arn:aws:iam::123456789012:role/stepwright";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
const DIFFERS: &str =
    "the history shows a different result; check that the definition is that of the execution";

async fn run(definition: &Json, input: Json, mocks: Mocks) -> std::sync::Arc<ExecutionReport> {
    let engine = Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()
        .expect("builds");
    let options = StartOptions::new().name("run");
    let report = engine.execute_machine("m", input, options).await;
    report.expect("runs")
}

fn machine(definition: &Json) -> StateMachine {
    StateMachine::from_json(&definition.to_string()).expect("is a definition")
}

/// The fields of a visit, each as text.
fn explained(timeline: &Timeline, definition: &Json, visit: usize) -> BTreeMap<String, String> {
    let fields = timeline.explain(&machine(definition), visit);
    let fields = fields.expect("is explained").into_iter();
    fields
        .map(|field| (field.field, shown(field.outcome)))
        .collect()
}

fn shown(outcome: FieldOutcome) -> String {
    match outcome {
        FieldOutcome::Value(value) => value.to_text(),
        FieldOutcome::Failed { error, cause, .. } => format!("{error}: {cause}"),
        FieldOutcome::NotEvaluated { reason, .. } => format!("not evaluated: {reason}"),
        FieldOutcome::Unknown {
            reason,
            recorded: Some(recorded),
            ..
        } => format!("unknown: {reason}; recorded {}", recorded.to_text()),
        FieldOutcome::Unknown { reason, .. } => format!("unknown: {reason}"),
        other => format!("{other:?}"),
    }
}

/// Runs a definition, and explains its visits.
async fn fields(definition: &Json, input: Json, mocks: Mocks) -> Vec<BTreeMap<String, String>> {
    let report = run(definition, input, mocks).await;
    let timeline = Timeline::of(&report.history);
    let visits = 0..timeline.visits().len();
    visits
        .map(|visit| explained(&timeline, definition, visit))
        .collect()
}

fn map<const N: usize>(fields: [(&str, &str); N]) -> BTreeMap<String, String> {
    let fields = fields.into_iter();
    fields
        .map(|(field, value)| (field.to_owned(), value.to_owned()))
        .collect()
}

#[tokio::test]
async fn a_jsonpath_task_shows_each_stage_of_its_data() {
    let definition = json!({"StartAt": "Charge", "States": {"Charge": {
        "Type": "Task",
        "Resource": FUNCTION,
        "InputPath": "$.order",
        "Parameters": {"id.$": "$.id", "lines": [{"price.$": "States.MathAdd($.total, 1)"}]},
        "TimeoutSecondsPath": "$.limit",
        "ResultSelector": {"receipt.$": "$.number"},
        "Assign": {"paid": true, "receipt.$": "$.receipt"},
        "ResultPath": "$.charge",
        "OutputPath": "$.charge.receipt",
        "End": true,
    }}});
    let input = json!({"order": {"id": 7, "total": 2, "limit": 9}});
    let mocks = Mocks::new().state("Charge", Mock::output(json!({"number": "r-1"})));
    let fields = fields(&definition, input, mocks).await;
    let expected = map([
        ("/InputPath", r#"{"id":7,"total":2,"limit":9}"#),
        ("/Parameters", r#"{"id":7,"lines":[{"price":3}]}"#),
        ("/Parameters/id.$", "7"),
        ("/Parameters/lines/0/price.$", "3"),
        ("/TimeoutSecondsPath", "9"),
        ("/ResultSelector", r#"{"receipt":"r-1"}"#),
        ("/ResultSelector/receipt.$", r#""r-1""#),
        ("/Assign/paid", "true"),
        ("/Assign/receipt.$", r#""r-1""#),
        (
            "/ResultPath",
            r#"{"order":{"id":7,"total":2,"limit":9},"charge":{"receipt":"r-1"}}"#,
        ),
        ("/OutputPath", r#""r-1""#),
    ]);
    assert_eq!(fields, [expected]);
}

#[cfg(feature = "jsonata")]
#[tokio::test]
async fn a_jsonata_task_shows_arguments_and_output() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Charge", "States": {"Charge": {
        "Type": "Task",
        "Resource": FUNCTION,
        "Arguments": {"id": "{% $states.input.id %}", "note": "new"},
        "TimeoutSeconds": "{% $states.input.id * 2 %}",
        "Assign": {"receipt": "{% $states.result.number %}"},
        "Output": {"a/b": ["{% $states.result.number & '!' %}"], "at": "{% $states.context.State.RetryCount %}"},
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "End": true,
    }}});
    let mocks = Mocks::new().state(
        "Charge",
        Mock::failure("Busy", "later")
            .times(1)
            .then(Mock::output(json!({"number": "r-1"}))),
    );
    let fields = fields(&definition, json!({"id": 7}), mocks).await;
    let expected = map([
        ("/Arguments", r#"{"id":7,"note":"new"}"#),
        ("/Arguments/id", "7"),
        ("/TimeoutSeconds", "14"),
        ("/Assign/receipt", r#""r-1""#),
        ("/Output", r#"{"a/b":["r-1!"],"at":1}"#),
        ("/Output/a~1b/0", r#""r-1!""#),
        ("/Output/at", "1"),
    ]);
    assert_eq!(fields, [expected]);
}

#[cfg(feature = "jsonata")]
#[tokio::test]
async fn values_that_cannot_be_computed_again_are_unknown_with_the_recorded_value() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Ids", "States": {
        "Ids": {
            "Type": "Pass",
            "Assign": {"id": "{% $uuid() %}", "one": "{% 1 %}"},
            "Output": {"time": "{% $now() %}", "random": "{% $random() < 2 %}"},
            "Next": "Old",
        },
        "Old": {"Type": "Pass", "QueryLanguage": "JSONPath", "Parameters": {"id.$": "States.UUID()"}, "End": true},
    }});
    let report = run(&definition, json!({}), Mocks::new()).await;
    let timeline = Timeline::of(&report.history);
    let (first, output) = (&timeline.visits()[0], timeline.visits()[0].output());
    let output = output.expect("has an output");
    let random = "unknown: the value depends on random numbers";
    let time = "unknown: the value depends on the time of the evaluation";
    let text = |value: &stepwright_runtime::value::Value, name: &str| {
        value
            .get(name)
            .map(|value| value.to_text())
            .unwrap_or_default()
    };
    let expected = [
        (
            "/Assign/id",
            format!("{random}; recorded {}", first.assigned()[0].1.to_text()),
        ),
        ("/Assign/one", "1".to_owned()),
        ("/Output", format!("{time}; recorded {}", output.to_text())),
        (
            "/Output/time",
            format!("{time}; recorded {}", text(output, "time")),
        ),
        ("/Output/random", format!("{random}; recorded true")),
    ];
    let expected = expected
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value));
    assert_eq!(explained(&timeline, &definition, 0), expected.collect());
    let old = explained(&timeline, &definition, 1);
    assert_eq!(old["/Parameters/id.$"], random);
    assert_eq!(old["/Parameters"], random);
}

#[tokio::test]
async fn a_task_token_is_unknown_with_the_recorded_value() {
    let definition = json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token", "name.$": "$$.State.Name"}},
        "End": true,
    }}});
    let mocks = Mocks::new().state("Ask", Mock::output(json!({})));
    let report = run(&definition, json!({}), mocks).await;
    let timeline = Timeline::of(&report.history);
    let fields = explained(&timeline, &definition, 0);
    let token = &fields["/Parameters/MessageBody/token.$"];
    assert!(
        token.starts_with("unknown: the history does not name the task token; recorded \""),
        "{token}"
    );
    assert_eq!(fields["/Parameters/MessageBody/name.$"], r#""Ask""#);
}

#[cfg(feature = "jsonata")]
#[tokio::test]
async fn the_rules_of_a_choice_show_which_one_matched() {
    let definition = json!({"StartAt": "Path", "States": {
        "Path": {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [
                        {"Variable": "$.vip", "IsPresent": true},
                        {"Variable": "$.vip.level", "NumericGreaterThan": 1},
                    ],
                    "Next": "End",
                },
                {
                    "Not": {"Variable": "$.total", "NumericLessThanPath": "$.limit"},
                    "Assign": {"level": 2},
                    "Next": "Expression",
                },
                {"Variable": "$.missing", "IsNull": true, "Next": "End"},
            ],
            "OutputPath": "$.total",
        },
        "Expression": {
            "Type": "Choice",
            "QueryLanguage": "JSONata",
            "Choices": [
                {"Condition": "{% $states.input < 3 %}", "Next": "End"},
                {"Condition": "{% $level = 2 %}", "Output": "{% $states.input + 1 %}", "Next": "End"},
                {"Condition": true, "Next": "End"},
            ],
        },
        "End": {"Type": "Succeed"},
    }});
    let input = json!({"total": 9, "limit": 5});
    let fields = fields(&definition, input, Mocks::new()).await;
    let not_reached = "not evaluated: an earlier rule matched";
    let expected = map([
        ("/Choices/0", "false"),
        ("/Choices/0/And/0", "false"),
        (
            "/Choices/0/And/0/Variable",
            "not evaluated: the path selects nothing",
        ),
        (
            "/Choices/0/And/1",
            "not evaluated: an earlier part of the rule decides",
        ),
        (
            "/Choices/0/And/1/Variable",
            "not evaluated: an earlier part of the rule decides",
        ),
        ("/Choices/1", "true"),
        ("/Choices/1/Not", "false"),
        ("/Choices/1/Not/Variable", "9"),
        ("/Choices/1/Not/NumericLessThanPath", "5"),
        ("/Choices/2", not_reached),
        ("/Choices/2/Variable", not_reached),
        ("/Choices/1/Assign/level", "2"),
        ("/OutputPath", "9"),
    ]);
    assert_eq!(fields[0], expected);
    let expected = map([
        ("/Choices/0/Condition", "false"),
        ("/Choices/1/Condition", "true"),
        ("/Choices/2/Condition", not_reached),
        ("/Choices/1/Output", "10"),
    ]);
    assert_eq!(fields[1], expected);
}

#[tokio::test]
async fn a_rule_is_in_readable_form() {
    let definition = json!({"StartAt": "Path", "States": {
        "Path": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.total", "NumericGreaterThan": 1, "Next": "End"}],
        },
        "End": {"Type": "Succeed"},
    }});
    let report = run(&definition, json!({"total": 2}), Mocks::new()).await;
    let fields = Timeline::of(&report.history).explain(&machine(&definition), 0);
    assert_eq!(fields.expect("is explained")[0].expression, "$.total > 1");
}

#[cfg(feature = "jsonata")]
#[tokio::test]
async fn the_expression_that_failed_has_its_error() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Sum", "States": {
        "Sum": {
            "Type": "Task",
            "Resource": FUNCTION,
            "Arguments": "{% $states.input %}",
            "Assign": {"n": "{% $states.result.n %}"},
            "Output": {"a": "{% $states.result.n %}", "b": "{% $error('no') %}", "c": "{% 1 %}"},
            "Catch": [{
                "ErrorEquals": ["States.ALL"],
                "Assign": {"error": "{% $states.errorOutput.Error %}"},
                "Output": "{% $states.input & $states.errorOutput.Error %}",
                "Next": "End",
            }],
            "End": true,
        },
        "End": {"Type": "Succeed", "Output": "{% $error %}"},
    }});
    let mocks = Mocks::new().state("Sum", Mock::output(json!({"n": 4})));
    let fields = fields(&definition, json!("in: "), mocks).await;
    let stopped = "not evaluated: an earlier expression of the state failed";
    let failed = "States.QueryEvaluationError: The JSONata expression '$error('no')' specified for the field 'Output/b' threw an error during evaluation. D3137: no";
    let expected = map([
        ("/Arguments", r#""in: ""#),
        ("/Assign/n", "4"),
        ("/Output", failed),
        ("/Output/a", "4"),
        ("/Output/b", failed),
        ("/Output/c", stopped),
        ("/Catch/0/Assign/error", r#""States.QueryEvaluationError""#),
        ("/Catch/0/Output", r#""in: States.QueryEvaluationError""#),
    ]);
    assert_eq!(fields[0], expected);
    assert_eq!(
        fields[1],
        map([("/Output", r#""States.QueryEvaluationError""#)])
    );
}

#[tokio::test]
async fn a_catcher_shows_the_error_output() {
    let definition = json!({"StartAt": "Charge", "States": {
        "Charge": {
            "Type": "Task",
            "Resource": FUNCTION,
            "ResultPath": "$.charge",
            "Catch": [
                {"ErrorEquals": ["Other"], "Next": "End"},
                {"ErrorEquals": ["Declined"], "ResultPath": "$.why", "Assign": {"e.$": "$.Error"}, "Next": "End"},
            ],
            "End": true,
        },
        "End": {"Type": "Fail", "ErrorPath": "$.why.Error", "CausePath": "States.Format('{}!', $e)"},
    }});
    let mocks = Mocks::new().state("Charge", Mock::failure("Declined", "no funds"));
    let fields = fields(&definition, json!({"id": 1}), mocks).await;
    let expected = map([
        ("/ResultPath", "not evaluated: the task failed"),
        ("/Catch/1/Assign/e.$", r#""Declined""#),
        (
            "/Catch/1/ResultPath",
            r#"{"id":1,"why":{"Error":"Declined","Cause":"no funds"}}"#,
        ),
    ]);
    assert_eq!(fields[0], expected);
    let expected = map([
        ("/ErrorPath", r#""Declined""#),
        ("/CausePath", r#""Declined!""#),
    ]);
    assert_eq!(fields[1], expected);
}

#[tokio::test]
async fn a_branch_fails_with_the_error_of_its_own_catcher() {
    let retry = json!([{"ErrorEquals": ["Never"]}]);
    let catch = json!([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Inside"}]);
    let pass = json!({"Type": "Pass", "End": true});
    let each = json!({"StartAt": "One", "States": {"One": pass}});
    // The state fails at an expression or in a task. Then its catcher cannot put a member into a
    // text.
    for state in [
        json!({"Type": "Map", "ItemsPath": "$.xs", "ItemProcessor": each, "Retry": retry, "Catch": catch, "End": true}),
        json!({"Type": "Task", "Resource": FUNCTION, "Catch": catch, "End": true}),
    ] {
        let definition = json!({"StartAt": "Both", "States": {
            "Both": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "Inside", "States": {"Inside": state}}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"e.$": "$.Error"}, "Next": "End"}],
                "Next": "End",
            },
            "End": {"Type": "Succeed"},
        }});
        let mocks = if state["Type"] == "Task" {
            Mocks::new().state("Inside", Mock::failure("Declined", "no funds"))
        } else {
            Mocks::new()
        };
        let fields = fields(&definition, json!("text"), mocks).await;
        let error = fields[0].get("/Catch/0/Assign/e.$").map(String::as_str);
        assert_eq!(error, Some(r#""States.ReferencePathConflict""#), "{state}");
    }
}

#[tokio::test]
async fn a_map_shows_its_items_and_the_inputs_of_its_iterations() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map",
        "ItemsPath": "$.xs",
        "MaxConcurrencyPath": "$.at_once",
        "ItemSelector": {"x.$": "$$.Map.Item.Value", "all.$": "$.at_once"},
        "ItemProcessor": {"StartAt": "One", "States": {"One": {
            "Type": "Pass",
            "Parameters": {"at.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value"},
            "OutputPath": "$.value",
            "End": true,
        }}},
        "ResultSelector": {"ys.$": "$"},
        "End": true,
    }}});
    let input = json!({"xs": ["a", "b"], "at_once": 1});
    let fields = fields(&definition, input, Mocks::new()).await;
    let expected = map([
        ("/ItemsPath", r#"["a","b"]"#),
        ("/MaxConcurrencyPath", "1"),
        ("/ItemSelector", r#"[{"x":"a","all":1},{"x":"b","all":1}]"#),
        ("/ItemSelector/x.$", r#"["a","b"]"#),
        ("/ItemSelector/all.$", "[1,1]"),
        ("/ResultSelector", r#"{"ys":["a","b"]}"#),
        ("/ResultSelector/ys.$", r#"["a","b"]"#),
    ]);
    assert_eq!(fields[0], expected);
    assert_eq!(fields[2]["/Parameters"], r#"{"at":1,"value":"b"}"#);
    assert_eq!(fields[2]["/OutputPath"], r#""b""#);
}

#[tokio::test]
async fn waits_show_their_times() {
    let definition = json!({"StartAt": "Short", "States": {
        "Short": {"Type": "Wait", "SecondsPath": "$.seconds", "Next": "Long"},
        "Long": {"Type": "Wait", "TimestampPath": "$.until", "OutputPath": "$.until", "End": true},
    }});
    let input = json!({"seconds": 5, "until": "soon"});
    let fields = fields(&definition, input, Mocks::new()).await;
    assert_eq!(fields[0], map([("/SecondsPath", "5")]));
    let expected = map([
        ("/TimestampPath", r#""soon""#),
        ("/OutputPath", "not evaluated: the wait failed"),
    ]);
    assert_eq!(fields[1], expected);
}

#[tokio::test]
async fn another_definition_produces_no_wrong_values() {
    let definition = |path: &str| {
        json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "OutputPath": path, "End": true},
        }})
    };
    let input = json!({"a": 1, "b": 2});
    let report = run(&definition("$.a"), input, Mocks::new()).await;
    let timeline = Timeline::of(&report.history);
    for path in ["$.b", "$.no"] {
        let fields = explained(&timeline, &definition(path), 0);
        let expected = format!("unknown: {DIFFERS}; recorded 1");
        assert_eq!(fields["/OutputPath"], expected);
    }
    let renamed = json!({"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}});
    let error = timeline.explain(&machine(&renamed), 0);
    assert_eq!(error, Err(ExplainError::UnknownState("A".to_owned())));
    let error = timeline
        .explain(&machine(&renamed), 1)
        .expect_err("has no visit");
    assert_eq!(
        error.to_string(),
        "there is no visit 1, because the timeline has 1; choose a smaller index"
    );
}

#[tokio::test]
async fn a_history_without_data_has_no_values() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Parameters": {"x.$": "$.x", "name.$": "$$.State.Name"}, "End": true},
    }});
    let report = run(&definition, json!({"x": 1}), Mocks::new()).await;
    let mut history = report.history.to_json();
    for event in history["events"].as_array_mut().expect("has events") {
        for details in event.as_object_mut().expect("is an event").values_mut() {
            if let Some(details) = details.as_object_mut() {
                details.remove("input");
                details.remove("output");
            }
        }
    }
    let recorded = RecordedHistory::from_json(&history).expect("is a history");
    let fields = explained(&recorded.timeline(), &definition, 0);
    let unknown = "unknown: the input of the state is not in the history";
    let expected = map([
        ("/Parameters", unknown),
        ("/Parameters/x.$", unknown),
        ("/Parameters/name.$", r#""A""#),
    ]);
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn a_recording_explains_all_but_its_names() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {
            "Type": "Pass",
            "Parameters": {
                "name.$": "$$.Execution.Name",
                "role.$": "$$.Execution.RoleArn",
                "input.$": "$$.Execution.Input.x",
                "entered.$": "$$.State.EnteredTime",
            },
            "End": true,
        },
    }});
    let report = run(&definition, json!({"x": 1}), Mocks::new()).await;
    let recorded = RecordedHistory::from_json(&report.history.to_json()).expect("is a history");
    let fields = explained(&recorded.timeline(), &definition, 0);
    assert_eq!(
        fields["/Parameters/name.$"],
        "unknown: the recording does not contain this member of the context object"
    );
    assert_eq!(fields["/Parameters/role.$"], format!("\"{ROLE}\""));
    assert_eq!(fields["/Parameters/input.$"], "1");
    assert_eq!(
        fields["/Parameters/entered.$"],
        format!("\"{}\"", recorded.timeline().visits()[0].entered())
    );
}
