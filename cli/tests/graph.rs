//! `stepwright graph`.

use crate::common::{Ran, stepwright};
use std::path::{Path, PathBuf};
use std::process::Command;

fn graph(arguments: &[&str], stdin: &str) -> Ran {
    stepwright(&[&["graph"], arguments].concat(), stdin)
}

/// A temporary file.
struct Temporary(PathBuf);

impl Temporary {
    fn named(name: &str) -> Self {
        let name = format!("stepwright-graph-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const BROKEN: &str = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Next": "Wave"}, "Bow": {"Type": "Succeed"}}}"#;

#[test]
fn each_format_starts_with_its_header() {
    for (format, beginning) in [
        ("mermaid", "flowchart TD\n"),
        ("dot", "digraph "),
        ("svg", "<svg "),
        ("html", "<!doctype html>"),
    ] {
        let ran = graph(&["checkout.asl.json", "--format", format], "");
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{format}");
        assert!(ran.stdout.starts_with(beginning), "{format}");
        assert!(ran.stdout.contains("Charge"), "{format}");
    }
}

#[test]
fn mermaid_is_the_default_format() {
    let ran = graph(&["checkout.asl.json"], "");
    assert!(ran.stdout.starts_with("flowchart TD\n"), "{}", ran.stdout);
}

#[test]
fn the_file_extension_of_the_output_selects_the_format() {
    for (name, beginning) in [
        ("a.svg", "<svg "),
        ("a.HTML", "<!doctype html>"),
        ("a.dot", "digraph "),
        ("a.md", "flowchart TD\n"),
    ] {
        let file = Temporary::named(name);
        let ran = graph(&["refund.asl.yaml", "--output", file.path()], "");
        assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
        let text = std::fs::read_to_string(&file.0).unwrap();
        assert!(text.starts_with(beginning), "{name}");
    }
}

#[test]
fn an_unknown_file_extension_is_refused_with_the_known_formats() {
    for (name, said) in [
        (
            "a.png",
            "use Graphviz to convert the output of `--format dot` to .png",
        ),
        ("a.PDF", "convert the output of `--format dot` to .pdf"),
        ("a.txt", "--format selects the format for any file name"),
    ] {
        let file = Temporary::named(name);
        let ran = graph(&["refund.asl.yaml", "-o", file.path()], "");
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        let formats = "the formats are .mmd (Mermaid), .dot, .svg and .html";
        assert!(ran.stderr.contains(formats), "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
        assert!(!file.0.exists(), "{name} is written");
    }
    // An explicit format takes precedence over the file name.
    let file = Temporary::named("b.txt");
    let ran = graph(
        &["refund.asl.yaml", "-o", file.path(), "--format", "dot"],
        "",
    );
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let file = Temporary::named("no-ending");
    let ran = graph(&["refund.asl.yaml", "-o", file.path()], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}

#[test]
fn a_definition_is_read_from_standard_input() {
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/asl/checkout.asl.json"),
    )
    .unwrap();
    let by_name = graph(&["checkout.asl.json", "--format", "svg"], "");
    let by_input = graph(&["-", "--format", "svg"], &text);
    assert_eq!(by_name.stdout, by_input.stdout);
}

#[test]
fn a_definition_with_errors_is_drawn_and_its_errors_are_reported() {
    let ran = graph(&["-", "--format", "svg"], BROKEN);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("no state has that name"));
    assert!(ran.stderr.contains("Wave"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the diagram may be incomplete"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_definition_without_states_cannot_be_drawn() {
    for text in [
        "",
        "{\"StartAt\": ",
        "{}",
        "[1]",
        r#"{"StartAt": "A", "States": {}}"#,
    ] {
        let ran = graph(&["-"], text);
        assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{text}");
        assert!(
            ran.stderr.contains("nothing to draw"),
            "{text}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains("error[SW"), "{text}: {}", ran.stderr);
    }
}

#[test]
fn unreadable_input_and_unwritable_output_are_usage_errors() {
    let ran = graph(&["nowhere.asl.json"], "");
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("nowhere.asl.json"), "{}", ran.stderr);
    let ran = graph(&["checkout.asl.json", "-o", "no/such/folder/a.svg"], "");
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("no/such/folder/a.svg"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        graph(&["checkout.asl.json", "--format", "png"], "").status,
        2
    );
}

/// The history of an order that exceeds the card's limit: `Charge` fails and is caught.
fn history() -> Temporary {
    let history = Temporary::named(&format!("history-{:?}.json", std::thread::current().id()));
    let status = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .current_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/asl"))
        .args([
            "run",
            "checkout.asl.json",
            "--mocks",
            "MockConfigFile.json",
            "--case",
            "DeclinedCard",
        ])
        .args([
            "--input",
            r#"{"id": 7, "total": 12}"#,
            "--history",
            history.path(),
        ])
        .output()
        .unwrap();
    assert!(history.0.exists(), "{status:?}");
    history
}

#[test]
fn states_are_coloured_by_their_outcome_in_a_history() {
    let history = history();
    let ran = graph(
        &[
            "checkout.asl.json",
            "--history",
            history.path(),
            "--format",
            "svg",
        ],
        "",
    );
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    for text in ["execution failed", "is-caught", "is-unentered", "is-taken"] {
        assert!(ran.stdout.contains(text), "{text}");
    }
    let ran = graph(&["checkout.asl.json", "--history", history.path()], "");
    assert!(ran.stdout.contains("error caught"), "{}", ran.stdout);
}

#[test]
fn a_history_of_another_definition_is_reported() {
    let history = history();
    let ran = graph(&["refund.asl.yaml", "--history", history.path()], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("the history belongs to another definition"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_invalid_history_is_a_usage_error() {
    for (file, text) in [
        ("nowhere.json", "nowhere.json"),
        ("discount.input.json", "no list `events`"),
    ] {
        let ran = graph(&["checkout.asl.json", "--history", file], "");
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains(text), "{}", ran.stderr);
    }
}

#[test]
fn the_diagram_guide_shows_the_actual_diagrams() {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let read = |name: &str| std::fs::read_to_string(docs.join(name)).unwrap();
    let history = history();
    for (shown, arguments) in [
        (
            "images/checkout.svg",
            vec!["checkout.asl.json", "--format", "svg"],
        ),
        (
            "images/declined.svg",
            vec![
                "checkout.asl.json",
                "--format",
                "svg",
                "--history",
                history.path(),
            ],
        ),
    ] {
        let ran = graph(&arguments, "");
        assert!(
            ran.stdout == read(shown),
            "draw docs/{shown} anew: stepwright graph {arguments:?}"
        );
    }
    let mermaid = format!(
        "```mermaid\n{}```\n",
        graph(&["checkout.asl.json"], "").stdout
    );
    assert!(
        read("guides/diagrams.md").contains(&mermaid),
        "docs/guides/diagrams.md shows another flowchart than\n{mermaid}"
    );
}
