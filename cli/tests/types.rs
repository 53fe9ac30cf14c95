//! `stepwright types`.

use crate::common::{Ran, stepwright, write};

fn types(arguments: &[&str], stdin: &str) -> Ran {
    stepwright(&[&["types"], arguments].concat(), stdin)
}

/// Schemas with everything that serde and schemars write.
const SCHEMAS: &str = include_str!("types/checkout.schemas.json");

/// The types of [`SCHEMAS`] in a language.
fn checkout_in(language: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "checkout.schemas.json", SCHEMAS);
    let ran = types(&[&file, "--lang", language], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.stdout
}

#[test]
fn schemas_become_typescript() {
    insta::assert_snapshot!("typescript", checkout_in("ts"));
}

#[test]
fn schemas_become_python() {
    insta::assert_snapshot!("python", checkout_in("python"));
}

/// Names that mean something else in Python; `packaging/test_types` passes its types to mypy.
const NAMES: &str = include_str!("types/names.schemas.json");

#[test]
fn names_that_python_uses_are_names_of_no_class_and_no_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "names.schemas.json", NAMES);
    let ran = types(&[&file, "--lang", "python"], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for part in [
        "NamesInput = TypedDict(",
        "Card = TypedDict(",
        "PageOfBerNode = TypedDict(",
        "NamesOutputNone | NamesOutputTrue | NamesOutputTypedDict | False2",
        "NonePayload: TypeAlias = Literal[-3] | float",
        "NoneResult: TypeAlias = float",
    ] {
        assert!(ran.stdout.contains(part), "no {part}: {}", ran.stdout);
    }
}

#[test]
fn schemas_become_one_schema() {
    let printed = checkout_in("jsonschema");
    let schema: serde_json::Value = serde_json::from_str(&printed).expect("is JSON");
    let definitions = schema["$defs"].as_object().expect("has definitions");
    assert_eq!(schema["$defs"]["CheckoutInput"]["$ref"], "#/$defs/Order");
    assert_eq!(schema["$defs"]["Line"]["properties"]["count"]["minimum"], 0);
    let mut references = Vec::new();
    collect_references(&schema, &mut references);
    assert!(references.len() > 5, "{references:?}");
    for reference in references {
        let name = reference.strip_prefix("#/$defs/").expect("a definition");
        assert!(definitions.contains_key(name), "{reference} is missing");
    }
}

fn collect_references(value: &serde_json::Value, references: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(text) if key == "$ref" => references.push(text.to_owned()),
                    _ => collect_references(value, references),
                }
            }
        }
        serde_json::Value::Array(items) => {
            items
                .iter()
                .for_each(|item| collect_references(item, references));
        }
        _ => {}
    }
}

const DEFINITION: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "${ChargeCardArn}", "Payload": {"id.$": "$.order.id", "total.$": "$.order.total", "currency": "EUR"}},
        "ResultPath": "$.charge", "Next": "Large?"},
    "Large?": {"Type": "Choice", "Default": "Paid", "Choices": [{"Variable": "$.order.total", "NumericGreaterThan": 100, "Next": "Declined"}]},
    "Declined": {"Type": "Pass", "Result": {"status": "declined", "reasons": ["card"]}, "End": true},
    "Paid": {"Type": "Pass", "Result": {"status": "paid"}, "End": true}}}"#;

#[test]
fn a_definition_without_schemas_has_the_types_of_what_it_reads_and_writes() {
    let ran = types(&["-", "--lang", "ts"], DEFINITION);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    insta::assert_snapshot!("derived", ran.stdout);
}

#[test]
fn a_definition_uses_the_schemas_next_to_it_and_derives_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "orders.asl.json", DEFINITION);
    write(
        folder.path(),
        "orders.schemas.json",
        r#"{"tasks": {"ChargeCard": {"output": {"type": "string"}}}}"#,
    );
    let ran = types(&[&file, "--lang", "ts"], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for part in [
        "export type ChargeCardResult = string;",
        "export interface ChargeCardPayload {\n  currency: \"EUR\";",
        "export type OrdersOutput = ",
    ] {
        assert!(ran.stdout.contains(part), "no {part}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("Arn"), "{}", ran.stdout);
}

#[test]
fn several_workflows_share_equal_types_and_name_different_ones_after_the_workflow() {
    let folder = tempfile::tempdir().expect("a folder");
    let schemas = |count: &str| {
        format!(
            r#"{{"input": {{"type": "string"}}, "tasks": {{"Send": {{"input": {{"type": "string"}}, "output": {{"type": "{count}"}}}}}}}}"#
        )
    };
    let one = write(folder.path(), "one.schemas.json", &schemas("integer"));
    let two = write(folder.path(), "two.schemas.json", &schemas("string"));
    let ran = types(&[&one, &two, "--lang", "ts"], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(
        ran.stdout.matches("type SendPayload").count(),
        1,
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("type OneSendResult = number;"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("type TwoSendResult = string;"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_file_is_written_and_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "checkout.schemas.json", SCHEMAS);
    let output = write(folder.path(), "checkout.ts", "");
    let arguments = [file.as_str(), "--lang", "ts", "--out", &output];
    let check = [&arguments[..], &["--check"]].concat();
    let ran = types(&check, "");
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("without `--check`"), "{}", ran.stderr);
    assert_eq!(types(&arguments, "").status, 0);
    assert_eq!(types(&check, "").status, 0);
}

#[test]
fn schemas_of_another_form_are_refused_with_the_part() {
    let folder = tempfile::tempdir().expect("a folder");
    for (text, part) in [
        (
            "[]",
            "the file is an array; write an object with `input`, `output` and `tasks`",
        ),
        ("{}", "it has no `input`, `output` or `tasks`"),
        (
            r#"{"input": 1}"#,
            "`/input` is a number; write a JSON Schema",
        ),
        (r#"{"tasks": {"A/B": []}}"#, "`/tasks/A~1B` is an array"),
        ("{", "column"),
    ] {
        let file = write(folder.path(), "a.schemas.json", text);
        let ran = types(&[&file, "--lang", "ts"], "");
        assert_eq!(ran.status, 2, "{text}: {}", ran.stdout);
        assert!(ran.stderr.contains(part), "{text}: {}", ran.stderr);
    }
}

#[test]
fn circular_and_missing_references_are_unknown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(
        folder.path(),
        "a.schemas.json",
        r##"{"input": {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}}},
            "output": {"$ref": "#/$defs/Missing"}, "tasks": {"T": {"input": {"$ref": "#"}, "output": {"allOf": [{"$ref": "#"}], "type": "string"}}}}"##,
    );
    let ran = types(&[&file, "--lang", "ts"], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for part in [
        "type A = unknown;",
        "type B = unknown;",
        "type AOutput = unknown;",
        "type TPayload = unknown;",
        "type TResult = string;",
    ] {
        assert!(ran.stdout.contains(part), "no {part}: {}", ran.stdout);
    }
}
