//! Prints a generated definition:
//! `cargo run --release -p stepwright-benches -- jsonata 1048576`
//!
//! With `--template` it prints a CloudFormation template with the definition, for tools that check
//! templates. With `--time` it parses and validates the definition instead and prints the fastest
//! of twenty runs.

use std::process::ExitCode;
use std::time::Instant;

use stepwright_asl::json::Document;
use stepwright_asl::validate::{MachineType, validate};

mod generate;

use generate::{Language, definition};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let language = match arguments.first().map(String::as_str) {
        Some("jsonpath") => Language::JsonPath,
        Some("jsonata") => Language::Jsonata,
        _ => return usage(),
    };
    let Some(bytes) = arguments.get(1).and_then(|bytes| bytes.parse().ok()) else {
        return usage();
    };
    let text = definition(language, bytes);
    match arguments.get(2).map(String::as_str) {
        None => print!("{text}"),
        Some("--template") => print!(
            r#"{{"Resources": {{"Orders": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"RoleArn": "arn:aws:iam::123456789012:role/orders", "Definition": {text}}}}}}}}}"#
        ),
        Some("--time") => time(&text),
        Some(_) => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: generate_definition jsonpath|jsonata BYTES [--template|--time]");
    ExitCode::from(2)
}

fn time(text: &str) {
    let mut reading = f64::INFINITY;
    let mut validating = f64::INFINITY;
    let mut found = String::new();
    for _ in 0..20 {
        let start = Instant::now();
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                println!("{error}");
                return;
            }
        };
        let read = Instant::now();
        let diagnostics = validate(&document, MachineType::Standard);
        let end = Instant::now();
        reading = reading.min((read - start).as_secs_f64());
        validating = validating.min((end - read).as_secs_f64());
        found = diagnostics
            .iter()
            .take(3)
            .map(|diagnostic| format!("\n{diagnostic}"))
            .collect();
    }
    let states = text.matches("\"Type\": ").count();
    println!(
        "{} bytes, {states} states: read {:.1} ms, validate {:.1} ms{found}",
        text.len(),
        reading * 1e3,
        validating * 1e3
    );
}
