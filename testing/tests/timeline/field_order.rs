//! The order in which the fields of a state are explained is that of the execution.

use serde_json::{Value as Json, json};
use stepwright_asl::StateMachine;
use stepwright_runtime::testing::{Mock, Mocks};
use stepwright_runtime::timeline::{FieldOutcome, Timeline};
use stepwright_runtime::{Engine, MachineType, StartOptions};

/// A state whose fields can be evaluated, and for each of them a text that fails. The pointers are
/// in the order of the evaluation.
struct Case {
    state: Json,
    fields: &'static [&'static str],
}

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
const GET: &str = "arn:aws:states:::s3:getObject";
const PUT: &str = "arn:aws:states:::s3:putObject";

fn jsonpath() -> Vec<Case> {
    let inside = json!({"StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}});
    let distributed = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}});
    vec![
        Case {
            state: json!({"Type": "Task", "Resource": FUNCTION, "InputPath": "$",
                "Parameters": {"a.$": "$.n", "b": [{"c.$": "$.n"}]},
                "TimeoutSecondsPath": "$.n", "HeartbeatSecondsPath": "$.n",
                "Credentials": {"RoleArn.$": "$.text"},
                "ResultSelector": {"n.$": "$.n", "text.$": "$.text"},
                "Assign": {"x.$": "$.n", "y": {"z.$": "$.n"}},
                "OutputPath": "$.n", "End": true}),
            fields: &[
                "/InputPath",
                "/Parameters/a.$",
                "/Parameters/b/0/c.$",
                "/TimeoutSecondsPath",
                "/HeartbeatSecondsPath",
                "/Credentials/RoleArn.$",
                "/ResultSelector/n.$",
                "/ResultSelector/text.$",
                "/Assign/x.$",
                "/Assign/y/z.$",
                "/OutputPath",
            ],
        },
        Case {
            state: json!({"Type": "Pass", "InputPath": "$", "Parameters": {"n.$": "$.n"},
                "Assign": {"x.$": "$.n"}, "OutputPath": "$.n", "End": true}),
            fields: &[
                "/InputPath",
                "/Parameters/n.$",
                "/Assign/x.$",
                "/OutputPath",
            ],
        },
        Case {
            state: json!({"Type": "Parallel", "InputPath": "$", "Parameters": {"n.$": "$.n"},
                "Branches": [inside], "ResultSelector": {"n.$": "$[0]"},
                "Assign": {"x.$": "$.n"}, "OutputPath": "$.n", "End": true}),
            fields: &[
                "/InputPath",
                "/Parameters/n.$",
                "/ResultSelector/n.$",
                "/Assign/x.$",
                "/OutputPath",
            ],
        },
        Case {
            state: json!({"Type": "Map", "InputPath": "$", "ItemsPath": "$.list",
                "MaxConcurrencyPath": "$.n", "ItemSelector": {"i.$": "$.n"},
                "ItemProcessor": inside, "ResultSelector": {"n.$": "$[0]"},
                "Assign": {"x.$": "$.n"}, "OutputPath": "$.n", "End": true}),
            fields: &[
                "/InputPath",
                "/MaxConcurrencyPath",
                "/ItemSelector/i.$",
                "/ResultSelector/n.$",
                "/Assign/x.$",
                "/OutputPath",
            ],
        },
        Case {
            state: json!({"Type": "Map", "InputPath": "$", "MaxConcurrencyPath": "$.n",
                "ToleratedFailureCountPath": "$.n", "ToleratedFailurePercentagePath": "$.n",
                "ItemReader": {"Resource": GET,
                    "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$.n"},
                    "Parameters": {"Bucket.$": "$.text", "Key.$": "$.text"}},
                "ItemBatcher": {"MaxItemsPerBatchPath": "$.n", "MaxInputBytesPerBatchPath": "$.n",
                    "BatchInput": {"b.$": "$.n"}},
                "ResultWriter": {"Resource": PUT,
                    "Parameters": {"Bucket.$": "$.text", "Prefix.$": "$.text"}},
                "ItemProcessor": distributed, "End": true}),
            fields: &[
                "/InputPath",
                "/MaxConcurrencyPath",
                "/ToleratedFailureCountPath",
                "/ToleratedFailurePercentagePath",
                "/ItemReader/ReaderConfig/MaxItemsPath",
                "/ItemReader/Parameters/Bucket.$",
                "/ItemReader/Parameters/Key.$",
                "/ItemBatcher/MaxItemsPerBatchPath",
                "/ItemBatcher/MaxInputBytesPerBatchPath",
                "/ItemBatcher/BatchInput/b.$",
                "/ResultWriter/Parameters/Bucket.$",
                "/ResultWriter/Parameters/Prefix.$",
            ],
        },
        Case {
            state: json!({"Type": "Wait", "InputPath": "$", "SecondsPath": "$.n",
                "Assign": {"x.$": "$.n"}, "OutputPath": "$.n", "End": true}),
            fields: &["/InputPath", "/SecondsPath", "/Assign/x.$", "/OutputPath"],
        },
        Case {
            state: json!({"Type": "Choice", "InputPath": "$", "Choices": [
                    {"Variable": "$.n", "NumericGreaterThanPath": "$.n", "Next": "End"},
                    {"Variable": "$.n", "NumericEqualsPath": "$.n", "Next": "End",
                        "Assign": {"x.$": "$.n"}}],
                "OutputPath": "$.n"}),
            fields: &["/InputPath", "/Choices/1/Assign/x.$", "/OutputPath"],
        },
        Case {
            state: json!({"Type": "Succeed", "InputPath": "$", "OutputPath": "$.n"}),
            fields: &["/InputPath", "/OutputPath"],
        },
        Case {
            state: json!({"Type": "Fail", "ErrorPath": "$.text", "CausePath": "$.text"}),
            fields: &["/ErrorPath", "/CausePath"],
        },
    ]
}

