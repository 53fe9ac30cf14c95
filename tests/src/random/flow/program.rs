//! Writes workflows as Rust, each with its Rust half on one line, so that the line of an error
//! identifies the workflow.

use std::fmt::Write as _;

use super::super::crates::GeneratedRow;
use super::super::grow::{Grower, Options};
use super::super::rules::Rule;
use super::scope::{Around, Flow, PATH_VALUES, Wanted};

/// Rules that only `random_expressions` uses: the macro rejects `<` on texts, and the text of a
/// negative zero differs from Rust's, as documented in docs/reference/expressions.md.
const NOT_HERE: &[&str] = &[
    "less text",
    "format float",
    "format precision",
    "format tiny float",
    "format huge float",
    "format rounded float",
    "format slots of a float",
];

/// Names of the input.
const INPUTS: &[&str] = &["i", "i", "input", "order", "data", "r#in"];

/// One workflow.
#[derive(Debug)]
pub struct FlowRow {
    /// Its number in the run.
    pub number: usize,
    /// The workflow, one state a line.
    pub source: String,
    rules: String,
    line: String,
}

/// Grows the workflows of a run.
pub fn flows(options: &Options) -> Vec<FlowRow> {
    (0..options.count)
        .map(|number| grown(options, number))
        .collect()
}

fn grown(options: &Options, number: usize) -> FlowRow {
    let mut grower = Grower::new(options, number);
    grower.has_own = false;
    grower.allows = |rule: &Rule| !NOT_HERE.contains(&rule.name);
    grower.typed = true;
    grower.input = grower.draw.of(INPUTS);
    let mut flow = Flow::new(grower);
    flow.path = flow.once_in(6);
    if flow.path {
        flow.rule("JSONPath");
        flow.grower.allows = |rule| PATH_VALUES.contains(&rule.name);
    }
    let wanted = Wanted {
        result: flow.kind(),
        item: None,
        size: flow.of(&[1, 2, 3, 4, 5, 6, 8]),
        depth: 0,
    };
    let body = flow.scope(&Around::default(), &wanted);
    let (input, kind) = (flow.grower.input, wanted.result.rust(false));
    let express = if flow.once_in(4) {
        flow.rule("express");
        "express; "
    } else {
        ""
    };
    let language = if flow.path {
        "query_language JSONPath; "
    } else {
        ""
    };
    let text = format!(
        "workflow W{number}({input}: Input) -> {kind} {{ {express}{language}allow unbounded_loop, unused_variables, retried_computation;␤{}}}",
        body.text
    );
    let line = format!(
        "workflow! {{ {} }} fn r{number}(__sim: &mut Sim, {input}: Input) -> Out<Value> {{ let __run = |__sim: &mut Sim| -> Out<{kind}> {{ {} }}; __run(__sim).map(|__v| ::serde_json::to_value(__v).expect(\"JSON\")) }}",
        text.replace('␤', " "),
        body.rust
    );
    let rules: Vec<&str> = flow.grower.rules.iter().copied().collect();
    FlowRow {
        number,
        source: text.replace('␤', "\n  "),
        rules: rules.join("|"),
        line,
    }
}

impl GeneratedRow for FlowRow {
    fn number(&self) -> usize {
        self.number
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn module(rows: &[&Self]) -> (String, usize) {
        let mut out = String::from(
            "//! Written by `random_workflows`.\n\nuse crate::{failure::*, inputs::*, run::*, sim::*, tasks::*};\nuse serde_json::Value;\nuse std::collections::BTreeMap;\nuse stepwright::prelude::*;\nuse stepwright::functions;\n\n",
        );
        let first = out.lines().count() + 1;
        for row in rows {
            out.push_str(&row.line);
            out.push('\n');
        }
        out.push_str("\npub fn rows() -> Vec<Row> {\n    vec![\n");
        for FlowRow {
            number,
            source,
            rules,
            ..
        } in rows
        {
            let _ = writeln!(
                out,
                "        row::<W{number}>({number}, {source:?}, {rules:?}, r{number}),"
            );
        }
        out.push_str("    ]\n}\n");
        (out, first)
    }
}
