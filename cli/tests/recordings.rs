//! Real-world definitions, run with mocks. They are outside of the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// The recorded executions, which are outside of the repository.
pub(crate) fn folder() -> PathBuf {
    let recordings = std::env::var_os("STEPWRIGHT_RECORDINGS")
        .expect("STEPWRIGHT_RECORDINGS is the folder of the recordings");
    Path::new(&recordings).join("conformance")
}

/// Runs a definition with a mock file.
fn run(definition: &str, input: &Value, mocks: &Value) -> (i32, String, String) {
    let file = folder().join("realworld").join(definition);
    if let Err(error) = file.metadata() {
        panic!("{}: {error}", file.display());
    }
    let mock_file: PathBuf = std::env::temp_dir().join(format!(
        "stepwright-mocks-{}-{definition}",
        std::process::id()
    ));
    std::fs::write(&mock_file, mocks.to_string()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .arg("run")
        .arg(&file)
        .args(["--input", &input.to_string(), "--case", "Case", "--mocks"])
        .arg(&mock_file)
        .output()
        .unwrap();
    std::fs::remove_file(&mock_file).unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
fn a_query_is_polled_until_it_has_finished() {
    let mocks = json!({
        "StateMachines": {"Unload": {"TestCases": {"Case": {
            "ExecuteStatement": "Started",
            "DescribeStatement": "FinishesAtLast",
            "Get manifest file": "Manifest",
        }}}},
        "MockedResponses": {
            "Started": {"0": {"Return": {"Id": "q-1"}}},
            "FinishesAtLast": {
                "0-1": {"Return": {"Id": "q-1", "Status": "STARTED"}},
                "2": {"Return": {"Id": "q-1", "Status": "FINISHED"}},
            },
            "Manifest": {"0": {"Return": {"Body": "{\"entries\": [1, 2]}"}}},
        },
    });
    let input = json!({
        "redshift_workgroup": "team", "redshift_database": "sales", "output_bucket": "results",
        "query_without_unload": "select 1",
    });
    let file = "redshift-serverless-unload-statemachine-statemachine-asl-json.json";
    let (status, stdout, stderr) = run(file, &input, &mocks);
    assert_eq!(status, 0, "{stderr}");
    let output: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        output["getManifest"],
        json!({"result": {"entries": [1, 2]}})
    );
    assert_eq!(output["describeStatement"]["Status"], "FINISHED");
    assert!(output["uuid"].is_string());
}

#[test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
fn a_branch_that_fails_on_purpose_ends_the_parallel_state() {
    let mut states = serde_json::Map::new();
    states.insert("Log execution in DynamoDB".to_owned(), json!("Written"));
    for process in 1..=3 {
        states.insert(format!("Mock Process {process}"), json!("Done"));
        states.insert(format!("Update Process{process} Success"), json!("Written"));
        states.insert(
            format!("Get Process Completion Statuses{process}"),
            json!("Both"),
        );
    }
    states.insert(
        "Update \"Ran Out of time\" to False (if needed)".to_owned(),
        json!("NotNeeded"),
    );
    states.insert("Get Process Completion Status".to_owned(), json!("Both"));
    let mocks = json!({
        "StateMachines": {"Quorum": {"TestCases": {"Case": states}}},
        "MockedResponses": {
            "NotNeeded": {"0": {"Throw": {"Error": "DynamoDB.ConditionalCheckFailedException", "Cause": "not needed"}}},
            "Written": {"0": {"Return": {}}},
            "Done": {"0": {"Return": {"StatusCode": 200, "Payload": {"ok": true}}}},
            "Both": {"0": {"Return": {"Item": {"successful_processes": {"L": ["Process1", "Process2"]}}}}},
        },
    });
    let file = "quorum-with-parallel-pattern-statemachine-statemachine-asl-json.json";
    let (status, stdout, stderr) = run(file, &json!({"quorum": 2}), &mocks);
    assert_eq!(status, 0, "{stderr}");
    let output: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        output["Item"]["successful_processes"]["L"],
        json!(["Process1", "Process2"])
    );
}
