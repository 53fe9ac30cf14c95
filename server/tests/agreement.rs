//! For random mutants of definitions, the validator, ValidateStateMachineDefinition and
//! CreateStateMachine agree: what the engine cannot compile is a diagnostic of a rule, with AWS's
//! code and a location.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value as Json, json};
use stepwright_asl::model::MachineType;
use stepwright_asl::validate::{Severity, validate_text};

use crate::support::{Api, ROLE};

/// Definitions with each type of state, and with each field of a Map.
fn definitions() -> Vec<Json> {
    let one = json!({"One": {"Type": "Pass", "End": true}});
    let distributed = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "One", "States": one});
    let map = |fields: Json| {
        let mut state = json!({"Type": "Map", "ItemProcessor": distributed, "End": true});
        for (name, value) in fields.as_object().into_iter().flatten() {
            state[name] = value.clone();
        }
        json!({"StartAt": "Each", "States": {"Each": state}})
    };
    let object = json!({"Bucket": "b", "Key": "k"});
    let reader = |config: Json| json!({"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config, "Parameters": object});
    let list =
        json!({"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}});
    let mut loaded = list.clone();
    loaded["ReaderConfig"] = json!({"Transformation": "LOAD_AND_FLATTEN", "InputType": "JSONL"});
    let writer = json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"},
        "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"}});
    let mut all = vec![
        map(
            json!({"ItemReader": reader(json!({"InputType": "JSON", "ItemsPointer": "/a/b", "MaxItems": 3})),
            "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"a.$": "$.a"}}, "ResultWriter": writer}),
        ),
        map(
            json!({"ItemReader": reader(json!({"InputType": "CSV", "CSVDelimiter": "TAB",
            "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"], "MaxItemsPath": "$.most"}))}),
        ),
        map(json!({"ItemReader": reader(json!({"InputType": "MANIFEST"}))})),
        map(
            json!({"ItemReader": reader(json!({"InputType": "MANIFEST", "ManifestType": "S3_INVENTORY"}))}),
        ),
        map(
            json!({"ItemReader": reader(json!({"InputType": "PARQUET", "ManifestType": "ATHENA_DATA"}))}),
        ),
        map(
            json!({"ItemReader": list, "Label": "each", "MaxConcurrency": 2, "ToleratedFailureCount": 1}),
        ),
        map(json!({"ItemReader": loaded, "ToleratedFailurePercentagePath": "$.share"})),
        json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrencyPath": "$.n",
            "ItemSelector": {"v.$": "$$.Map.Item.Value"}, "Iterator": {"StartAt": "One", "States": one}, "End": true}}}),
        json!({"StartAt": "Pick", "States": {
            "Pick": {"Type": "Choice", "Default": "Call", "Choices": [
                {"Variable": "$.n", "NumericGreaterThan": 1, "Next": "Wait"},
                {"And": [{"Variable": "$.a", "IsPresent": true}, {"Not": {"Variable": "$.a", "StringMatches": "x*"}}],
                    "Assign": {"a.$": "$.a"}, "Next": "Both"}]},
            "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 60,
                "Parameters": {"FunctionName": "f", "Payload": {"n.$": "States.MathAdd($.n, 1)"}},
                "ResultSelector": {"r.$": "$.Payload"}, "ResultPath": "$.r",
                "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2,
                    "MaxDelaySeconds": 9, "JitterStrategy": "FULL"}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Bad"}], "Next": "Wait"},
            "Wait": {"Type": "Wait", "SecondsPath": "$.n", "Next": "Both"},
            "Both": {"Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "L", "States": {"L": {"Type": "Pass", "Result": {"a.$": 1}, "End": true}}},
                {"StartAt": "R", "States": {"R": {"Type": "Wait", "Timestamp": "2030-01-01T00:00:00Z", "End": true}}}]},
            "Bad": {"Type": "Fail", "ErrorPath": "$.e.Error", "Cause": "c"}}}),
        json!({"QueryLanguage": "JSONata", "StartAt": "Each", "TimeoutSeconds": 9, "States": {
            "Each": {"Type": "Map", "Items": "{% $states.input %}", "MaxConcurrency": "{% 1 + 1 %}",
                "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}"},
                "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Arguments": object, "ReaderConfig":
                    {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": "{% $states.input.h %}", "MaxItems": "{% 3 %}"}},
                "ItemBatcher": {"MaxInputBytesPerBatch": "{% 100 %}"},
                "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "{% 'b' %}"}},
                "ItemProcessor": distributed, "Assign": {"a": "{% $states.result %}"}, "Next": "Pick"},
            "Pick": {"Type": "Choice", "Choices": [{"Condition": "{% $a = 1 %}", "Output": "{% $a %}", "Next": "Wait"}], "Default": "Bad"},
            "Wait": {"Type": "Wait", "Seconds": "{% $a %}", "Output": {"b": "{% 1 %}"}, "Next": "Call"},
            "Call": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Credentials": {"RoleArn": "{% $a %}"},
                "Arguments": {"QueueUrl": "q", "MessageBody": "{% $a %}"}, "HeartbeatSeconds": 2, "TimeoutSeconds": "{% 3 %}",
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Assign": {"a": 2}, "Output": "{% $states.errorOutput %}", "Next": "Bad"}],
                "End": true},
            "Bad": {"Type": "Fail", "Error": "{% 'e' %}", "Cause": "c"}}}),
    ];
    all.push(
        json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
        "Branches": [all[0], {"StartAt": "Two", "States": {"Two": {"Type": "Succeed"}}}]}}}),
    );
    all
}

