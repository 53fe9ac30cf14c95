//! Coverage of a whole suite.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};
use stepwright_runtime::testing::{MeasuredWorkflow, Mock, Mocks, SuiteCoverage};
use stepwright_runtime::{Engine, MachineType, StartOptions};

use crate::testing::support::{machine, orders};

/// A temporary directory, which is removed when the value is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        Self(std::env::temp_dir().join(format!("stepwright-suite-{id}-{name}")))
    }

    fn read(&self) -> SuiteCoverage {
        SuiteCoverage::read(&self.0).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A machine that starts the machine `child` and then has a Distributed Map.
fn parent() -> Json {
    json!({"StartAt": "Child", "States": {
        "Child": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "ResultPath": null, "Next": "Each",
            "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child", "Input": {}},
        },
        "Each": {
            "Type": "Map", "End": true, "ItemsPath": "$.items",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "Large?", "States": {
                    "Large?": {"Type": "Choice", "Default": "Small", "Choices": [{"Variable": "$", "NumericGreaterThan": 10, "Next": "Large"}]},
                    "Small": {"Type": "Succeed"}, "Large": {"Type": "Succeed"},
                },
            },
        },
    }})
}

fn child() -> Json {
    json!({"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": true}}})
}

async fn run(folder: Option<&Path>, items: Json) {
    let mut builder = Engine::builder()
        .register_definition("parent", &machine(&parent()), MachineType::Standard)
        .register_definition("child", &machine(&child()), MachineType::Standard)
        .virtual_time();
    if let Some(folder) = folder {
        builder = builder.coverage(folder);
    }
    let engine = builder.build().unwrap();
    let input = json!({ "items": items });
    let run = engine.start_machine("parent", input, StartOptions::new());
    run.await.unwrap().await.unwrap();
}

fn coverage_of<'s>(suite: &'s SuiteCoverage, name: &str) -> &'s MeasuredWorkflow {
    let mut workflows = suite.workflows().iter();
    workflows.find(|workflow| workflow.name == name).unwrap()
}

#[tokio::test]
async fn nested_workflows_and_map_run_children_count_for_coverage() {
    let folder = Folder::new("children");
    run(Some(&folder.0), json!([1])).await;
    let suite = folder.read();
    assert_eq!(coverage_of(&suite, "child").coverage.percent(), 100.0);
    assert_eq!(
        coverage_of(&suite, "parent").coverage.missing(),
        ["state `Large`", "transition `Large?` -> `Large`"]
    );
    run(Some(&folder.0), json!([100, 200])).await;
    let suite = folder.read();
    assert_eq!(suite.percent(), 100.0);
    suite.assert_at_least(100.0);
    let parent = &coverage_of(&suite, "parent").coverage;
    assert_eq!(parent.runs(), 2, "children are no runs");
    let large = parent.states().iter().find(|state| state.name == "Large");
    assert_eq!(large.map(|state| state.count), Some(2));
}

#[test]
fn many_threads_write_at_once() {
    let folder = Folder::new("threads");
    std::thread::scope(|scope| {
        for number in 0..16 {
            let folder = &folder.0;
            scope.spawn(move || {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                for item in 0..5 {
                    runtime.block_on(run(Some(folder), json!([number * item])));
                }
            });
        }
    });
    let suite = folder.read();
    assert_eq!(suite.workflows().len(), 2);
    assert_eq!(coverage_of(&suite, "parent").coverage.runs(), 80);
    assert_eq!(coverage_of(&suite, "child").coverage.runs(), 80);
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[tokio::test]
#[ignore = "run by processes_are_merged, in separate processes"]
async fn a_measured_process() {
    run(None, json!([1])).await;
}

#[test]
fn processes_are_merged() {
    let folder = Folder::new("processes");
    let start = |folder: &Path| {
        Command::new(std::env::current_exe().unwrap())
            .args([
                "testing::coverage_suite::a_measured_process",
                "--exact",
                "--ignored",
            ])
            .env("STEPWRIGHT_COVERAGE", folder)
            .output()
            .unwrap()
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(start(&folder.0).status.success()));
        }
    });
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 4);
    assert_eq!(coverage_of(&folder.read(), "parent").coverage.runs(), 4);

    let refused = start(Path::new("target/coverage"));
    assert!(!refused.status.success());
    let text = [refused.stdout, refused.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains("give it an absolute path"), "{text}");
}