#[cfg(feature = "jsonata")]
fn jsonata() -> Vec<Case> {
    const N: &str = "{% 1 %}";
    let inside = json!({"StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}});
    let distributed = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}});
    vec![
        Case {
            state: json!({"Type": "Task", "Resource": FUNCTION,
                "Arguments": {"a": N, "b": [N]}, "TimeoutSeconds": N, "HeartbeatSeconds": N,
                "Credentials": {"RoleArn": N}, "Assign": {"x": N, "y": {"z": N}},
                "Output": {"o": N}, "End": true}),
            fields: &[
                "/Arguments/a",
                "/Arguments/b/0",
                "/TimeoutSeconds",
                "/HeartbeatSeconds",
                "/Credentials/RoleArn",
                "/Assign/x",
                "/Assign/y/z",
                "/Output/o",
            ],
        },
        Case {
            state: json!({"Type": "Parallel", "Arguments": N, "Branches": [inside],
                "Assign": {"x": N}, "Output": N, "End": true}),
            fields: &["/Arguments", "/Assign/x", "/Output"],
        },
        Case {
            state: json!({"Type": "Map", "Items": "{% [1] %}", "MaxConcurrency": N,
                "ItemSelector": {"i": N}, "ItemProcessor": inside, "Assign": {"x": N},
                "Output": N, "End": true}),
            fields: &[
                "/Items",
                "/MaxConcurrency",
                "/ItemSelector/i",
                "/Assign/x",
                "/Output",
            ],
        },
        Case {
            state: json!({"Type": "Map", "MaxConcurrency": N, "ToleratedFailureCount": N,
                "ToleratedFailurePercentage": N,
                "ItemReader": {"Resource": GET,
                    "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN",
                        "CSVHeaders": ["{% 'h' %}"], "MaxItems": N},
                    "Arguments": {"Bucket": "{% 'b' %}", "Key": "{% 'k' %}"}},
                "ItemBatcher": {"MaxItemsPerBatch": N, "MaxInputBytesPerBatch": N,
                    "BatchInput": {"b": N}},
                "ResultWriter": {"Resource": PUT,
                    "Arguments": {"Bucket": "{% 'b' %}", "Prefix": "{% 'p' %}"}},
                "ItemProcessor": distributed, "End": true}),
            fields: &[
                "/MaxConcurrency",
                "/ToleratedFailureCount",
                "/ToleratedFailurePercentage",
                "/ItemReader/ReaderConfig/MaxItems",
                "/ItemReader/Arguments/Bucket",
                "/ItemReader/Arguments/Key",
                "/ItemReader/ReaderConfig/CSVHeaders/0",
                "/ItemBatcher/MaxItemsPerBatch",
                "/ItemBatcher/MaxInputBytesPerBatch",
                "/ItemBatcher/BatchInput/b",
                "/ResultWriter/Arguments/Bucket",
                "/ResultWriter/Arguments/Prefix",
            ],
        },
        Case {
            state: json!({"Type": "Wait", "Seconds": N, "Assign": {"x": N}, "Output": N, "End": true}),
            fields: &["/Seconds", "/Assign/x", "/Output"],
        },
        Case {
            state: json!({"Type": "Choice", "Choices": [
                {"Condition": "{% false %}", "Next": "End"},
                {"Condition": "{% $states.input.n = 1 %}", "Assign": {"x": N}, "Output": N, "Next": "End"}]}),
            fields: &[
                "/Choices/0/Condition",
                "/Choices/1/Condition",
                "/Choices/1/Assign/x",
                "/Choices/1/Output",
            ],
        },
        Case {
            state: json!({"Type": "Fail", "Error": "{% 'e' %}", "Cause": "{% 'c' %}"}),
            fields: &["/Error", "/Cause"],
        },
    ]
}

