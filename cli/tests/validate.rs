//! `stepwright validate` and `rule`, with files, folders and templates.

use std::path::{Path, PathBuf};

use crate::common::{Ran, stepwright};
use serde_json::Value;

/// A temporary folder with files.
struct Folder(PathBuf);

impl Folder {
    fn of(name: &str, files: &[(&str, &str)]) -> Folder {
        let folder = std::env::temp_dir().join(format!("stepwright-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        for (path, text) in files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Folder(folder)
    }

    fn path(&self, name: &str) -> String {
        // With the separators of the platform, as the command prints it.
        let path: PathBuf = self.0.join(name).components().collect();
        path.to_str().unwrap().to_owned()
    }

    fn validate(&self, arguments: &[&str]) -> Ran {
        let all: Vec<&str> = ["validate", self.0.to_str().unwrap()]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        stepwright(&all, "")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const GOOD: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
const WARNED: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": false, "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
const BROKEN: &str =
    "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: Dnoe\n  Done: {Type: Succeed}\n";
const TEMPLATE: &str = "Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: workflows/orders.asl.yaml
      Type: EXPRESS
  Refunds:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub |
        {
          \"StartAt\": \"A\",
          \"States\": {
            \"A\": {\"Type\": \"Task\", \"Resource\": \"${Fn.Arn}\", \"TimeoutSeconds\": 0, \"End\": true}
          }
        }
  Far:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: s3://bucket/key
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: !If [Prod, a, b]}}
";

fn folder(name: &str) -> Folder {
    Folder::of(
        name,
        &[
            ("a/good.asl.json", GOOD),
            ("a/warned.json", WARNED),
            ("b/broken.asl.yaml", BROKEN),
            ("b/cut.json", r#"{"StartAt": "A", "States": {"#),
            ("b/package.json", r#"{"name": "x", "States": 1}"#),
            ("b/notes.yaml", "- [broken"),
            ("node_modules/x.asl.json", "{"),
            (".hidden/x.asl.json", "{"),
            ("target/x.asl.json", "{"),
        ],
    )
}

#[test]
fn a_folder_is_searched_for_definitions() {
    let folder = folder("walk");
    let ran = folder.validate(&[]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    let verdicts: Vec<String> = ran
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix(folder.0.to_str().unwrap()))
        .map(|verdict| verdict.replace('\\', "/"))
        .collect();
    assert_eq!(
        verdicts,
        [
            "/a/good.asl.json: valid",
            "/a/warned.json: valid, 1 warning",
            "/b/broken.asl.yaml: 1 error",
            "/b/cut.json: 1 error",
        ]
    );
    let totals: Vec<&str> = ran.stdout.lines().rev().take(2).collect();
    assert_eq!(
        totals,
        [
            "2 can be fixed with `--fix`",
            "4 files: 2 errors, 1 warning"
        ]
    );
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
}

#[test]
fn a_file_in_two_given_folders_is_checked_once() {
    let folder = folder("twice");
    let ran = folder.validate(&[&folder.path("a"), "--format", "json"]);
    assert_eq!(report(&ran)["files"].as_array().unwrap().len(), 4);
}

#[test]
fn a_folder_without_a_definition_is_a_usage_error() {
    let folder = Folder::of("none", &[("package.json", "{}")]);
    let ran = folder.validate(&[]);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("it is a folder without a definition"),
        "{}",
        ran.stderr
    );
}

/// An emitted folder, with a schema and a mock file of a developer.
fn emitted(name: &str) -> Folder {
    const SCHEMA: &str =
        r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}"#;
    let schemas = format!(r#"{{"input": {SCHEMA}, "output": {SCHEMA}, "tasks": {{}}}}"#);
    Folder::of(
        name,
        &[
            ("a.asl.json", GOOD),
            (
                "a.policy.json",
                r#"{"Version": "2012-10-17", "Statement": []}"#,
            ),
            ("a.schemas.json", &schemas),
            ("a.substitutions.json", "{}"),
            ("b.asl.json", GOOD),
            ("b.schemas.json", &schemas),
            ("c.schema.json", SCHEMA),
            ("d.schema.json", SCHEMA),
            (
                "mocks.json",
                r#"{"StateMachines": {}, "MockedResponses": {}}"#,
            ),
            (
                "stepwright.sources.json",
                r#"{"a.asl.json": {"A": "src/lib.rs:7:9"}}"#,
            ),
        ],
    )
}

/// Runs a command with each file of a folder, as a shell does for `*.json`.
fn with_each_file(folder: &Folder, command: &str, options: &[&str]) -> Ran {
    let files = std::fs::read_dir(&folder.0).unwrap();
    let mut files: Vec<String> = files
        .map(|file| folder.path(file.unwrap().file_name().to_str().unwrap()))
        .collect();
    files.sort();
    let files = files.iter().map(String::as_str);
    let all: Vec<&str> = std::iter::once(command)
        .chain(files)
        .chain(options.iter().copied())
        .collect();
    stepwright(&all, "")
}

#[test]
fn schemas_policies_and_substitutions_next_to_definitions_are_skipped() {
    let folder = emitted("listed");
    let ran = with_each_file(&folder, "validate", &[]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let path = |name: &str| folder.path(name);
    assert_eq!(
        ran.stdout,
        format!(
            "{}: valid\n{}: valid\n2 files: valid\n",
            path("a.asl.json"),
            path("b.asl.json")
        )
    );
    assert_eq!(
        ran.stderr,
        format!(
            "note: `{}`, `{}`, `{}` and 1 more are skipped: each is a JSON Schema\n\
             note: `{}` is skipped: it is a list of placeholders\n\
             note: `{}` is skipped: it is a list of the sources of states\n\
             note: `{}` is skipped: it is an IAM policy\n\
             note: `{}` is skipped: it is a mock file\n",
            path("a.schemas.json"),
            path("b.schemas.json"),
            path("c.schema.json"),
            path("a.substitutions.json"),
            path("stepwright.sources.json"),
            path("a.policy.json"),
            path("mocks.json"),
        )
    );
    // The same files are checked in the folder.
    assert_eq!(folder.validate(&[]).stdout, ran.stdout);
    let quiet = with_each_file(&folder, "validate", &["--quiet"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let json = with_each_file(&folder, "validate", &["--format", "json"]);
    assert_eq!(report(&json)["files"].as_array().unwrap().len(), 2);
    let sarif = with_each_file(&folder, "validate", &["--format", "sarif"]);
    assert!(serde_json::from_str::<Value>(&sarif.stdout).is_ok());
    let github = with_each_file(&folder, "validate", &["--format", "github"]);
    assert_eq!(github.stdout, "2 files: valid\n");
    let options = ["--to", "jsonata", "--format", "json"];
    let converted = with_each_file(&folder, "convert", &options);
    assert_eq!(converted.status, 0, "{}", converted.stderr);
    let notes = converted.stderr.lines();
    assert_eq!(notes.filter(|line| line.contains("skipped")).count(), 5);
}

#[test]
fn a_damaged_definition_among_files_and_in_a_folder_is_an_error() {
    for (name, text) in [
        (
            "x.json",
            r#"{"StartAt": "A", "Sates": {"A": {"Type": "Succeed"}}}"#,
        ),
        (
            "x.json",
            r#"{"StarAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
        ),
        ("x.json", r#"{"StartAt": "A"}"#),
        ("x.json", r#"{"States": {"A": {"Type": "Succeed"}}}"#),
        ("x.json", r#"{"States": {"A": {"Type": "Succeed"}"#),
        ("x.yaml", "StartAt: A\nSates: {A: {Type: Succeed}}\n"),
        (
            "x.asl.json",
            r#"{"Version": "2012-10-17", "Statement": []}"#,
        ),
        ("x.asl.json", "{}"),
    ] {
        let folder = Folder::of("damaged", &[("good.asl.json", GOOD), (name, text)]);
        for ran in [
            folder.validate(&[]),
            with_each_file(&folder, "validate", &[]),
        ] {
            assert_eq!(ran.status, 1, "{text}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stdout.contains("2 files: "), "{}", ran.stdout);
        }
    }
    // An unknown file is an error if it is named.
    let folder = Folder::of("unknown", &[("good.asl.json", GOOD), ("x.json", "{}")]);
    assert_eq!(with_each_file(&folder, "validate", &[]).status, 1);
}

#[test]
fn a_named_file_without_a_definition_is_an_error_if_no_other_has_one() {
    let folder = emitted("only");
    let policy = folder.path("a.policy.json");
    let ran = stepwright(&["validate", &policy], "");
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("[SW010]"), "{}", ran.stdout);
    let schemas = folder.path("a.schemas.json");
    let ran = stepwright(&["validate", &policy, &schemas], "");
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr
            .ends_with("none of them is or contains a definition\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn quiet_prints_only_diagnostics() {
    let folder = folder("quiet");
    let ran = folder.validate(&["--quiet"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout.contains("SW020") && ran.stdout.contains("SW029"),
        "{}",
        ran.stdout
    );
    assert!(
        !ran.stdout.contains("valid") && !ran.stdout.contains("files:"),
        "{}",
        ran.stdout
    );
    let good = folder.path("a/good.asl.json");
    let ran = stepwright(&["validate", "-q", &good], "");
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (0, "", ""));
}

#[test]
fn deny_and_allow_accept_lists_of_rules() {
    let check = |arguments: &[&str]| {
        let all: Vec<&str> = ["validate", "-"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        stepwright(&all, WARNED)
    };
    for (arguments, status) in [
        (&[][..], 0),
        (&["--deny", "warnings"], 1),
        (&["--deny", "sw020,SW029"], 1),
        (&["--deny", "SW020, sw029"], 1),
        (&["--deny", "sw020,SW021"], 0),
        (&["--deny", "warnings", "--allow", "sw048,sw029"], 0),
        (&["--deny", "warnings,sw029", "--allow", "sw029"], 1),
        (&["--deny", "SW999"], 2),
        (&["--allow", "SW029,SW999"], 2),
    ] {
        let ran = check(arguments);
        assert_eq!(
            ran.status, status,
            "{arguments:?}: {}{}",
            ran.stdout, ran.stderr
        );
    }
    let ran = check(&["--allow", "SW029,SW0299"]);
    assert!(
        ran.stderr
            .contains("there is no rule `SW0299`; did you mean `SW029`?"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("stepwright rule"), "{}", ran.stderr);
}

#[test]
fn a_comment_allows_a_rule_in_json_and_yaml() {
    let json = WARNED.replace(
        r#""End": false"#,
        r#""End": false, "Comment": "stepwright: allow SW029""#,
    );
    let yaml = "StartAt: A\nComment: 'stepwright: allow sw029'\nStates:\n  A: {Type: Pass, End: false, Next: B}\n  B: {Type: Succeed}\n";
    for text in [json.as_str(), yaml] {
        let ran = stepwright(&["validate", "--deny", "warnings", "-"], text);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stdout.contains("standard input: valid"),
            "{}",
            ran.stdout
        );
    }
}

/// The JSON report, whose format does not depend on the number of files.
fn report(ran: &Ran) -> Value {
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let keys: Vec<&str> = report
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["diagnostics", "files", "result", "truncated"]);
    for diagnostic in report["diagnostics"].as_array().unwrap() {
        for key in [
            "severity", "code", "message", "location", "file", "machine", "rule", "line", "column",
        ] {
            assert!(diagnostic.get(key).is_some(), "{diagnostic:#}");
        }
    }
    report
}

#[test]
fn json_output_has_the_same_format_for_one_or_many_files() {
    let folder = folder("json");
    let all = report(&folder.validate(&["--format", "json"]));
    assert_eq!(
        (&all["result"], all["files"].as_array().unwrap().len()),
        (&"FAIL".into(), 4)
    );
    assert_eq!(all["diagnostics"][0]["code"], Value::Null);
    assert_eq!(all["diagnostics"][1]["code"], "MISSING_TRANSITION_TARGET");
    assert_eq!(
        all["diagnostics"][1]["file"],
        folder.path("b/broken.asl.yaml")
    );
    let good = folder.path("a/good.asl.json");
    let one = report(&stepwright(&["validate", "--format", "json", &good], ""));
    assert_eq!(
        (&one["result"], &one["files"][0]["file"]),
        (&"OK".into(), &good.into())
    );
}

#[test]
fn github_commands_name_file_line_and_column() {
    let folder = Folder::of(
        "github",
        &[("a,b%.asl.json", &WARNED.replace("\"B\"", "\"B:\\n,%\""))],
    );
    let ran = folder.validate(&["--format", "github", "--deny", "SW029"]);
    // The colon after the letter of a drive is escaped.
    let file = folder.path("a%2Cb%25.asl.json").replace(':', "%3A");
    let expected = format!(
        "::error file={file},line=1,endLine=1,col=58,endColumn=63,title=SW029::`\"End\": false` has no effect; remove it at /States/A/End"
    );
    assert_eq!(
        ran.stdout.lines().next(),
        Some(expected.as_str()),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.stdout.lines().last(), Some("1 file: 2 errors"));
    // A name with a line break and a colon.
    assert!(
        ran.stdout.contains("character `\\n`") && ran.stdout.contains("at /States/B:%0A,%25\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.status, 1);
}

#[test]
fn sarif_output_contains_rules_and_locations() {
    let folder = folder("sarif");
    let ran = folder.validate(&["--format", "sarif"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(
            place["artifactLocation"]["uri"]
                .as_str()
                .unwrap()
                .starts_with("file:///")
        );
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
    }
    let (warning, error) = (&results[0], &results[1]);
    assert_eq!(
        (&warning["level"], &error["level"]),
        (&"warning".into(), &"error".into())
    );
    let region = &error["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        *region,
        serde_json::json!({"startLine": 5, "startColumn": 11, "endColumn": 15})
    );
}

#[test]
fn diagnostics_of_a_template_are_located_at_its_machines() {
    let folder = Folder::of(
        "template",
        &[
            ("template.yaml", TEMPLATE),
            (
                "workflows/orders.asl.yaml",
                "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken\n    Arguments: {}\n    End: true\nQueryLanguage: JSONata\n",
            ),
        ],
    );
    for ran in [
        folder.validate(&["--format", "json"]),
        stepwright(
            &[
                "validate",
                "--format",
                "json",
                &folder.path("template.yaml"),
            ],
            "",
        ),
    ] {
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("`Far` is not checked"),
            "{}",
            ran.stderr
        );
        let report = report(&ran);
        // The file that the template names is checked once, as an Express machine.
        let machines: Vec<&str> = report["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["machine"].as_str().unwrap())
            .collect();
        assert_eq!(machines, ["Orders", "Refunds"]);
        let errors: Vec<String> = report["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["severity"] == "ERROR")
            .map(|one| {
                let file = Path::new(one["file"].as_str().unwrap())
                    .file_name()
                    .unwrap();
                let file = file.to_str().unwrap();
                format!(
                    "{file} {} {}:{}",
                    one["rule"].as_str().unwrap(),
                    one["line"],
                    one["column"]
                )
            })
            .collect();
        assert_eq!(
            errors,
            ["orders.asl.yaml SW046 5:15", "template.yaml SW043 14:78"]
        );
    }
}

#[test]
fn a_missing_definition_file_of_a_template_is_reported() {
    let folder = Folder::of("missing", &[("template.yaml", TEMPLATE)]);
    let ran = stepwright(&["validate", &folder.path("template.yaml")], "");
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("orders.asl.yaml") && ran.stderr.contains("definition of `Orders`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("SW043"), "{}", ran.stdout);
}

#[test]
fn the_output_of_describe_state_machine_is_checked() {
    let definition =
        serde_json::to_string(&WARNED.replace("\"B\"}, \"B\"", "\"Dnoe\"}, \"Done\"")).unwrap();
    let described = format!(
        "{{\n  \"stateMachineArn\": \"arn:aws:states:us-east-1:1:stateMachine:orders\",\n  \"name\": \"orders\",\n  \"definition\": {definition},\n  \"type\": \"EXPRESS\"\n}}"
    );
    let ran = stepwright(&["validate", "-"], &described);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    for said in [
        "SW020",
        "standard input:4:",
        "`Done`",
        "standard input (orders): 1 error",
    ] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
}

#[test]
fn rules_are_explained_by_id_or_name() {
    let ran = stepwright(&["rule", "SW142"], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let page = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/rules.md"),
    )
    .unwrap();
    assert!(
        page.contains(&ran.stdout) && ran.stdout.starts_with("## SW142\n"),
        "{}",
        ran.stdout
    );
    let two = stepwright(&["rule", "missing-transition-target", "sw150"], "");
    assert!(
        two.stdout.contains("## SW020") && two.stdout.contains("## SW150"),
        "{}",
        two.stdout
    );
    let all = stepwright(&["explain"], "");
    assert!(
        all.stdout.lines().count() > 80 && all.stdout.contains("SW142  warning"),
        "{}",
        all.stdout
    );
    let unknown = stepwright(&["rule", "SW142x"], "");
    assert_eq!(unknown.status, 2);
    assert!(
        unknown.stderr.contains("did you mean `SW142`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn json_with_comments_is_checked_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let text = "// orders\n{\"StartAt\": \"A\", /* one state */\n \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\",},},}\n";
    for name in ["a.jsonc", "b.json5", "c.asl", "d.asl.json"] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let ran = stepwright(&["validate", file.to_str().unwrap()], "");
        assert_eq!(ran.status, 1, "{name}: {}{}", ran.stdout, ran.stderr);
        let printed = format!("{}{}", ran.stdout, ran.stderr);
        assert!(
            printed.contains(&format!("{name}:3:")),
            "the place is the file's: {printed}"
        );
        assert!(printed.contains("which JSON does not allow"), "{printed}");
    }
    let ran = stepwright(&["validate", folder.path().to_str().unwrap()], "");
    let printed = format!("{}{}", ran.stdout, ran.stderr);
    for name in ["a.jsonc", "b.json5", "c.asl", "d.asl.json"] {
        assert!(printed.contains(name), "{printed}");
    }
}
