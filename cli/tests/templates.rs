//! Commands for one definition also accept a machine of a template, and the output of
//! `describe-state-machine`.

use std::path::PathBuf;

use crate::common::{Ran, stepwright};
use serde_json::json;

const MACHINE: &str = r#"{"StartAt": "Tell", "States": {"Tell": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish",
  "Parameters": {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:TOPIC", "Message": "done"}, "End": true}}}"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, String)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, text) in files {
            std::fs::write(folder.path(name), text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, command: &str, files: &[&str], more: &[&str]) -> Ran {
        let files: Vec<String> = files
            .iter()
            .map(|name| self.path(name).display().to_string())
            .collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        stepwright(&[&[command], files.as_slice(), more].concat(), "")
    }
}

fn machine(topic: &str) -> String {
    MACHINE.replace("TOPIC", topic)
}

/// A template with three machines: a definition as JSON, one as a string, and one in a file.
fn template(topic: &str) -> String {
    let resource = |properties: serde_json::Value| json!({"Type": "AWS::Serverless::StateMachine", "Properties": properties});
    let parsed: serde_json::Value = serde_json::from_str(&machine(topic)).unwrap();
    json!({"Resources": {
        "Part": resource(json!({"Definition": parsed})),
        "Text": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": machine(topic), "RoleArn": "r"}},
        "File": resource(json!({"DefinitionUri": "orders.asl.json"})),
        "Object": resource(json!({"DefinitionUri": {"Bucket": "b", "Key": "k"}})),
    }})
    .to_string()
}

fn folder() -> Folder {
    let described = json!({"stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:Told", "name": "Told", "roleArn": "r",
        "type": "STANDARD", "definition": machine("a")});
    Folder::new(&[
        ("orders.asl.json", machine("a")),
        ("a.json", template("a")),
        ("b.json", template("b")),
        ("told.json", described.to_string()),
        ("only.json", json!({"Resources": {"Only": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "orders.asl.json"}}}}).to_string()),
    ])
}

#[test]
fn diff_compares_definitions_in_templates_and_api_responses() {
    let folder = folder();
    for (old, new, differs) in [
        ("a.json#Part", "b.json#Part", true),
        ("a.json#Text", "b.json#Text", true),
        ("a.json#Part", "a.json#Text", false),
        ("a.json#File", "orders.asl.json", false),
        ("told.json", "orders.asl.json", false),
        ("told.json", "b.json#Text", true),
        ("only.json", "a.json#Text", false),
    ] {
        let ran = folder.run("diff", &[old, new], &["--exit-code"]);
        assert_eq!(
            ran.status,
            i32::from(differs),
            "{old} {new}: {}{}",
            ran.stdout,
            ran.stderr
        );
        assert_eq!(
            ran.stdout.contains("TopicArn"),
            differs,
            "{old} {new}: {}",
            ran.stdout
        );
    }
}

#[test]
fn every_command_reads_a_machine_of_a_template() {
    let folder = folder();
    for file in [
        "a.json#Part",
        "a.json#Text",
        "a.json#File",
        "told.json",
        "only.json",
        "orders.asl.json",
    ] {
        for (command, more) in [
            ("policy", &[][..]),
            ("estimate", &[]),
            ("graph", &[]),
            ("import", &[]),
        ] {
            let ran = folder.run(command, &[file], more);
            assert_eq!(ran.status, 0, "{command} {file}: {}", ran.stderr);
            assert!(!ran.stdout.is_empty(), "{command} {file}");
        }
        let ran = folder.run(
            "run",
            &[file],
            &["--input", "{}", "--task", "Tell=echo '{}'"],
        );
        assert_eq!(ran.status, 0, "run {file}: {}", ran.stderr);
    }
}

#[test]
fn a_missing_or_unknown_machine_name_is_refused_with_the_names() {
    let folder = folder();
    for (file, parts) in [
        (
            "a.json",
            &[
                "has the state machines `Part`, `Text`, `File`, `Object`; name one, as in `",
                "a.json#Part`",
            ][..],
        ),
        (
            "a.json#Nothing",
            &["has no state machine `Nothing`; it has `Part`"],
        ),
        (
            "a.json#Object",
            &["the definition of `Object` cannot be read: "],
        ),
        ("orders.asl.json#Part", &["is not a template"]),
        ("missing.json#Part", &["cannot read"]),
    ] {
        let ran = folder.run("graph", &[file], &[]);
        assert_eq!(ran.status, 2, "{file}: {}", ran.stderr);
        for part in parts {
            assert!(ran.stderr.contains(part), "{file}: {}", ran.stderr);
        }
    }
}

#[test]
fn errors_of_an_inline_definition_are_located_in_the_template() {
    let broken = machine("a").replace("\"Tell\", \"States\"", "\"Nowhere\", \"States\"");
    let template = json!({"Resources": {"Text": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": broken, "RoleArn": "r"}}}});
    let folder = Folder::new(&[("t.json", serde_json::to_string_pretty(&template).unwrap())]);
    let ran = folder.run("policy", &["t.json"], &[]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("t.json:6:"), "{}", ran.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_template_names_only_files_below_its_folder() {
    let secret = "SECRET_VALUE=4929";
    for named in [
        "/proc/self/environ",
        "../secret.env",
        "sub/../../secret.env",
        "/dev/zero",
    ] {
        let world = tempfile::tempdir().unwrap();
        std::fs::write(world.path().join("secret.env"), secret).unwrap();
        let project = world.path().join("project");
        std::fs::create_dir_all(project.join("sub")).unwrap();
        let template = json!({"Resources": {"Only": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": named}}}});
        let file = project.join("template.json");
        std::fs::write(&file, template.to_string()).unwrap();
        let file = file.display().to_string();
        for command in ["validate", "graph", "estimate", "policy", "placeholders"] {
            let ran = stepwright(&[command, &file], "");
            let printed = ran.stdout + &ran.stderr;
            assert_ne!(ran.status, 0, "{command} {named}: {printed}");
            assert!(
                printed.contains("is not below"),
                "{command} {named}: {printed}"
            );
            assert!(
                !printed.contains("SECRET") && !printed.contains("PATH="),
                "{command} {named}: {printed}"
            );
        }
    }
}