/// Runs a state in which two fields fail. Only the first one fails in the execution and in its
/// explanation, with the same cause.
async fn the_first_fails(language: &str, case: &Case, first: &str, second: &str) {
    let mut state = case.state.clone();
    for (number, field) in [first, second].into_iter().enumerate() {
        let text = match language {
            "JSONata" => format!("{{% $error('no {number}') %}}"),
            _ => format!("$.missing{number}"),
        };
        *state.pointer_mut(field).expect("has the field") = text.into();
    }
    let definition = json!({"QueryLanguage": language, "StartAt": "At", "States": {
        "At": state, "End": {"Type": "Succeed"},
    }});
    let definition = definition.to_string();
    let result = json!({"n": 1, "text": "t"});
    let mocks = if case.state["Type"] == "Task" {
        Mocks::new().state("At", Mock::output(result).optional())
    } else {
        Mocks::new()
    };
    let engine = Engine::builder()
        .register_json("m", &definition, MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap_or_else(|error| panic!("{definition}: {error}"));
    let input = json!({"n": 1, "text": "t", "list": [1]});
    let report = engine.execute_machine("m", input, StartOptions::new());
    let report = report.await.expect("runs");
    let machine = StateMachine::from_json(&definition).expect("is a definition");
    let explained = Timeline::of(&report.history).explain(&machine, 0);
    let explained = explained.expect("is explained");
    let failed = explained.iter().filter_map(|field| match &field.outcome {
        FieldOutcome::Failed { cause, .. } => Some((field.field.as_str(), cause.as_str())),
        _ => None,
    });
    let failed: Vec<(&str, &str)> = failed.collect();
    let at = format!("{first} and {second} of {definition}: {report:?}\n{explained:#?}");
    assert!(failed.iter().any(|(field, _)| *field == first), "{at}");
    assert!(failed.iter().all(|(field, _)| *field != second), "{at}");
    let actual = report.cause.as_deref().unwrap_or_default();
    assert!(
        failed.iter().all(|(_, cause)| actual.contains(cause)),
        "{at}"
    );
}

async fn fields_fail_in_order(language: &str, cases: Vec<Case>) {
    for case in &cases {
        for (at, first) in case.fields.iter().enumerate() {
            for second in &case.fields[at + 1..] {
                the_first_fails(language, case, first, second).await;
            }
        }
    }
}

#[tokio::test]
async fn fields_of_jsonpath_states_are_explained_in_the_order_of_the_execution() {
    fields_fail_in_order("JSONPath", jsonpath()).await;
}

#[cfg(feature = "jsonata")]
#[tokio::test]
async fn fields_of_jsonata_states_are_explained_in_the_order_of_the_execution() {
    fields_fail_in_order("JSONata", jsonata()).await;
}
