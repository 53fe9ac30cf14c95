//! Writes expressions as Rust: each as a function and as a workflow, on one line, so that the line
//! of an error identifies the expression.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::crates::GeneratedRow;
use super::grow::{Grower, Grown, Options};

/// One row.
#[derive(Debug)]
pub struct ProgramRow {
    /// Its number in the run.
    number: usize,
    /// The variables and the expression.
    source: String,
    /// Whether the row has a separate module.
    is_module: bool,
    rules: String,
    line: String,
}

/// Grows the rows of a run.
pub fn program(options: &Options) -> Vec<ProgramRow> {
    let mut seen = BTreeSet::new();
    (0..options.count)
        .map(|number| row(number, &Grower::new(options, number).grow()))
        .filter(|row| seen.insert(row.source.clone()))
        .collect()
}

fn row(number: usize, grown: &Grown) -> ProgramRow {
    let Grown {
        variables,
        kind,
        text,
        rules,
        scopes,
        is_path,
    } = grown;
    let paths = !scopes.is_empty();
    let is_condition = *is_path && kind.rust(false) == "bool";
    let kind = kind.rust(paths);
    let (mut begin, mut bind, mut rust, mut source) =
        (String::new(), String::new(), String::new(), String::new());
    for variable in variables {
        let (name, of) = (variable.name, variable.kind.rust(paths));
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
    let language = if *is_path {
        "query_language JSONPath; "
    } else {
        ""
    };
    // JSONPath has conditions only in choices.
    let compute = if is_condition {
        format!(
            "choice Compute {{ when {text} => Yes; otherwise => No; }} pass Yes {{ end true; }} pass No {{ end false; }}"
        )
    } else {
        format!("pass Compute {{ end {text}; }}")
    };
    let workflow =
        format!("workflow R{number}(i: Input) -> {kind} {{ {language}{states}{compute} }}");
    let function = format!(
        "fn r{number}(i: Input) -> Value {{ {rust}let result: {kind} = {text}; json(result) }}"
    );
    let uses: String = scopes.iter().copied().map(used).collect();
    let line = if scopes.is_empty() {
        format!("workflow! {{ {workflow} }} {function}")
    } else {
        format!(
            "mod m{number} {{ use super::*; {uses}workflow! {{ pub(super) {workflow} }} pub(super) {function} }}"
        )
    };
    let source = format!("{language}{uses}{source}");
    let mut rules: Vec<&str> = rules.iter().copied().collect();
    rules.extend(scopes);
    if *is_path {
        rules.push("JSONPath");
    }
    ProgramRow {
        number,
        is_module: !scopes.is_empty(),
        source,
        rules: rules.join("|"),
        line,
    }
}

/// Brings a definition of the user into scope.
fn used(scope: &str) -> String {
    if scope.starts_with("traits::") {
        format!("use own::{scope} as _; ")
    } else {
        format!("use own::{scope}; ")
    }
}

impl GeneratedRow for ProgramRow {
    fn number(&self) -> usize {
        self.number
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn module(rows: &[&Self]) -> (String, usize) {
        let mut out = String::from(
            "//! Written by `random_expressions`.\n\nuse super::{json, definition, Row, inputs::*, own::{self, *}};\nuse rust_decimal::Decimal;\nuse serde_json::Value;\nuse std::collections::BTreeMap;\nuse stepwright::prelude::*;\nuse stepwright::functions;\n\n",
        );
        let first = out.lines().count() + 1;
        for row in rows {
            out.push_str(&row.line);
            out.push('\n');
        }
        out.push_str("\npub fn rows() -> Vec<Row> {\n    vec![\n");
        for ProgramRow {
            number,
            source,
            rules,
            is_module,
            ..
        } in rows
        {
            let module = if *is_module {
                format!("m{number}::")
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "        Row {{ number: {number}, source: r###\"{source}\"###, rules: {rules:?}, rust: {module}r{number}, workflow: definition::<{module}R{number}> }},"
            );
        }
        out.push_str("    ]\n}\n");
        (out, first)
    }
}
