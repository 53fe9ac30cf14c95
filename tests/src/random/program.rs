//! Writes expressions as Rust: each as a function and as a workflow, on one line, so that an error's line tells which it is about.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::grow::{Grower, Grown, Options};

/// The rows of one run, some of them left out.
#[derive(Debug)]
pub struct Program {
    /// Number, source and line of each row.
    pub rows: Vec<ProgramRow>,
}

/// One row.
#[derive(Debug)]
pub struct ProgramRow {
    /// Its number in the run.
    pub number: usize,
    /// The variables and the expression.
    pub source: String,
    rules: String,
    line: String,
}

/// Grows the rows of a run.
pub fn program(options: &Options) -> Program {
    let mut seen = BTreeSet::new();
    let rows = (0..options.count)
        .map(|number| row(number, &Grower::new(options, number).grow()))
        .filter(|row| seen.insert(row.source.clone()))
        .collect();
    Program { rows }
}

fn row(number: usize, grown: &Grown) -> ProgramRow {
    let Grown {
        variables,
        kind,
        text,
        rules,
    } = grown;
    let kind = kind.rust();
    let (mut begin, mut bind, mut rust, mut source) =
        (String::new(), String::new(), String::new(), String::new());
    for variable in variables {
        let (name, of) = (variable.name, variable.kind.rust());
        let (into, again) = match &variable.first {
            Some(first) => {
                let _ = write!(begin, "let {name}: {of} = {first}; ");
                let _ = write!(rust, "let mut {name}: {of} = {first}; ");
                let _ = write!(source, "let {name}: {of} = {first}; ");
                (format!("let {name} = "), format!("{name} = "))
            }
            None => (
                format!("let {name}: {of} = "),
                format!("let {name}: {of} = "),
            ),
        };
        if let Some(then) = &variable.then {
            let _ = write!(bind, "{into}{then}; ");
            let _ = write!(rust, "{again}{then}; ");
            let _ = write!(source, "{again}{then}; ");
        }
    }
    let _ = write!(source, "{text}");
    let mut states = String::new();
    if !begin.is_empty() {
        let _ = write!(
            states,
            "pass Begin {{ {begin}next {}; }} ",
            if bind.is_empty() { "Compute" } else { "Bind" }
        );
    }
    if !bind.is_empty() {
        let _ = write!(states, "pass Bind {{ {bind}next Compute; }} ");
    }
    let line = format!(
        "workflow! {{ workflow R{number}(i: Input) -> {kind} {{ {states}pass Compute {{ end {text}; }} }} }} fn r{number}(i: Input) -> Value {{ {rust}let result: {kind} = {text}; json(result) }}"
    );
    let rules: Vec<&str> = rules.iter().copied().collect();
    ProgramRow {
        number,
        source,
        rules: rules.join("|"),
        line,
    }
}

/// A module of rows; the row `rows[n]` stands on line `n + FIRST_LINE`.
pub fn rows_module(rows: &[&ProgramRow]) -> (String, usize) {
    let mut out = String::from(
        "//! Written by `random_expressions`.\n\nuse super::{json, definition, Row, inputs::*};\nuse serde_json::Value;\nuse std::collections::BTreeMap;\nuse stepwright::prelude::*;\nuse stepwright::functions;\n\n",
    );
    let first = out.lines().count() + 1;
    for row in rows {
        out.push_str(&row.line);
        out.push('\n');
    }
    out.push_str("\npub(super) fn rows() -> Vec<Row> {\n    vec![\n");
    for ProgramRow {
        number,
        source,
        rules,
        ..
    } in rows
    {
        let _ = writeln!(
            out,
            "        Row {{ number: {number}, source: r###\"{source}\"###, rules: {rules:?}, rust: r{number}, workflow: definition::<R{number}> }},"
        );
    }
    out.push_str("    ]\n}\n");
    (out, first)
}
