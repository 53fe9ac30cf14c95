//! The command line interface: arguments, output, messages and exit status.

use crate::common::{Ran, stepwright};

use serde_json::{Value, json};

impl Ran {
    fn output(&self) -> Value {
        assert_eq!(self.status, 0, "{}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Checks that the command failed with this status and printed all of these texts, on standard
    /// error or, for diagnostics, on standard output.
    fn failed(&self, status: i32, texts: &[&str]) {
        let said = format!("{}{}", self.stdout, self.stderr);
        assert_eq!(self.status, status, "{said}");
        for text in texts {
            assert!(said.contains(text), "`{text}` is not in:\n{said}");
        }
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_jsonata_definition_runs_and_its_output_is_printed() {
    let ran = stepwright(
        &[
            "run",
            "discount.asl.json",
            "--input",
            "@discount.input.json",
        ],
        "",
    );
    assert_eq!(
        ran.output(),
        json!({"customer": "Ada", "discount": 18.45, "toPay": 166.05})
    );
}

#[test]
fn the_input_may_come_from_standard_input() {
    let ran = stepwright(
        &["run", "discount.asl.json", "--input", "-"],
        r#"{"customer": "Bob", "orders": 1, "lines": [{"price": 2, "quantity": 3}]}"#,
    );
    assert_eq!(
        ran.output(),
        json!({"customer": "Bob", "discount": 0, "toPay": 6})
    );
}

#[test]
fn a_mock_file_provides_the_task_results() {
    let run = |case: &str| {
        stepwright(
            &[
                "run",
                "checkout.asl.json",
                "--input",
                r#"{"id": 7, "total": 2000}"#,
                "--mocks",
                "MockConfigFile.json",
                "--case",
                case,
            ],
            "",
        )
    };
    assert_eq!(
        run("HappyPath").output(),
        json!({"order": 7, "charge": "ch_1"})
    );
    assert_eq!(
        run("SlowGateway").output(),
        json!({"order": 7, "charge": "ch_2"})
    );
    run("DeclinedCard").failed(1, &["OrderDeclined: insufficient funds"]);
    run("Sunny").failed(2, &["no test case `Sunny`", "`HappyPath`"]);
}

#[test]
fn a_command_completes_a_task() {
    let [answers, fails] = if cfg!(windows) {
        [
            r#"Charge=echo {"chargeId": "ch_sh"}"#,
            "Charge=echo CardDeclined: no funds>&2& exit 3",
        ]
    } else {
        [
            r#"Charge=read input; echo '{"chargeId": "ch_sh"}'"#,
            "Charge=echo 'CardDeclined: no funds' >&2; exit 3",
        ]
    };
    let ran = stepwright(
        &[
            "run",
            "checkout.asl.json",
            "--input",
            r#"{"id": 7, "total": 20}"#,
            "--task",
            answers,
        ],
        "",
    );
    assert_eq!(ran.output(), json!({"order": 7, "charge": "ch_sh"}));
    let ran = stepwright(
        &[
            "run",
            "checkout.asl.json",
            "--input",
            r#"{"id": 7, "total": 20}"#,
            "--task",
            fails,
        ],
        "",
    );
    ran.failed(1, &["OrderDeclined: no funds"]);
}

#[test]
fn the_history_file_has_the_format_of_the_api() {
    let file = std::env::temp_dir().join(format!("stepwright-history-{}.json", std::process::id()));
    let ran = stepwright(
        &[
            "run",
            "discount.asl.json",
            "--input",
            "@discount.input.json",
            "--history",
            file.to_str().unwrap(),
        ],
        "",
    );
    ran.output();
    let history: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    std::fs::remove_file(&file).unwrap();
    let types: Vec<&str> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(types.first(), Some(&"ExecutionStarted"));
    assert_eq!(types.last(), Some(&"ExecutionSucceeded"));
    assert!(types.contains(&"WaitStateEntered"));
}

#[test]
fn an_unhandled_task_is_reported_with_options_to_handle_it() {
    let ran = stepwright(
        &[
            "run",
            "checkout.asl.json",
            "--input",
            r#"{"id": 1, "total": 1}"#,
        ],
        "",
    );
    ran.failed(
        1,
        &[
            "'Charge'",
            "arn:aws:states:::lambda:invoke",
            "--mocks",
            "--task",
        ],
    );
}

#[test]
fn an_invalid_input_is_a_usage_error() {
    stepwright(&["run", "discount.asl.json", "--input", "{oops"], "")
        .failed(2, &["--input is not JSON", "line 1 column 2"]);
    stepwright(
        &["run", "discount.asl.json", "--input", "@nowhere.json"],
        "",
    )
    .failed(2, &["nowhere.json"]);
}

#[test]
fn a_json_syntax_error_is_reported_with_its_location() {
    let ran = stepwright(
        &["run", "-"],
        "{\n  \"StartAt\": \"A\"\n  \"States\": {}\n}",
    );
    ran.failed(1, &["standard input:3:3", "\"States\""]);
    stepwright(&["validate", "-"], "not a definition").failed(1, &["standard input:1:1"]);
}

#[test]
fn invalid_json_exits_with_1_for_definitions_and_2_for_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.json");
    std::fs::write(&bad, "{\"StartAt\": ").unwrap();
    let bad = bad.display().to_string();
    for command in [
        "validate",
        "graph",
        "policy",
        "estimate",
        "import",
        "run",
        "placeholders",
        "test-state",
    ] {
        let ran = stepwright(&[command, &bad], "");
        assert_eq!(ran.status, 1, "{command}: {ran:?}");
    }
    let both = stepwright(&["diff", &bad, &bad], "");
    assert_eq!(both.status, 1, "{both:?}");
    let good = folder.path().join("good.json");
    std::fs::write(
        &good,
        r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
    )
    .unwrap();
    let good = good.display().to_string();
    let input = format!("@{bad}");
    for arguments in [
        ["run", &good, "--input", &input].as_slice(),
        &["run", &good, "--mocks", &bad, "--case", "x"],
        &["test-state", &good, "--state", "A", "--input", &input],
        &["replay", &good, "--history", &bad],
        &["graph", &good, "--history", &bad],
    ] {
        let ran = stepwright(arguments, "");
        assert_eq!(ran.status, 2, "{arguments:?}: {ran:?}");
    }
}

#[test]
fn a_mock_of_a_state_without_a_task_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mocks.json");
    let definition = json!({"StartAt": "Charge", "States": {
        "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "Next": "Cool"},
        "Cool": {"Type": "Wait", "Seconds": 1, "End": true},
    }});
    for (state, message) in [
        (
            "Chrage",
            "test case `Paid`: there is no state `Chrage`; did you mean `Charge`?",
        ),
        (
            "Cool",
            "test case `Paid`: `Cool` is a Wait state, which calls no task",
        ),
    ] {
        let mocks = json!({
            "StateMachines": {"m": {"TestCases": {"Paid": {"Charge": "Done", state: "Done"}}}},
            "MockedResponses": {"Done": {"0": {"Return": {}}}},
        });
        std::fs::write(&file, mocks.to_string()).unwrap();
        let ran = run_text(
            &definition,
            &["--mocks", &file.to_string_lossy(), "--case", "Paid"],
        );
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
}

#[test]
fn a_missing_target_is_reported_with_its_location_and_a_suggestion() {
    let definition = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": { "Type": "Pass", "Next": "Don" },
    "Done": { "Type": "Succeed" }
  }
}"#;
    stepwright(&["run", "-"], definition).failed(1, &["Don", "4:41", "`Done`"]);
    stepwright(&["validate", "-"], definition).failed(1, &["SW020", "4:41", "`Done`"]);
}

#[test]
fn json_diagnostics_have_the_format_of_the_api() {
    let ran = stepwright(
        &["validate", "--format", "json", "-"],
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}"#,
    );
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["result"], "FAIL");
    let diagnostic = &report["diagnostics"][0];
    assert_eq!(diagnostic["severity"], "ERROR");
    assert!(diagnostic["location"].is_string(), "{report:#}");
    assert_eq!(diagnostic["line"], 1);
}

