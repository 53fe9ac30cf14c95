//! Finds the assignments and reads of workflow variables.

use std::collections::HashSet;

use super::data::{Assignment, DefinitionVariables, VariableRead};
use crate::analysis::TransitionSet;
use crate::graph::{EdgeKind, Graph};
use crate::json::{Json, Pointer};
use crate::path::Path;
use crate::validate::definition::{Definition, DefinitionPart};

/// Finds all assignments and reads.
pub(in crate::validate) fn find_variables<'d>(
    definition: &Definition<'d>,
) -> DefinitionVariables<'d> {
    let mut variables = DefinitionVariables::default();
    let graph = &definition.graph;
    for (number, part) in definition.parts.iter().enumerate() {
        let assign = part.object.get("Assign").and_then(Json::as_object);
        let (Some(assign), Some(state)) = (assign, part.state) else {
            continue;
        };
        if !part.schema.has("Assign") {
            continue;
        }
        let on = on(graph, part, state, true);
        for key in assign.keys() {
            let name = variables.number(variable_name(part, key));
            variables.assignments.push(Assignment {
                part: number,
                state,
                on,
                key,
                name,
            });
        }
    }
    for path in &definition.paths {
        if let (Ok(parsed), false) = (&path.parsed, path.field == "ResultPath") {
            let shapes_output = path.field == "OutputPath";
            let place = (path.part, shapes_output, None);
            variables.paths(definition, &parsed.paths(), place, || path.pointer.clone());
        }
    }
    for binding in &definition.bindings {
        if let Some(Ok(parsed)) = &binding.parsed {
            let paths = parsed.paths();
            let place = (binding.part, binding.assigns.is_some(), binding.assigns);
            variables.paths(definition, &paths, place, || {
                binding.object.key(binding.key)
            });
        }
    }
    for expression in &definition.expressions {
        let Some(Ok(parsed)) = &expression.parsed else {
            continue;
        };
        let asked = asked_for(parsed.source);
        for name in &parsed.variables {
            // A test for presence is allowed for a variable that may be missing.
            if !asked.contains(name.as_str()) {
                let shapes_output = matches!(expression.field, "Output" | "Assign");
                let place = (expression.part, shapes_output, expression.assigns);
                variables.read(definition, name, place, expression.pointer.clone());
            }
        }
    }
    variables
}

impl<'d> DefinitionVariables<'d> {
    fn paths(
        &mut self,
        definition: &Definition<'d>,
        paths: &[&Path],
        place: (usize, bool, Option<&'d str>),
        pointer: impl Fn() -> Pointer<'d>,
    ) {
        for name in paths.iter().filter_map(|path| path.variable()) {
            self.read(definition, name, place, pointer());
        }
    }

    fn read(
        &mut self,
        definition: &Definition<'d>,
        name: &str,
        (part, shapes_output, assigns): (usize, bool, Option<&'d str>),
        pointer: Pointer<'d>,
    ) {
        let Some(state) = definition.parts[part].state else {
            return;
        };
        let name = self.number(name);
        self.reads.push(VariableRead {
            state,
            on: on(
                &definition.graph,
                &definition.parts[part],
                state,
                shapes_output,
            ),
            name,
            pointer,
            assigns: assigns.map(|key| (part, key)),
        });
    }
}

/// The name of a member of `Assign`, without the `.$` of a payload template.
fn variable_name<'k>(part: &DefinitionPart<'_>, key: &'k str) -> &'k str {
    let is_template = part.language == crate::model::QueryLanguage::JsonPath;
    match key.strip_suffix(".$") {
        Some(name) if is_template => name,
        _ => key,
    }
}

/// The transitions on which the `Assign` or `Output` of a part, or its other fields, are evaluated.
fn on(
    graph: &Graph<'_>,
    part: &DefinitionPart<'_>,
    state: usize,
    shapes_output: bool,
) -> TransitionSet {
    let edge = |wanted: EdgeKind| {
        let mut edges = graph.states()[state].edges.iter();
        let edge = edges.position(|edge| edge.kind == wanted);
        edge.map_or(TransitionSet::None, TransitionSet::One)
    };
    let index = part.pointer.last_index();
    match part.schema.name {
        "Catcher" => index.map_or(TransitionSet::None, |index| edge(EdgeKind::Catch(index))),
        "ChoiceRule" if shapes_output => {
            index.map_or(TransitionSet::None, |index| edge(EdgeKind::Choice(index)))
        }
        "Choice" if shapes_output => edge(EdgeKind::Default),
        _ => TransitionSet::Success,
    }
}

/// The variables whose presence an expression tests.
fn asked_for(source: &str) -> HashSet<&str> {
    let mut questions = source.split("$exists($");
    questions.next();
    let name = |rest: &'_ str| {
        let end = rest.find(|char| !crate::name::continues_variable(char));
        end.unwrap_or(rest.len())
    };
    questions.map(|rest| &rest[..name(rest)]).collect()
}