#[tokio::test]
async fn a_machine_that_is_added_to_a_running_engine_is_measured() {
    let folder = Folder::new("added");
    let builder = Engine::builder().coverage(&folder.0).virtual_time();
    let engine = builder.build().unwrap();
    for result in [1, 2] {
        let state = json!({"Type": "Pass", "Result": result, "End": true});
        let text = json!({"StartAt": "A", "States": {"A": state}}).to_string();
        let added = engine.register_json("orders", &text, MachineType::Standard);
        added.unwrap();
    }
    let started = engine.execute_machine("orders", json!({}), StartOptions::new());
    started.await.unwrap();
    let suite = folder.read();
    let runs = suite.workflows().iter();
    let mut runs: Vec<_> = runs.map(|workflow| workflow.coverage.runs()).collect();
    runs.sort_unstable();
    assert_eq!(runs, [0, 1]);
}

#[tokio::test]
async fn a_definition_without_runs_has_zero_coverage() {
    let folder = Folder::new("nothing");
    let build = |folder: &Path| {
        Engine::builder()
            .register_definition("orders", &machine(&orders()), MachineType::Standard)
            .tasks(Mocks::new().function("charge", Mock::output(json!({"total": 5}))))
            .coverage(folder)
            .virtual_time()
            .build()
            .unwrap()
    };
    let engine = build(&folder.0);
    let suite = folder.read();
    assert_eq!(suite.percent(), 0.0);
    assert!(
        suite.to_string().starts_with("orders: coverage 0.0 %"),
        "{suite}"
    );
    let started = engine.execute_machine("orders", json!({}), StartOptions::new());
    started.await.unwrap();
    let mut changed = orders();
    changed["States"]["Thank"]["Comment"] = json!("kindly");
    let now = MeasuredWorkflow::new("Orders", machine(&changed).to_value());
    let other = MeasuredWorkflow::new("Refunds", machine(&child()).to_value());
    let held = folder.read().held_against([now, other]);
    assert_eq!(
        held.workflows()[0].coverage.runs(),
        1,
        "the name is the same"
    );
    assert_eq!(held.workflows()[1].coverage.runs(), 0);
    assert_eq!(held.to_json()["workflows"][1]["name"], "Refunds");
    let named = folder.read().named(|name| name == "refunds");
    assert!(named.workflows().is_empty());
}

#[tokio::test]
async fn a_redriven_execution_counts_once() {
    let folder = Folder::new("redriven");
    let charge = Mock::failure("Broken", "")
        .times(1)
        .then(Mock::output(json!({"total": 5})));
    let engine = Engine::builder()
        .register_definition("orders", &machine(&orders()), MachineType::Standard)
        .tasks(Mocks::new().function("charge", charge))
        .coverage(&folder.0)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start_machine("orders", json!({}), StartOptions::new());
    let run = run.await.unwrap();
    run.report().await;
    engine.redrive(run.id()).await.unwrap().report().await;
    let suite = folder.read();
    let coverage = &suite.workflows()[0].coverage;
    assert_eq!(coverage.runs(), 1);
    let count = |name: &str| {
        let mut states = coverage.states().iter();
        states.find(|state| state.name == name).unwrap().count
    };
    assert_eq!((count("Cool"), count("Done")), (1, 1));
}

#[tokio::test]
async fn a_truncated_line_is_ignored_and_a_foreign_file_is_refused() {
    let folder = Folder::new("cut");
    run(Some(&folder.0), json!([1])).await;
    let whole = folder.read();
    let file = std::fs::read_dir(&folder.0)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let mut text = std::fs::read_to_string(file.path()).unwrap();
    text.push_str(r#"{"of": 0, "runs": 1, "sta"#);
    std::fs::write(file.path(), text).unwrap();
    assert_eq!(folder.read(), whole);
    std::fs::write(folder.0.join("other.jsonl"), "{\"a\": 1}\n").unwrap();
    let error = SuiteCoverage::read(&folder.0).unwrap_err().to_string();
    assert!(
        error.ends_with("other.jsonl:1: this is not a coverage file"),
        "{error}"
    );

    let empty = Folder::new("empty");
    std::fs::create_dir_all(&empty.0).unwrap();
    let error = || SuiteCoverage::read(&empty.0).unwrap_err().to_string();
    assert!(
        error().contains("run the tests with STEPWRIGHT_COVERAGE"),
        "{}",
        error()
    );
    // An engine without state machines writes a file without workflows.
    let engine = Engine::builder().coverage(&empty.0).build().unwrap();
    drop(engine);
    assert_eq!(std::fs::read_dir(&empty.0).unwrap().count(), 1);
    assert!(
        error().contains("run the tests with STEPWRIGHT_COVERAGE"),
        "{}",
        error()
    );
}
