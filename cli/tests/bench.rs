//! `stepwright bench`.

use std::path::{Path, PathBuf};

use crate::common::{Ran, stepwright};
use serde_json::{Value as Json, json};

/// A folder with workloads.
struct Workloads(PathBuf);

impl Workloads {
    fn new(test: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{test}"));
        // Files of an earlier run.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn add(&self, name: &str, states: &Json, expected: &Json, virtual_seconds: u32) {
        let folder = self.0.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let write = |file: &str, json: &Json| {
            std::fs::write(folder.join(file), json.to_string()).unwrap();
        };
        let first = states.as_object().unwrap().keys().next().unwrap();
        write(
            "definition.json",
            &json!({"StartAt": first, "States": states}),
        );
        write("input.json", &json!({"i": 1}));
        write("expected.json", expected);
        write(
            "meta.json",
            &json!({"transitions": states.as_object().unwrap().len(), "virtual_seconds": virtual_seconds}),
        );
    }

    fn path(&self) -> &Path {
        &self.0
    }

    /// The output line of a measurement.
    fn bench(&self, name: &str, more: &[&str]) -> Json {
        let ran = self.run(name, more);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert_eq!(ran.stdout.lines().count(), 1);
        serde_json::from_str(&ran.stdout).unwrap()
    }

    fn run(&self, name: &str, more: &[&str]) -> Ran {
        let mut arguments = vec![
            "bench",
            "--workloads",
            self.0.to_str().unwrap(),
            "--name",
            name,
        ];
        arguments.extend(more);
        stepwright(&arguments, "")
    }
}

fn call(function: &str) -> Json {
    let resource = format!("arn:aws:lambda:us-east-1:123456789012:function:{function}");
    json!({"Type": "Task", "Resource": resource, "End": true})
}

#[test]
fn a_result_line_has_the_times_of_each_repetition() {
    let workloads = Workloads::new("line");
    workloads.add("inc", &json!({"Inc": call("inc")}), &json!({"i": 2}), 0);
    let line = workloads.bench("inc", &["--executions", "20", "--reps", "3"]);
    for (key, value) in [
        ("peer", json!("stepwright")),
        ("workload", json!("inc")),
        ("executions", json!(20)),
        ("concurrency", json!(1)),
        ("transitions", json!(1)),
        ("correct", json!(true)),
        ("type", json!("STANDARD")),
        ("history", json!("on")),
        ("limits", json!("raised")),
        ("store", json!(false)),
    ] {
        assert_eq!(line[key], value, "{key}");
    }
    for key in ["wall_ms", "cpu_ms"] {
        let all = line[key].as_array().unwrap();
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|ms| ms.as_f64().unwrap() > 0.0), "{line}");
    }
    assert!(line["rss_peak_kb"].is_u64() || !cfg!(target_os = "linux"));
    assert!(line["transitions_per_s"].as_f64().unwrap() > 0.0);
}

#[test]
fn echo_and_flaky_workloads_have_the_expected_output() {
    let workloads = Workloads::new("functions");
    workloads.add("echo", &json!({"Echo": call("echo")}), &json!({"i": 1}), 0);
    let mut flaky = call("flaky2");
    flaky["Retry"] = json!([{"ErrorEquals": ["Flaky"], "IntervalSeconds": 60, "MaxAttempts": 2}]);
    workloads.add(
        "flaky2",
        &json!({"Flaky": flaky}),
        &json!({"ok": true}),
        180,
    );
    for more in [
        &[][..],
        &["--history", "off"],
        &["--executions", "50", "--concurrency", "7", "--threads", "2"],
    ] {
        for name in ["echo", "flaky2"] {
            assert_eq!(workloads.bench(name, more)["correct"], json!(true));
        }
    }
    assert_eq!(
        workloads.bench("echo", &["--history", "off"])["type"],
        json!("EXPRESS")
    );
}

#[test]
fn wrong_output_and_a_failed_execution_are_reported() {
    let workloads = Workloads::new("wrong");
    workloads.add("wrong", &json!({"Echo": call("echo")}), &json!({"i": 2}), 0);
    let ran = workloads.run("wrong", &[]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains(r#""correct":false"#), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("did not have the output in expected.json"),
        "{}",
        ran.stderr
    );
    workloads.add(
        "fails",
        &json!({"F": {"Type": "Fail", "Error": "Oh", "Cause": "no"}}),
        &json!(1),
        0,
    );
    let ran = workloads.run("fails", &[]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr
            .contains("an execution ended with FAILED: Oh: no"),
        "{}",
        ran.stderr
    );
}

#[test]
fn executions_are_stored_in_a_new_file() {
    let workloads = Workloads::new("store");
    workloads.add("inc", &json!({"Inc": call("inc")}), &json!({"i": 2}), 0);
    let store = workloads.path().join("bench.db");
    let store = store.to_str().unwrap();
    let line = workloads.bench(
        "inc",
        &["--store", store, "--executions", "20", "--concurrency", "4"],
    );
    assert_eq!(
        (&line["store"], &line["correct"]),
        (&json!(true), &json!(true))
    );
    assert!(line["raw_records_per_s"].as_f64().unwrap() > 0.0, "{line}");
    let percentile = |key: &str| line[key].as_f64().unwrap();
    assert!(percentile("p50_ms") <= percentile("p99_ms"), "{line}");
    let again = workloads.run("inc", &["--store", store]);
    assert_eq!(again.status, 2);
    assert!(
        again
            .stderr
            .contains("it exists; a benchmark needs a new file"),
        "{}",
        again.stderr
    );
    let kept = stepwright(
        &[
            "executions",
            "--store",
            store,
            "--status",
            "SUCCEEDED",
            "--limit",
            "1000",
            "--format",
            "json",
        ],
        "",
    );
    let kept: Json = serde_json::from_str(&kept.stdout).unwrap();
    assert_eq!(kept["executions"].as_array().unwrap().len(), 6 * 20);
}

#[test]
fn parked_executions_are_measured_and_resumed() {
    let workloads = Workloads::new("parked");
    let wait = json!({"Wait": {"Type": "Wait", "Seconds": 3_600, "End": true}});
    workloads.add("wait", &wait, &json!({"i": 1}), 3_600);
    let store = workloads.path().join("bench.db");
    let line = workloads.bench(
        "wait",
        &[
            "--measure",
            "parked",
            "--executions",
            "200",
            "--concurrency",
            "8",
            "--store",
            store.to_str().unwrap(),
        ],
    );
    for key in ["started_ms", "resumed_ms"] {
        assert!(line[key].is_u64(), "{line}");
    }
    if cfg!(target_os = "linux") {
        assert!(line["rss_bytes_per_execution"].is_u64(), "{line}");
        assert!(line["cpu_percent"].is_number(), "{line}");
    }
}

#[test]
fn invalid_options_are_refused() {
    let workloads = Workloads::new("refused");
    workloads.add("echo", &json!({"Echo": call("echo")}), &json!({"i": 1}), 0);
    let commit_failed = workloads.path().join("not.db");
    let commit_failed = commit_failed.to_str().unwrap();
    for (name, more, why) in [
        ("nothing", &[][..], "there is no folder"),
        (
            "echo",
            &["--history", "off", "--type", "standard"],
            "Standard executions always have a history",
        ),
        (
            "echo",
            &["--type", "express", "--store", commit_failed],
            "Express executions cannot be stored",
        ),
        (
            "echo",
            &["--executions", "0"],
            "expected a number of at least 1",
        ),
    ] {
        let ran = workloads.run(name, more);
        assert_eq!(ran.status, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
}
