//! `stepwright validate --fix`, `--diff`, `--add-ignore` and `--statistics`.

use crate::common::{read, stepwright, write};

const FAULTY: &str = "\u{feff}# orders\r\nStartAt: Chrage # first\r\nStates:\r\n  Charge:\r\n    Type: Wait\r\n    Secnods: 5\r\n    End: true\r\n    Next: Done\r\n  Done: {Type: Succeed}\r\n";

#[test]
fn safe_fixes_are_written_and_the_rest_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "orders.asl.yaml", FAULTY);
    let ran = stepwright(&["validate", "--fix", &path], "");
    let expected = FAULTY
        .replace("Chrage", "Charge")
        .replace("Secnods", "Seconds");
    assert_eq!(read(&path), expected);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(
        ran.stderr,
        "Fixed 2 problems in 1 file; 1 more with --unsafe-fixes\n"
    );
    assert!(
        ran.stdout.contains("either `Next` or `End`"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("did you mean"), "{}", ran.stdout);

    let ran = stepwright(&["validate", "--fix", "--unsafe-fixes", &path], "");
    assert_eq!(read(&path), expected.replace("    End: true\r\n", ""));
    assert_eq!(
        (ran.status, &*ran.stderr),
        (0, "Fixed 1 problem in 1 file\n")
    );
    let ran = stepwright(&["validate", "--fix", &path], "");
    assert_eq!(
        (ran.status, &*ran.stderr),
        (0, "Fixed 0 problems in 0 files\n")
    );
    // No temporary file remains.
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}