/// A value that replaces another one.
fn value() -> impl Strategy<Value = Json> {
    let texts = [
        "",
        " ",
        "x",
        "$",
        "$.a",
        "$.a ",
        "$.a[0]",
        "$.a[*]",
        "$.",
        "$$",
        "$$.Execution.Input",
        "$v",
        "a",
        "/",
        "/a",
        "1",
        "CSV",
        "JSON",
        "JSONL",
        "TSV",
        "json",
        "MANIFEST",
        "PARQUET",
        "ATHENA_DATA",
        "S3_INVENTORY",
        "NONE",
        "COMPACT",
        "LOAD_AND_FLATTEN",
        "GIVEN",
        "FIRST_ROW",
        "COMMA",
        "INLINE",
        "DISTRIBUTED",
        "STANDARD",
        "JSONata",
        "JSONPath",
        "FULL",
        "One",
        "Each",
        "Pass",
        "Map",
        "Fail",
        "arn:aws:states:::s3:getObject",
        "arn:aws-cn:states:::s3:listObjectsV2",
        "arn:aws:states:::aws-sdk:s3:getObject",
        "arn:aws:states:::lambda:invoke",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "{% 1 %}",
        "{% $states.input %}",
        "{% 1 + %}",
        "{% x",
        "States.ALL",
        "States.Format('{}', $.a)",
        "States.Nope()",
        "2030-01-01T00:00:00Z",
    ];
    prop_oneof![
        6 => prop::sample::select(texts.to_vec()).prop_map(Json::from),
        2 => prop::sample::select(vec![json!(0), json!(1), json!(-1), json!(1.5), json!(101), json!(100_000_000_000_u64)]),
        1 => any::<bool>().prop_map(Json::from),
        1 => Just(Json::Null),
        1 => prop::sample::select(vec![json!([]), json!({}), json!(["a"]), json!([{}]), json!({"a.$": "$.a"}), json!({"a": "{% 1 %}"})]),
    ]
}

/// The fields of the States Language that a mutant gets or loses.
const FIELDS: &[&str] = &[
    "Arguments",
    "Assign",
    "BatchInput",
    "Branches",
    "Catch",
    "Cause",
    "CausePath",
    "Choices",
    "Comment",
    "Condition",
    "Credentials",
    "CSVDelimiter",
    "CSVHeaderLocation",
    "CSVHeaders",
    "Default",
    "End",
    "Error",
    "ErrorPath",
    "HeartbeatSeconds",
    "HeartbeatSecondsPath",
    "InputPath",
    "InputType",
    "ItemBatcher",
    "ItemProcessor",
    "ItemReader",
    "ItemSelector",
    "Items",
    "ItemsPath",
    "ItemsPointer",
    "Iterator",
    "Label",
    "ManifestType",
    "MaxConcurrency",
    "MaxConcurrencyPath",
    "MaxInputBytesPerBatch",
    "MaxItems",
    "MaxItemsPath",
    "MaxItemsPerBatch",
    "MaxItemsPerBatchPath",
    "Next",
    "Output",
    "OutputPath",
    "OutputType",
    "Parameters",
    "ProcessorConfig",
    "QueryLanguage",
    "ReaderConfig",
    "Resource",
    "Result",
    "ResultPath",
    "ResultSelector",
    "ResultWriter",
    "Retry",
    "Seconds",
    "SecondsPath",
    "TimeoutSeconds",
    "TimeoutSecondsPath",
    "Timestamp",
    "TimestampPath",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
    "Transformation",
    "Type",
    "Version",
    "WriterConfig",
];

