//! Finds the reads of variables that a transition of an execution proves to have happened.

use std::collections::HashMap;

use crate::graph::EdgeKind;
use crate::json::Document;
use crate::model::{MachineType, QueryLanguage, StateMachine};
use crate::validate::definition::{Definition, ExpressionText};

/// A read of a variable in JSONata, with the transitions that show that it was evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluatedRead {
    /// The state that reads.
    pub state: String,
    /// The variable, without `$`.
    pub variable: String,
    /// The next states after which it is certain that the state has evaluated the expression;
    /// `None` is the end of the state's body.
    pub then: Vec<Option<String>>,
}

/// Returns the reads of variables in JSONata for which a transition shows the evaluation: an
/// expression of a catcher is evaluated on the transition of this catcher. An expression that tests
/// the variable first, as `$exists($x)` or `$x ? ..` do, is omitted, and so is the condition of a
/// later rule of a Choice, because an earlier rule may test it.
pub fn evaluated_reads(machine: &StateMachine) -> Vec<EvaluatedRead> {
    let document = Document::of_value(machine.to_value());
    let definition = Definition::read(&document, MachineType::Standard);
    let variables = &definition.variables;
    let expressions = definition.expressions.iter();
    let expressions = expressions.map(|expression| (expression.pointer.to_string(), expression));
    let expressions: HashMap<String, &ExpressionText<'_>> = expressions.collect();
    let reads = variables.reads.iter().filter_map(|read| {
        let expression = expressions.get(&read.pointer.to_string())?;
        let variable = variables.names.get_index(read.name)?;
        if is_tested(expression.text, variable) {
            return None;
        }
        let part = &definition.parts[expression.part];
        if part.language != QueryLanguage::Jsonata {
            return None;
        }
        let state = &definition.graph.states()[read.state];
        let index = part.pointer.last_index().unwrap_or_default();
        let (is_catcher, is_rule) = (part.is("Catcher"), part.is("ChoiceRule"));
        let is_shown = |kind: EdgeKind| match kind {
            EdgeKind::Catch(catcher) => is_catcher && catcher == index,
            _ if is_catcher => false,
            EdgeKind::Choice(rule) if is_rule => rule == index,
            // All rules were tested before, the first one certainly.
            EdgeKind::Choice(_) | EdgeKind::Default if is_rule => {
                index == 0 && read.assigns.is_none()
            }
            EdgeKind::Choice(_) => part.schema.name != "Choice",
            EdgeKind::Next | EdgeKind::Default => true,
        };
        // Two transitions to one state cannot be distinguished.
        let mut then: Vec<Option<String>> = Vec::new();
        for edge in &state.edges {
            let mut same = state
                .edges
                .iter()
                .filter(|other| other.target == edge.target);
            let target = Some(edge.target.to_owned());
            if same.all(|edge| is_shown(edge.kind)) && !then.contains(&target) {
                then.push(target);
            }
        }
        if state.is_terminal() && !is_catcher {
            then.push(None);
        }
        Some(EvaluatedRead {
            state: state.name.to_owned(),
            variable: variable.clone(),
            then,
        })
    });
    reads.filter(|read| !read.then.is_empty()).collect()
}

/// Whether an expression tests whether a variable has a value: a variable without one is false.
fn is_tested(expression: &str, variable: &str) -> bool {
    let name = format!("${variable}");
    expression.match_indices(&name).any(|(at, _)| {
        let (before, rest) = (&expression[..at], &expression[at + name.len()..]);
        let is_whole = !rest.starts_with(crate::name::continues_variable);
        let is_argument = ["$not(", "$boolean("]
            .iter()
            .any(|test| before.ends_with(test));
        is_whole && (is_argument || rest.trim_start().starts_with('?'))
    })
}