#[test]
fn several_files_are_checked_at_once() {
    let ran = stepwright(&["validate", "discount.asl.json", "checkout.asl.json"], "");
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("discount.asl.json: valid")
            && ran.stdout.contains("checkout.asl.json: valid"),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_unreadable_file_does_not_prevent_the_check_of_other_files() {
    let ran = stepwright(
        &["validate", "nowhere.asl.json", "discount.asl.json", "-"],
        r#"{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}"#,
    );
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("nowhere.asl.json"), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("discount.asl.json: valid") && ran.stdout.contains("SW012"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_diagnostic_in_a_very_long_line_shows_an_excerpt() {
    let states: Vec<String> = (0..20_000)
        .map(|i| format!(r#""S{i}": {{"Type": "Pass", "Next": "S{}"}}"#, i + 1))
        .collect();
    let definition = format!(
        r#"{{"StartAt": "S0", "States": {{{}, "S20000": {{"Type": "Sucseed"}}}}}}"#,
        states.join(", ")
    );
    let ran = stepwright(&["validate", "-"], &definition);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(ran.stdout.len() < 10_000, "{} bytes", ran.stdout.len());
    let column = definition.find("\"Sucseed").unwrap_or_default() + 1;
    let place = format!("standard input:1:{column}");
    assert!(
        ran.stdout.contains("Sucseed") && ran.stdout.contains(&place),
        "{}",
        ran.stdout
    );
}

#[test]
fn unreadable_files_and_invalid_options_are_usage_errors() {
    stepwright(&["validate", "nowhere.asl.json"], "").failed(2, &["nowhere.asl.json"]);
    stepwright(&["run"], "").failed(2, &["FILE"]);
    stepwright(&["run", "discount.asl.json", "--task", "Charge"], "").failed(2, &["NAME=COMMAND"]);
    stepwright(&["fly"], "").failed(2, &["fly"]);
}

#[test]
fn a_definition_in_yaml_is_validated_and_runs() {
    let valid = stepwright(&["validate", "refund.asl.yaml", "discount.asl.json"], "");
    assert_eq!(valid.status, 0, "{}{}", valid.stdout, valid.stderr);
    assert!(
        valid.stdout.contains("refund.asl.yaml: valid"),
        "{}",
        valid.stdout
    );

    let pay = if cfg!(windows) {
        r#"Pay=echo {"receipt": {"order": 7, "cents": 8050}}"#
    } else {
        r#"Pay=read input; echo "{\"receipt\": $input}""#
    };
    let arguments = ["--input", r#"{"order": 7, "amount": 80.5}"#, "--task", pay];
    let expected = json!({
        "order": 7,
        "receipt": {"order": 7, "cents": 8050},
        "note": "Paid back 80.5 for order 7"
    });
    let ran = stepwright(&[&["run", "refund.asl.yaml"][..], &arguments].concat(), "");
    assert_eq!(ran.output(), expected);
}

#[test]
fn standard_input_may_be_yaml() {
    let text = "StartAt: A\nStates:\n  A: {Type: Pass, Result: 0x1F, End: true}\n";
    assert_eq!(stepwright(&["run", "-"], text).output(), json!(31));
    let ran = stepwright(&["validate", "-"], text);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    stepwright(&["run", "-"], "StartAt: A\n").failed(1, &["SW010", "standard input:1:1"]);
}

#[test]
fn diagnostics_show_the_yaml_source_lines() {
    let ran = stepwright(
        &["validate", "-"],
        "StartAt: Charge\nStates:\n  Charge: # the card\n    Type: Pass\n    Next: Dnoe   # so\n  Done:\n    Type: Succeed\n    Next: 'Charge'\n",
    );
    ran.failed(1, &["SW020", "SW030"]);
    assert!(
        ran.stdout.contains(
            "\
error[SW020]: Missing 'Next' target: Dnoe
 --> standard input:5:11
  |
5 |     Next: Dnoe   # so
  |           ^^^^
"
        ),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("did you mean `Done`?"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("8 |     Next: 'Charge'\n  |     ^^^^\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_yaml_syntax_error_is_one_diagnostic_with_a_location() {
    let ran = stepwright(
        &["validate", "-", "--format", "json"],
        "StartAt: A\nStates:\n  A:\n    Type: Succeed\n    Output: {% $states.input %}\n",
    );
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let [diagnostic] = report["diagnostics"].as_array().unwrap().as_slice() else {
        panic!("{report:#}");
    };
    assert_eq!(diagnostic["code"], "INVALID_JSON_DESCRIPTION");
    assert_eq!(diagnostic["line"], 5);
    assert_eq!(diagnostic["column"], 14);
    let message = diagnostic["message"].as_str().unwrap();
    assert!(message.contains("quotes in YAML"), "{message}");
    stepwright(&["run", "-"], "a: [1,\n").failed(1, &["the `[` is not closed", "1:4"]);
}

#[test]
fn unknown_service_integrations_are_reported_with_suggestions() {
    let definition = |resource: &str| {
        format!(
            "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: arn:aws:states:::{resource}\n    End: true\n"
        )
    };
    let validate = |resource: &str| stepwright(&["validate", "-"], &definition(resource));
    validate("dynamodb:query").failed(
        1,
        &[
            "SW041",
            "5:15",
            "did you mean `arn:aws:states:::aws-sdk:dynamodb:query`?",
        ],
    );
    validate("aws-sdk:dynamodb:Query").failed(1, &["`arn:aws:states:::aws-sdk:dynamodb:query`"]);
    validate("sqs:sendMessage.sync").failed(1, &["`arn:aws:states:::sqs:sendMessage`"]);
    // AWS may have added it since.
    let ran = validate("aws-sdk:brandnew:call");
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("warning[SW041]"), "{}", ran.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn devices_pipes_folders_and_oversized_files_are_not_read() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("inputs");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let sparse = folder.join("sparse");
    let file = std::fs::File::create(&sparse).unwrap();
    file.set_len(10_000_000_000).unwrap();
    let pipe = folder.join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let too_large = "it has more than 268435456 bytes, which is the limit";
    for (path, reason) in [
        (sparse.to_str().unwrap(), too_large),
        (
            "/dev/zero",
            "it is not a file; to read a pipe, use `-` for standard input",
        ),
        (
            pipe.to_str().unwrap(),
            "it is not a file; to read a pipe, use `-` for standard input",
        ),
        (folder.to_str().unwrap(), "it is a folder"),
    ] {
        let message = format!("cannot read {path}: {reason}");
        let as_input = format!("@{path}");
        for arguments in [
            &["validate", path][..],
            &["run", path],
            &["run", "discount.asl.json", "--input", &as_input],
            &["graph", "checkout.asl.json", "--history", path],
            &["replay", "checkout.asl.json", "--history", path],
            &[
                "run",
                "checkout.asl.json",
                "--mocks",
                path,
                "--case",
                "HappyPath",
            ],
        ] {
            stepwright(arguments, "").failed(2, &[&message]);
        }
    }
    // A pipe that a shell holds open is read to its end.
    let definition = crate::common::examples().join("discount.asl.json");
    let given = format!(
        "{} validate <(cat {})",
        env!("CARGO_BIN_EXE_stepwright"),
        definition.display()
    );
    let status = std::process::Command::new("bash")
        .args(["-c", &given])
        .output();
    let output = status.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs a definition from standard input.
fn run_text(definition: &Value, arguments: &[&str]) -> Ran {
    let all = [&["run", "-"], arguments].concat();
    stepwright(&all, &definition.to_string())
}

#[test]
#[cfg(unix)] // `cat`
fn integers_of_any_length_keep_their_digits() {
    const LONG: &str = "123456789012345678901234567890";
    let definition = format!(
        r#"{{"StartAt": "A", "States": {{
            "A": {{"Type": "Pass", "Result": {{"result": {LONG}, "zero": -0}}, "ResultPath": "$.a", "Next": "T"}},
            "T": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {{"FunctionName": "f", "Payload.$": "$"}}, "End": true}}
        }}}}"#
    );
    let input = format!(r#"{{"input": {LONG}, "zero": -0}}"#);
    let arguments = ["run", "-", "--input", &input, "--task", "T=cat"];
    let ran = stepwright(&arguments, &definition);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for member in ["input", "result"] {
        let written = format!("\"{member}\": {LONG}");
        assert!(ran.stdout.contains(&written), "{}", ran.stdout);
    }
    assert_eq!(
        ran.stdout.matches("\"zero\": 0").count(),
        2,
        "{}",
        ran.stdout
    );
}

#[test]
#[cfg(unix)] // `cat`
fn json_has_the_nesting_limit_of_the_runtime() {
    let definition = json!({"StartAt": "T", "States": {"T": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "OutputPath": "$.Payload", "End": true
    }}});
    let deep = format!("{}{}", "[".repeat(900), "]".repeat(900));
    let ran = run_text(&definition, &["--input", &deep, "--task", "T=cat"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let read: String = ran.stdout.split_whitespace().collect();
    assert_eq!(read, deep);
    let too_deep = format!("{}{}", "[".repeat(1_001), "]".repeat(1_001));
    run_text(&definition, &["--input", &too_deep]).failed(2, &["--input is not JSON", "1000"]);
}

#[test]
fn the_context_object_has_the_machine_name_of_the_file() {
    let folder = std::env::temp_dir().join(format!("stepwright-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("orders.asl.json");
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {
        "machine.$": "$$.StateMachine", "execution.$": "$$.Execution.Id"
    }, "End": true}}});
    std::fs::write(&file, definition.to_string()).unwrap();
    let output = stepwright(&["run", file.to_str().unwrap(), "--name", "one"], "").output();
    std::fs::remove_dir_all(&folder).unwrap();
    let prefix = "arn:aws:states:us-east-1:123456789012";
    assert_eq!(
        output,
        json!({
            "machine": {"Id": format!("{prefix}:stateMachine:orders"), "Name": "orders"},
            "execution": format!("{prefix}:execution:orders:one")
        })
    );
}

#[test]
fn an_invalid_escape_in_a_pattern_is_refused_by_validate() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$", "StringMatches": r"dir\x*", "Next": "B"}], "Default": "B"},
        "B": {"Type": "Succeed"}
    }});
    let ran = stepwright(&["validate", "-"], &definition.to_string());
    ran.failed(1, &["SW073", "backslash"]);
}