/// A change of one node: its kind, the node, a field and a value.
type Change = (u8, Index, Index, Json);

/// The pointers of all nodes below a value.
fn pointers(value: &Json, at: &str, all: &mut Vec<String>) {
    let mut child = |key: &str, value: &Json| {
        let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        pointers(value, &pointer, all);
        all.push(pointer);
    };
    match value {
        Json::Object(members) => members.iter().for_each(|(key, value)| child(key, value)),
        Json::Array(items) => {
            let mut index = 0..;
            items
                .iter()
                .for_each(|item| child(&index.next().unwrap_or(0).to_string(), item));
        }
        _ => {}
    }
}

fn change(definition: &mut Json, (kind, node, field, value): &Change) {
    let mut all = Vec::new();
    pointers(definition, "", &mut all);
    let pointer = &all[node.index(all.len())];
    let (parent, key) = pointer.rsplit_once('/').expect("it has a slash");
    let field = FIELDS[field.index(FIELDS.len())];
    let Some(Json::Object(members)) = definition.pointer_mut(parent) else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match kind {
        0 => drop(members.remove(&key)),
        1 => drop(members.insert(field.to_owned(), value.clone())),
        2 => {
            if let Some(moved) = members.remove(&key) {
                members.insert(field.to_owned(), moved);
            }
        }
        _ => drop(members.insert(key, value.clone())),
    }
}

/// Asserts that all three have the same opinion.
fn assert_agreement(api: &Api, name: &str, definition: &Json) {
    let text = definition.to_string();
    let ours = validate_text(&text, MachineType::Standard);
    let errors: Vec<String> = ours
        .iter()
        .filter(|one| one.severity == Severity::Error && one.aws_code.is_some())
        .map(ToString::to_string)
        .collect();
    let validated = api.call(
        "ValidateStateMachineDefinition",
        json!({"definition": text}),
    );
    let diagnostics = &validated["diagnostics"];
    assert_eq!(
        validated["result"] == "FAIL",
        !errors.is_empty(),
        "{diagnostics} {errors:?} {text}"
    );
    for one in diagnostics.as_array().into_iter().flatten() {
        let is_located = one["location"].is_string() || one["code"] == "MISSING_END_STATE";
        assert!(is_located, "{one} {text}");
    }
    let request = json!({"name": name, "definition": text, "roleArn": ROLE});
    let (status, body) = api.ask("CreateStateMachine", &request);
    assert_eq!(status == 200, errors.is_empty(), "{body} {errors:?} {text}");
}

#[test]
fn the_definitions_of_the_mutants_are_valid() {
    let api = Api::new();
    for (index, definition) in definitions().iter().enumerate() {
        let found = validate_text(&definition.to_string(), MachineType::Standard);
        assert!(!found.has_errors(), "{found:?} {definition}");
        assert_agreement(&api, &format!("m{index}"), definition);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases * 4))]

    #[test]
    fn the_validator_and_creation_agree_about_mutants(
        definition in prop::sample::select(definitions()),
        changes in prop::collection::vec((0..6_u8, any::<Index>(), any::<Index>(), value()), 1..3),
    ) {
        thread_local! {
            static API: (Api, std::cell::Cell<usize>) = (Api::new(), std::cell::Cell::new(0));
        }
        let mut mutant = definition;
        changes.iter().for_each(|one| change(&mut mutant, one));
        API.with(|(api, count)| {
            count.set(count.get() + 1);
            assert_agreement(api, &format!("m{}", count.get()), &mutant);
        });
    }
}
