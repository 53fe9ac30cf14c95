//! `stepwright import`: its output, and its error messages.
//!
//! The sources in `tests/tests/imported` are its output. There they are compiled, and their
//! definitions are compared with the originals. `UPDATE_IMPORTED=1` rewrites them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn import(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .arg("import")
        .args(arguments)
        .current_dir(project())
        .output()
        .unwrap()
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn source_of(definition: &str) -> String {
    let output = import(&[definition]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{definition}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn import_writes_the_sources_in_the_repository() {
    for (definition, source) in [
        ("examples/asl/checkout.asl.json", "checkout.rs"),
        ("examples/asl/discount.asl.json", "discount.rs"),
        ("tests/tests/imported/odds.asl.json", "odds.rs"),
        (
            "tests/tests/imported/order_processing.asl.json",
            "order_processing.rs",
        ),
        ("tests/tests/imported/shapes.asl.json", "shapes.rs"),
    ] {
        let written = source_of(definition);
        let file = project().join("tests/tests/imported").join(source);
        if std::env::var_os("UPDATE_IMPORTED").is_some() {
            std::fs::write(&file, &written).unwrap();
        }
        assert_eq!(
            written,
            std::fs::read_to_string(file).unwrap(),
            "{source} is old: UPDATE_IMPORTED=1"
        );
    }
}

#[test]
fn emitted_asl_is_imported_without_raw_blocks() {
    let source = source_of("tests/tests/imported/order_processing.asl.json");
    assert!(!source.contains("raw {"), "{source}");
    for said in [
        "let checked = validate_order(",
        "let decision: Value = wait_for_task_token request_review(RequestReviewInput {",
        "let payment = charge_card(ChargeCardInput {",
        "lambda_retries;",
    ] {
        assert!(source.contains(said), "no `{said}` in\n{source}");
    }
}

#[test]
fn an_existing_file_is_overwritten_only_with_force() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("existing.rs");
    let name = file.to_str().unwrap();
    std::fs::write(&file, "mine").unwrap();
    let definition = "examples/asl/discount.asl.json";
    let output = import(&[definition, "--output", name]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("existing.rs already exists"), "{said}");
    assert!(said.contains("--force"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");

    let output = import(&[definition, "--output", name, "--force"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        source_of(definition)
    );

    std::fs::remove_file(&file).unwrap();
    let output = import(&[definition, "--output", name]);
    assert!(output.status.success(), "{output:?}");
    assert!(file.exists());
}

/// The source of a machine with these states, the first one first.
fn source_of_states(name: &str, states: &str) -> String {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.asl.json"));
    std::fs::write(&file, format!(r#"{{"StartAt": "A", "States": {states}}}"#)).unwrap();
    source_of(file.to_str().unwrap())
}

const RETRIER: &str = r#"{
    "ErrorEquals": ["Lambda.ClientExecutionTimeoutException", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"],
    "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2
}"#;

#[test]
fn only_a_retrier_of_every_lambda_state_becomes_lambda_retries() {
    let call = |name: &str, retry: &str, next: &str| {
        format!(
            r#""{name}": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload",
            "Parameters": {{"FunctionName": "${{{name}{name}Arn}}", "Payload.$": "$"}}, "Retry": [{retry}], {next}}}"#
        )
    };
    let of = |first: &str, second: &str| {
        let first = call("A", first, r#""Next": "B""#);
        let second = call("B", second, r#""End": true"#);
        source_of_states("retriers", &format!("{{{first}, {second}}}"))
    };
    let busy = r#"{"ErrorEquals": ["Busy"]}"#;
    let all = r#"{"ErrorEquals": ["States.ALL"]}"#;
    let slower = RETRIER.replace("\"IntervalSeconds\": 2", "\"IntervalSeconds\": 3");
    for (first, second, is_said) in [
        (RETRIER.to_owned(), RETRIER.to_owned(), true),
        (
            format!("{busy}, {RETRIER}"),
            format!("{RETRIER}, {all}"),
            true,
        ),
        // Not on all states, at another position, or with other values.
        (RETRIER.to_owned(), busy.to_owned(), false),
        (RETRIER.to_owned(), format!("{RETRIER}, {busy}"), false),
        (RETRIER.to_owned(), slower, false),
    ] {
        let source = of(&first, &second);
        assert_eq!(source.contains("lambda_retries;"), is_said, "{source}");
        assert_eq!(
            !source.contains("Lambda.ServiceException"),
            is_said,
            "{source}"
        );
    }
}

#[test]
fn a_variable_that_may_be_read_before_it_is_assigned_stays_in_raw() {
    let of = |default: &str| {
        source_of_states(
            "variables",
            &format!(
                r#"{{"A": {{"Type": "Choice", "QueryLanguage": "JSONata", "Default": "{default}",
                    "Choices": [{{"Condition": "{{% $states.input.x %}}", "Next": "B"}}]}},
                "B": {{"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {{"x": "{{% 1 %}}"}}, "Next": "C"}},
                "C": {{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{{% $exists($x) ? $x : 0 %}}", "End": true}}}}"#
            ),
        )
    };
    assert!(
        of("B").contains(r#"let x: Value = jsonata!("1");"#),
        "{}",
        of("B")
    );
    assert!(
        of("C").contains(r#""Assign": { "x": "{% 1 %}" }"#),
        "{}",
        of("C")
    );
}

#[test]
fn a_number_without_a_rust_literal_is_refused_with_its_location() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("giant.asl.json");
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"n": 1e999}, "End": true}}}"#;
    std::fs::write(&file, text).unwrap();
    let output = import(&[file.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("/States/A/Result/n: 1e999"), "{said}");
}

#[test]
fn a_definition_with_errors_is_refused_with_its_diagnostics() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken.asl.json");
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#;
    std::fs::write(&file, text).unwrap();
    let output = import(&[file.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("SW020"), "{said}");
}

#[test]
fn an_invalid_rust_name_is_refused_with_a_suggestion() {
    let output = import(&["examples/asl/discount.asl.json", "--name", "my discount"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("--name MyDiscount"), "{said}");
}

/// Real-world definitions.
fn realworld() -> Vec<PathBuf> {
    let folder = crate::recordings::folder().join("realworld");
    let files = folder
        .read_dir()
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = files
        .map(|file| file.unwrap().path())
        .filter(|file| {
            // One of them is not JSON.
            let text = std::fs::read_to_string(file).unwrap();
            serde_json::from_str::<serde_json::Value>(&text).is_ok()
        })
        .collect();
    files.sort();
    files
}

/// Definitions that AWS has run, each in a separate file. They are of all kinds, and were written
/// to test the corner cases of the language.
fn recorded(folder: &Path) -> Vec<PathBuf> {
    let path = crate::recordings::folder().join("cases.jsonl");
    let cases = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut seen = std::collections::HashSet::new();
    let mut files = Vec::new();
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let definition = case["definition"].to_string();
        if seen.insert(definition.clone()) {
            let file = folder.join(format!("recorded{}.json", files.len()));
            std::fs::write(&file, definition).unwrap();
            files.push(file);
        }
    }
    files
}

/// Compiles all sources as one crate, which compares the emitted definitions with the originals.
#[test]
#[ignore = "compiles a separate project, and needs the recordings in STEPWRIGHT_RECORDINGS: cargo test -p stepwright-cli --test all import:: -- --ignored"]
fn real_world_definitions_compile_and_emit_themselves() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let mut modules = String::new();
    let mut checks = String::new();
    let files = realworld().into_iter().chain(recorded(&folder));
    for (index, file) in files.enumerate() {
        let source = format!("src/m{index}.rs");
        let to = folder.join(&source);
        let output = import(&[
            file.to_str().unwrap(),
            "--name",
            "Imported",
            "--output",
            to.to_str().unwrap(),
            "--force",
        ]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", file.display());
        modules.push_str(&format!("mod m{index};\n"));
        checks.push_str(&format!(
            "    same({:?}, &m{index}::Imported::definition().to_json());\n",
            file.to_str().unwrap()
        ));
    }
    let main = format!(
        "{modules}\nfn same(file: &str, emitted: &str) {{\n    let text = std::fs::read_to_string(file).unwrap();\n    \
         let wrote: serde_json::Value = serde_json::from_str(&text).unwrap();\n    \
         let emits: serde_json::Value = serde_json::from_str(emitted).unwrap();\n    \
         assert_eq!(wrote, emits, \"{{file}}\");\n}}\n\nfn main() {{\n{checks}}}\n"
    );
    std::fs::write(folder.join("src/main.rs"), main).unwrap();
    let manifest = format!(
        "[package]\nname = \"imported\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nschemars = \"1\"\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = {{ version = \"1\", features = [\"preserve_order\"] }}\n\
         stepwright = {{ path = {:?} }}\n\n[workspace]\n",
        project().join("dsl")
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(project().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn a_comment_of_a_retrier_becomes_a_rust_comment() {
    let source = source_of_states(
        "retried",
        r#"{"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:a", "End": true,
            "Retry": [{"Comment": "the gateway\nis slow", "ErrorEquals": ["States.Timeout"], "MaxAttempts": 3}]}}"#,
    );
    let said: Vec<&str> = source.lines().map(str::trim).collect();
    let at = said
        .iter()
        .position(|line| *line == "// the gateway")
        .unwrap_or_else(|| panic!("{source}"));
    assert_eq!(said[at + 1], "// is slow");
    assert!(
        said[at + 2].starts_with("retry States::Timeout (max_attempts: 3);"),
        "{source}"
    );
}

#[test]
fn a_generic_file_name_is_replaced_by_the_folder_name() {
    let folder = tempfile::tempdir().unwrap();
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    for (file, name) in [
        ("order-intake/statemachine.asl.json", "OrderIntake"),
        (
            "order-intake/statemachine/statemachine.asl.json",
            "OrderIntake",
        ),
        ("order-intake/state-machines/definition.json", "OrderIntake"),
        ("order-intake/refund.asl.json", "Refund"),
    ] {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, definition).unwrap();
        let source = source_of(path.to_str().unwrap());
        assert!(
            source.contains(&format!("workflow {name}(")),
            "{file}: {source}"
        );
    }
}

mod recordings {
    //! Tests with data outside of the repository.

    use super::*;

    #[test]
    #[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
    fn real_world_definitions_are_imported() {
        for file in realworld() {
            let source = source_of(file.to_str().unwrap());
            assert!(source.contains("workflow! {"), "{}", file.display());
        }
    }

    /// Maximum number of `raw` blocks for 100 states of real-world definitions.
    const RAW_BLOCKS: usize = 12;

    #[test]
    #[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
    fn few_real_world_states_need_raw_blocks() {
        let (mut states, mut blocks) = (0, 0);
        for file in realworld() {
            let text = std::fs::read_to_string(&file).unwrap();
            states += count(&serde_json::from_str(&text).unwrap());
            blocks += source_of(file.to_str().unwrap()).matches("raw {").count();
        }
        println!("{blocks} raw blocks in {states} states");
        assert!(
            blocks * 100 <= states * RAW_BLOCKS,
            "{blocks} raw blocks in {states} states are more than {RAW_BLOCKS} in 100"
        );
    }

    /// The number of states of a machine, including those of its branches and maps.
    fn count(body: &serde_json::Value) -> usize {
        let states = body["States"].as_object().unwrap();
        let inside = |state: &serde_json::Value| {
            let branches = state["Branches"].as_array().into_iter().flatten();
            let bodies = ["ItemProcessor", "Iterator"].map(|field| state.get(field));
            branches
                .chain(bodies.into_iter().flatten())
                .map(count)
                .sum::<usize>()
        };
        states.values().map(|state| 1 + inside(state)).sum()
    }
}