#[test]
fn a_distributed_map_in_an_express_machine_is_an_error() {
    let definition = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}
    }}}});
    run_text(&definition, &["--type", "express", "--input", "[]"]).failed(1, &["SW108"]);
}

#[test]
fn distributed_maps_read_and_write_objects_in_a_folder() {
    let folder = std::env::temp_dir().join(format!("stepwright-objects-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("in/2026")).unwrap();
    std::fs::create_dir_all(folder.join("out")).unwrap();
    std::fs::write(folder.join("in/2026/orders.csv"), "id,total\na,1\nb,2\n").unwrap();
    let definition = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "End": true,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Parameters": {"Bucket": "in", "Key": "2026/orders.csv"}
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "out", "Prefix": "results"}
        }
    }}});
    let output = run_text(&definition, &["--objects", folder.to_str().unwrap()]).output();
    let key = output["ResultWriterDetails"]["Key"].as_str().unwrap();
    let manifest = std::fs::read_to_string(folder.join("out").join(key)).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let key = manifest["ResultFiles"]["SUCCEEDED"][0]["Key"]
        .as_str()
        .unwrap();
    let results = std::fs::read_to_string(folder.join("out").join(key)).unwrap();
    let results: Value = serde_json::from_str(&results).unwrap();
    assert_eq!(results[1]["Input"], r#"{"id":"b","total":"2"}"#);

    run_text(&definition, &[]).failed(1, &["no object store", "--objects DIR"]);
    let missing = folder.join("none");
    run_text(&definition, &["--objects", missing.to_str().unwrap()])
        .failed(2, &["there is no such directory"]);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_unknown_service_is_only_a_warning_for_every_command() {
    let version = stepwright(&["--version"], "");
    assert_eq!(version.status, 0);
    let date = version
        .stdout
        .split("services: ")
        .nth(1)
        .expect("has a date");
    let date = date.trim_end().trim_end_matches(')');
    assert_eq!(date.len(), "2026-11-17".len(), "{}", version.stdout);
    for resource in ["brandnew:call", "aws-sdk:brandnew:call"] {
        let definition = json!({"StartAt": "Call", "States": {"Call": {
            "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "End": true}}});
        let text = definition.to_string();
        let said = format!("the service `brandnew` is not in the tables of {date}");
        let validated = stepwright(&["validate", "-"], &text);
        assert_eq!(validated.status, 0, "{}", validated.stdout);
        let warned = format!("{}{}", validated.stdout, validated.stderr);
        assert!(warned.contains(&said), "{warned}");
        let allowed = stepwright(&["validate", "--allow", "SW041", "-"], &text);
        let silent = format!("{}{}", allowed.stdout, allowed.stderr);
        assert!(!silent.contains("SW041"), "{silent}");
        let ran = stepwright(&["run", "-", "--task", "Call=true", "--input", "{}"], &text);
        assert!(!ran.stderr.contains("is not recognized"), "{}", ran.stderr);
        for arguments in [&["policy", "-"][..], &["estimate", "-"], &["graph", "-"]] {
            let ran = stepwright(arguments, &text);
            assert_eq!(ran.status, 0, "{arguments:?}: {}", ran.stderr);
        }
    }
    let near = json!({"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3vector:queryVectors", "End": true}}});
    stepwright(&["validate", "-"], &near.to_string())
        .failed(1, &["aws-sdk:s3vectors:queryVectors"]);
}
