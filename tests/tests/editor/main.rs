//! Editor support inside of `workflow!` and of functions under `#[workflow]`: completion, hover,
//! definitions, references, renaming.
//!
//! Drives rust-analyzer: `.ci/nightly editor`, or
//! `cargo test -p stepwright-tests --test editor -- --ignored --nocapture` after
//! `rustup component add rust-analyzer rust-src`. It prints the result as a table.

mod function;
mod server;
mod workflow;

use std::path::Path;

use serde_json::{Value, json};
use server::Server;

const TYPES: &str = r#"use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Order { pub id: String, pub total: f64, pub lines: Vec<Line> }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Line { pub sku: String, pub quantity: u32 }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Receipt { pub order: String, pub tracking: String }

#[derive(Debug, TaskError)]
pub enum PaymentError { GatewayTimeout, Declined { reason: String } }

impl std::fmt::Display for PaymentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("payment") }
}

impl std::error::Error for PaymentError {}

/// Charges the customer's card.
#[task]
pub async fn charge_card(order: Order) -> Result<String, PaymentError> { Ok(order.id) }
"#;

/// The request, and the expected content of the response.
enum Ask {
    Complete(&'static [&'static str]),
    Hover(&'static str),
    /// The line of the definition.
    Definition(&'static str),
    /// The number of references, including the definition.
    References(usize),
    /// The number of changed locations.
    Rename(usize),
}

/// A change of the source: `find` becomes `put`, in which `|` is the cursor.
struct Case {
    what: &'static str,
    find: &'static str,
    put: &'static str,
    ask: Ask,
}

fn case(what: &'static str, find: &'static str, put: &'static str, ask: Ask) -> Case {
    Case {
        what,
        find,
        put,
        ask,
    }
}

#[test]
#[ignore = "needs rust-analyzer: .ci/nightly editor"]
fn rust_analyzer_understands_workflows() {
    let source = format!("use stepwright::prelude::*;\n{TYPES}{}", workflow::SOURCE);
    check("editor", &source, workflow::cases());
}

#[test]
#[ignore = "needs rust-analyzer: .ci/nightly editor"]
fn rust_analyzer_understands_functions() {
    let source = format!("use stepwright::function::*;\n{TYPES}{}", function::SOURCE);
    check("editor-function", &source, function::cases());
}

fn check(package: &str, source: &str, cases: Vec<Case>) {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package);
    write_package(&package, source);
    let mut server = Server::start(&package);
    server.open(source);
    let mut missing = Vec::new();
    println!("| action | expected | got |\n|---|---|---|");
    for case in cases {
        assert!(source.contains(case.find), "{}", case.what);
        let changed = source.replacen(case.find, case.put, 1);
        let start = source.find(case.find).unwrap_or_default();
        let cursor = start + case.put.find('|').unwrap_or_default();
        let text = format!("{}{}", &changed[..cursor], &changed[cursor + 1..]);
        server.change(&text);
        let (expected, got, holds) = ask(&mut server, &case.ask, &text, cursor);
        println!("| {} | {expected} | {got} |", case.what);
        if !holds {
            missing.push(case.what);
        }
    }
    assert!(missing.is_empty(), "not known: {missing:#?}");
}

fn ask(server: &mut Server, ask: &Ask, text: &str, cursor: usize) -> (String, String, bool) {
    match ask {
        Ask::Complete(labels) => {
            let answer = server.at("textDocument/completion", text, cursor, &json!({}));
            let items = answer["items"].as_array().or(answer.as_array());
            let offered: Vec<&str> = items
                .map(Vec::as_slice)
                .unwrap_or_default()
                .iter()
                .filter_map(|item| item["label"].as_str())
                .map(|label| label.split(['(', ' ', '…']).next().unwrap_or(label))
                .collect();
            let (found, absent): (Vec<&str>, Vec<&str>) =
                labels.iter().partition(|label| offered.contains(label));
            let got = match (found.is_empty(), absent.is_empty()) {
                (_, true) => found.join(", "),
                (true, _) => format!(
                    "none of them, {} others {:?}",
                    offered.len(),
                    offered.iter().take(5).collect::<Vec<_>>()
                ),
                _ => format!("{}; not {}", found.join(", "), absent.join(", ")),
            };
            (labels.join(", "), got, absent.is_empty())
        }
        Ask::Hover(part) => {
            let answer = server.at("textDocument/hover", text, cursor, &json!({}));
            let shown = answer["contents"]["value"].as_str().unwrap_or("nothing");
            let holds = shown.contains(part);
            let last = shown.lines().rfind(|line| !line.trim().is_empty());
            let got = if holds {
                part
            } else {
                last.unwrap_or("nothing")
            };
            ((*part).to_owned(), got.to_owned(), holds)
        }
        Ask::Definition(line) => {
            let answer = server.at("textDocument/definition", text, cursor, &json!({}));
            let place = match &answer {
                Value::Array(places) => places.first().cloned().unwrap_or_default(),
                one => one.clone(),
            };
            let range = place.get("targetSelectionRange").or(place.get("range"));
            let number = range.and_then(|range| range["start"]["line"].as_u64());
            let number = number.and_then(|number| usize::try_from(number).ok());
            let got = number.and_then(|number| text.lines().nth(number));
            let got = got.unwrap_or("nothing").trim();
            ((*line).to_owned(), got.to_owned(), got.contains(line))
        }
        Ask::References(count) => {
            let more = json!({ "context": { "includeDeclaration": true } });
            let answer = server.at("textDocument/references", text, cursor, &more);
            let got = answer.as_array().map_or(0, Vec::len);
            (
                format!("{count} places"),
                format!("{got} places"),
                got == *count,
            )
        }
        Ask::Rename(count) => {
            let more = json!({ "newName": "Renamed" });
            let answer = server.at("textDocument/rename", text, cursor, &more);
            let changes = answer["changes"].as_object();
            let documents = answer["documentChanges"].as_array();
            let of_changes = changes.map(|files| {
                let edits = files.values().filter_map(Value::as_array);
                edits.map(Vec::len).sum::<usize>()
            });
            let of_documents = documents.map(|files| {
                let edits = files.iter().filter_map(|file| file["edits"].as_array());
                edits.map(Vec::len).sum::<usize>()
            });
            let got = of_changes.or(of_documents).unwrap_or(0);
            (
                format!("{count} edits"),
                format!("{got} edits"),
                got == *count,
            )
        }
    }
}

/// Writes a standalone package, like a user's.
fn write_package(package: &Path, source: &str) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let dsl = project.join("dsl").canonicalize().unwrap();
    std::fs::create_dir_all(package.join("src")).unwrap();
    std::fs::write(package.join("src/lib.rs"), source).unwrap();
    std::fs::copy(project.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
    let manifest = format!(
        "[package]\nname = \"editor\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nschemars = \"1\"\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\nstepwright = {{ path = {dsl:?} }}\n\n[workspace]\n"
    );
    std::fs::write(package.join("Cargo.toml"), manifest).unwrap();
}
