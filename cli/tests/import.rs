//! `stepwright import`: what it writes, and what it says where it cannot.
//!
//! The sources in `tests/tests/imported` are what it wrote; there they are compiled, and their definitions are held against those
//! that they came from. `UPDATE_IMPORTED=1` writes them anew.

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
fn the_sources_that_are_compiled_are_those_that_are_written() {
    for (definition, source) in [
        ("examples/asl/checkout.asl.json", "checkout.rs"),
        ("examples/asl/discount.asl.json", "discount.rs"),
        ("tests/tests/imported/odds.asl.json", "odds.rs"),
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
fn a_number_that_rust_has_no_literal_for_is_named_with_its_place() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("giant.asl.json");
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"n": 1e999}, "End": true}}}"#;
    std::fs::write(&file, text).unwrap();
    let output = import(&[file.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("/States/A/Result/n: 1e999"), "{said}");
}

#[test]
fn a_definition_with_errors_is_refused_with_its_findings() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken.asl.json");
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#;
    std::fs::write(&file, text).unwrap();
    let output = import(&[file.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("SW020"), "{said}");
}

#[test]
fn a_name_that_rust_does_not_take_is_refused_with_one_that_it_takes() {
    let output = import(&["examples/asl/discount.asl.json", "--name", "my discount"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("--name MyDiscount"), "{said}");
}

/// The definitions that people wrote, where they are on this machine.
fn realworld() -> Vec<PathBuf> {
    let folder = project().join("../shared/conformance/realworld");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no definitions on this machine");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = files
        .map(|file| file.unwrap().path())
        .filter(|file| {
            // One of them is no JSON.
            let text = std::fs::read_to_string(file).unwrap();
            serde_json::from_str::<serde_json::Value>(&text).is_ok()
        })
        .collect();
    files.sort();
    files
}

#[test]
fn whatever_people_wrote_is_imported() {
    for file in realworld() {
        let source = source_of(file.to_str().unwrap());
        assert!(source.contains("workflow! {"), "{}", file.display());
    }
}

/// Compiles the sources of all of them as a crate of its own, which compares what they emit with what they came from.
#[test]
#[ignore = "compiles a project of its own: cargo test -p stepwright-cli --test import -- --ignored"]
fn whatever_people_wrote_compiles_and_emits_itself() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let mut modules = String::new();
    let mut checks = String::new();
    for (index, file) in realworld().into_iter().enumerate() {
        let source = format!("src/m{index}.rs");
        let to = folder.join(&source);
        let output = import(&[
            file.to_str().unwrap(),
            "--name",
            "Imported",
            "--output",
            to.to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{}", file.display());
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