#[test]
fn fixes_keep_the_comments_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let text = "// orders\n{\"StartAt\": \"Chrage\", /* first */\n States: {\n  // by card\n  'Charge': {'Type': 'Succeed',},\n },\n}\n";
    for (name, text) in [
        ("orders.json5", text.to_owned()),
        (
            "orders.jsonc",
            text.replace("States:", "'States':").replace('\'', "\""),
        ),
    ] {
        let path = write(folder.path(), name, &text);
        let ran = stepwright(&["validate", "--fix", &path], "");
        assert_eq!(read(&path), text.replace("Chrage", "Charge"), "{name}");
        assert_eq!(
            (ran.status, ran.stderr.contains("which JSON does not allow")),
            (0, true),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn add_ignore_allows_existing_warnings_in_comments() {
    let folder = tempfile::tempdir().unwrap();
    let text = "StartAt: Ask # first\nStates:\n  Ask:\n    Type: Task\n    Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken\n    Parameters: {QueueUrl: q, MessageBody: m}\n    Next: Poll\n  Poll: {Type: Choice, Comment: Polls., Choices: [{Variable: $.a, IsPresent: true, Next: Ask}]}\n  Done: {Type: Succeed}\n";
    let path = write(folder.path(), "poll.asl.yaml", text);
    let args = ["validate", "--deny", "warnings", &path];
    let before = stepwright(&args, "");
    assert_eq!(before.status, 1, "{}", before.stdout);

    let ran = stepwright(&["validate", "--add-ignore", &path], "");
    assert_eq!(ran.stderr, "Allowed 3 warnings in 1 file\n");
    let changed = read(&path);
    assert!(changed.starts_with("StartAt: Ask # first\n"), "{changed}");
    assert_eq!(
        changed.matches("stepwright: allow").count(),
        2,
        "two warnings are in one state: {changed}"
    );
    // Errors remain: nothing leads to `Done`.
    assert!(ran.stdout.contains("SW021"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("warning["), "{}", ran.stdout);

    let again = stepwright(&["validate", "--add-ignore", &path], "");
    assert_eq!(again.stderr, "Allowed 0 warnings in 0 files\n");
    assert_eq!(read(&path), changed);
}

#[test]
fn the_diff_option_changes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": {\"Type\": \"Succeed\", \"End\": true}\n  }\n}\n";
    let path = write(folder.path(), "a.asl.json", text);
    let ran = stepwright(&["validate", "--diff", &path], "");
    let diff = format!(
        "--- {path}\n+++ {path}\n@@ -1,6 +1,6 @@\n {{\n   \"StartAt\": \"A\",\n   \"States\": {{\n-    \"A\": {{\"Type\": \"Succeed\", \"End\": true}}\n+    \"A\": {{\"Type\": \"Succeed\"}}\n   }}\n }}\n"
    );
    assert_eq!((ran.stdout, ran.status), (diff, 1));
    assert_eq!(ran.stderr, "Would fix 1 problem in 1 file\n");
    assert_eq!(read(&path), text);
    stepwright(&["validate", "--fix", &path], "");
    let ran = stepwright(&["validate", "--diff", &path], "");
    assert_eq!((&*ran.stdout, ran.status), ("", 0));
}

#[test]
fn the_fixed_standard_input_is_printed() {
    let ran = stepwright(&["validate", "--fix", "-"], FAULTY);
    let expected = FAULTY
        .replace("Chrage", "Charge")
        .replace("Secnods", "Seconds");
    assert_eq!((ran.stdout, ran.status), (expected, 1));
    assert!(
        ran.stderr.contains("either `Next` or `End`"),
        "{}",
        ran.stderr
    );
    let ran = stepwright(&["validate", "--fix", "--format", "json", "-"], FAULTY);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("no other format than text"),
        "{}",
        ran.stderr
    );
    let ran = stepwright(&["validate", "--unsafe-fixes", "-"], FAULTY);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
}

#[test]
fn definitions_in_templates_are_fixed() {
    let folder = tempfile::tempdir().unwrap();
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed", "End": true}}}"#;
    let template = format!(
        "# a template\nResources:\n  Object:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition:\n        StartAt: Chrage # first\n        States:\n          Charge: {{Type: Task, Resource: !GetAtt Charge.Arn, End: true}}\n  File:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: file.asl.json\n  Text:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: '{definition}'\n  Folded:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: >\n        {}\n",
        definition.replacen(", ", ",\n        ", 1)
    );
    let path = write(folder.path(), "template.yaml", &template);
    let file = write(folder.path(), "file.asl.json", definition);
    let ran = stepwright(&["validate", "--fix", &path], "");
    let fixed = format!("'{}'", definition.replace(", \"End\": true", ""));
    let expected = template
        .replace("Chrage", "Charge")
        .replace(&format!("'{definition}'"), &fixed);
    assert_eq!(read(&path), expected);
    assert_eq!(read(&file), definition.replace(", \"End\": true", ""));
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    for said in [
        "(Folded): 1 problem not fixed: the definition is a string that is folded or has several parts",
        "Fixed 3 problems in 2 files",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
}

#[test]
fn a_definition_file_of_two_machines_is_fixed_once() {
    let folder = tempfile::tempdir().unwrap();
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed", "End": true}}}"#;
    let machine = |name: &str| {
        format!(
            "  {name}:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: file.asl.json\n"
        )
    };
    let template = format!("Resources:\n{}{}", machine("One"), machine("Two"));
    write(folder.path(), "template.yaml", &template);
    let file = write(folder.path(), "file.asl.json", definition);
    let path = folder.path().display().to_string();
    let ran = stepwright(&["validate", "--diff", &path], "");
    assert_eq!(ran.stdout.matches("@@ -1").count(), 1, "{}", ran.stdout);
    assert_eq!(ran.stderr, "Would fix 1 problem in 1 file\n");
    let ran = stepwright(&["validate", "--fix", &path], "");
    assert_eq!(
        (ran.status, &*ran.stderr),
        (0, "Fixed 1 problem in 1 file\n")
    );
    assert_eq!(read(&file), definition.replace(", \"End\": true", ""));
}

#[test]
fn a_read_only_file_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed", "End": true}}}"#;
    let path = write(folder.path(), "a.asl.json", text);
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let ran = stepwright(&["validate", "--fix", &path], "");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("cannot write"), "{}", ran.stderr);
    assert_eq!(read(&path), text);
}

#[test]
fn the_summary_counts_the_fixable_diagnostics() {
    let ran = stepwright(&["validate", "-"], FAULTY);
    let last = ran.stdout.lines().last();
    assert_eq!(
        last,
        Some("2 can be fixed with `--fix`, 1 more with `--fix --unsafe-fixes`")
    );
    let ran = stepwright(&["validate", "--format", "json", "-"], FAULTY);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let fix = &json["diagnostics"][0]["fix"];
    assert_eq!(fix["title"], "replace `Chrage` with `Charge`");
    assert_eq!(
        (&fix["safety"], &fix["edits"][0]["pointer"]),
        (&"safe".into(), &"/StartAt".into())
    );
}

#[test]
fn statistics_count_the_diagnostics_of_each_rule() {
    let ran = stepwright(&["validate", "--statistics", "-"], FAULTY);
    assert_eq!(ran.status, 1);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines.contains(&"1  SW014  unknown-field"), "{lines:?}");
    assert!(lines.contains(&"1  SW027  next-with-end"), "{lines:?}");
    let ran = stepwright(&["validate", "--statistics", "--fix", "-"], FAULTY);
    assert_eq!(ran.status, 2);
}
