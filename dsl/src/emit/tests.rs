//! Tests of the files that are written for workflows, and of the check that they are up to date.

use super::emission::Emission;
use super::mode::{Mode, RequestedMode};
use super::{EmitError, Workflows, WrittenFiles};
use crate::{Definition, MachineType, Payload, TaskError, task, workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("declined")]
    Declined,
}

#[task]
async fn charge_card(order: Order) -> Result<String, PaymentError>;

#[task(activity)]
async fn pack(order: Order) -> String;

workflow! {
    workflow OrderProcessing(order: Order) -> String {
        task Charge { charge_card(order); catch PaymentError::Declined => Pack; next Pack; }
        task Pack { let parcel = pack(order); end parcel; }
    }
}

workflow! {
    workflow Refund(id: String) -> String {
        succeed Done { id }
    }
}

/// A temporary folder of one test, removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder =
            std::env::temp_dir().join(format!("stepwright-emit-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Folder(folder)
    }

    fn write(&self, workflows: Workflows) -> Result<WrittenFiles, EmitError> {
        self.emit(Mode::Write, workflows)
    }

    fn check(&self, workflows: Workflows) -> Result<WrittenFiles, EmitError> {
        self.emit(Mode::Check, workflows)
    }

    fn emit(&self, mode: Mode, workflows: Workflows) -> Result<WrittenFiles, EmitError> {
        Emission::of_program(
            self.0.join("asl"),
            "make asl".to_owned(),
            RequestedMode::Always(mode),
        )
        .workflows(workflows)
        .write()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join("asl").join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn both() -> Workflows {
    Workflows::new()
        .workflow::<OrderProcessing>()
        .workflow::<Refund>()
}

fn names(files: &[PathBuf]) -> Vec<&str> {
    files
        .iter()
        .map(|file| file.file_name().unwrap().to_str().unwrap())
        .collect()
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn each_workflow_has_its_definition_schemas_and_substitutions() {
    let folder = Folder::new("files");
    let written = folder.write(both()).unwrap();
    let kinds = ["asl", "schemas", "substitutions", "policy"];
    let kinds = &kinds[..if cfg!(feature = "policy") { 4 } else { 3 }];
    let expected = ["order-processing", "refund"]
        .iter()
        .flat_map(|stem| kinds.iter().map(move |kind| format!("{stem}.{kind}.json")));
    assert_eq!(names(&written.files), expected.collect::<Vec<_>>());
    assert_eq!(written.changed, written.files);
    let definition = <OrderProcessing as crate::Workflow>::definition();
    assert_eq!(
        text(&folder.file("order-processing.asl.json")),
        format!("{definition}\n")
    );
    let schemas = <OrderProcessing as crate::Workflow>::schemas();
    assert_eq!(
        text(&folder.file("order-processing.schemas.json")),
        format!("{schemas}\n")
    );
    let substitutions: serde_json::Value =
        serde_json::from_str(&text(&folder.file("order-processing.substitutions.json"))).unwrap();
    assert_eq!(
        substitutions,
        serde_json::json!({
            "ChargeCardArn": {"standsFor": "Lambda function ARN", "states": ["Charge"]},
            "PackArn": {"standsFor": "activity ARN", "states": ["Pack"]},
        })
    );
    assert_eq!(text(&folder.file("refund.substitutions.json")), "{}\n");
}

#[test]
fn the_sources_of_states_are_written_and_not_compared() {
    let folder = Folder::new("sources");
    let written = folder.write(both()).unwrap();
    let path = folder.file("stepwright.sources.json");
    let sources: serde_json::Value = serde_json::from_str(&text(&path)).unwrap();
    for (_, states) in sources.as_object().unwrap() {
        for (_, place) in states.as_object().unwrap() {
            let place = place.as_str().unwrap();
            assert!(place.contains("emit/tests.rs:"), "{place}");
        }
    }
    assert!(!written.files.contains(&path));
    std::fs::write(&path, "{}").unwrap();
    folder.check(both()).unwrap();
    assert_eq!(text(&path), "{}");
}

#[test]
fn up_to_date_files_are_not_rewritten() {
    let folder = Folder::new("again");
    folder.write(both()).unwrap();
    let again = folder.write(both()).unwrap();
    assert!(again.changed.is_empty());
    std::fs::write(folder.file("refund.asl.json"), "{}").unwrap();
    let mended = folder.write(both()).unwrap();
    assert_eq!(names(&mended.changed), ["refund.asl.json"]);
    let left: Vec<_> = std::fs::read_dir(folder.0.join("asl")).unwrap().collect();
    assert_eq!(
        left.len(),
        // And the sources of the states.
        again.files.len() + 1,
        "the folder contains other files: {left:?}"
    );
}

#[test]
fn a_file_has_the_modification_time_of_the_program() {
    let folder = Folder::new("date");
    folder.write(both()).unwrap();
    let modified = |path: &Path| std::fs::metadata(path).unwrap().modified().unwrap();
    let program = std::env::current_exe().unwrap();
    assert_eq!(
        modified(&folder.file("refund.asl.json")),
        modified(&program)
    );
}

#[test]
fn check_reports_different_lines_and_writes_nothing() {
    let folder = Folder::new("drift");
    folder.write(both()).unwrap();
    folder.check(both()).unwrap();
    let file = folder.file("refund.asl.json");
    let drifted = text(&file).replace("\"StartAt\": \"Done\"", "\"StartAt\": \"Over\"");
    std::fs::write(&file, &drifted).unwrap();
    std::fs::remove_file(folder.file("refund.schemas.json")).unwrap();
    let error = folder.check(both()).unwrap_err();
    let drifts: Vec<PathBuf> = error.drifted().map(Path::to_owned).collect();
    assert_eq!(names(&drifts), ["refund.asl.json", "refund.schemas.json"]);
    let shown = error
        .to_string()
        .replace(&folder.0.display().to_string(), "");
    let shown = shown.replace('\\', "/");
    let line = text(&file)
        .lines()
        .position(|line| line.contains("StartAt"))
        .unwrap()
        + 1;
    assert_eq!(
        shown,
        format!(
            "/asl/refund.asl.json is not what the workflow `Refund` emits (- the file, + the workflow):\n\
             {line:>6} -   \"StartAt\": \"Over\",\n\
             {line:>6} +   \"StartAt\": \"Done\",\n\
             /asl/refund.schemas.json is missing; the workflow `Refund` emits it\n\
             run `make asl` and commit what it writes"
        )
    );
    assert_eq!(format!("{error:?}"), error.to_string(), "what `main` shows");
    assert_eq!(text(&file), drifted);
}

#[test]
fn crlf_line_endings_are_not_reported_as_drift() {
    let folder = Folder::new("crlf");
    folder.write(both()).unwrap();
    let file = folder.file("refund.asl.json");
    std::fs::write(&file, text(&file).replace('\n', "\r\n")).unwrap();
    folder.check(both()).unwrap();
}

#[test]
fn duplicate_file_names_and_an_empty_set_are_refused() {
    let folder = Folder::new("refused");
    let done = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
    let other = Definition::from_json("re_fund", MachineType::Standard, done).unwrap();
    let fine = Workflows::new().workflow::<Refund>().definition(&other);
    assert_eq!(
        names(&folder.write(fine).unwrap().files).last(),
        Some(&if cfg!(feature = "policy") {
            "re-fund.policy.json"
        } else {
            "re-fund.substitutions.json"
        })
    );
    let other = Definition::from_json("refund", MachineType::Standard, done).unwrap();
    let refused = |workflows: Workflows| folder.write(workflows).unwrap_err().to_string();
    assert_eq!(
        refused(Workflows::new().workflow::<Refund>().definition(&other)),
        "the workflows `Refund` and `refund` both have the file refund.asl.json; rename one"
    );
    assert_eq!(
        refused(both().workflow::<Refund>()),
        "the workflow `Refund` is listed twice; remove one of them"
    );
    assert_eq!(
        refused(Workflows::new()),
        "there is no workflow to write; add one with `.workflow::<OrderProcessing>()`"
    );
}

#[test]
fn file_names_are_workflow_names_in_kebab_case() {
    for (name, stem) in [
        ("OrderProcessing", "order-processing"),
        ("Order2Cash", "order2-cash"),
        ("HTTPProbe", "http-probe"),
        ("ProbeHTTP", "probe-http"),
        ("already-dashed", "already-dashed"),
        ("snake_case", "snake-case"),
        ("Snake_Case", "snake-case"),
        ("ÄpfelEssen", "äpfel-essen"),
        ("A", "a"),
        ("", ""),
    ] {
        assert_eq!(super::stem(name), stem);
    }
}
