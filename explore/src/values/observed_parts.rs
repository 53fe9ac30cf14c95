//! The parts of arguments and results that properties read: a value that a property compares makes
//! a difference, also if the definition does not compare it.

use std::collections::HashMap;

use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_asl::jsonata::{self, ChainStep, ExpressionOutline, ValueTest};
use stepwright_asl::model::StateKind;
use stepwright_interpreter::task::Resource;

use super::abstract_value::PartStep;
use super::state_reads::BoundaryPart;
use crate::event::TaskNames;
use crate::pattern::Pattern;
use crate::property::Formula;
use crate::settings::Settings;

/// The parts of the values of one task that properties read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ObservedParts {
    pub(super) arguments: Vec<BoundaryPart>,
    pub(super) results: Vec<BoundaryPart>,
}

/// Returns the parts that properties read, for each Task of a definition that a pattern names.
pub(crate) fn observed_parts(
    definition: &Json,
    settings: &Settings,
) -> HashMap<String, ObservedParts> {
    let mut observed: HashMap<String, ObservedParts> = HashMap::new();
    let patterns: Vec<PatternParts<'_>> = settings
        .properties
        .iter()
        .flat_map(|property| of_formula(&property.formula))
        .collect();
    if patterns.is_empty() {
        return observed;
    }
    let graph = Graph::of(definition);
    for state in graph.states() {
        let names = match state.kind {
            Some(StateKind::Task) => names_of(state.object),
            _ => None,
        };
        let Some(names) = names else {
            continue;
        };
        let is_meant = |pattern: &Pattern| {
            let target = pattern.target();
            target.is_none_or(|target| state.name == target || names.contain(target))
        };
        for of in patterns.iter().filter(|of| is_meant(of.pattern)) {
            let parts = observed.entry(state.name.to_owned()).or_default();
            for (field, part) in &of.parts {
                let parts = match *field {
                    "arguments" => &mut parts.arguments,
                    _ => &mut parts.results,
                };
                if !parts.contains(part) {
                    parts.push(part.clone());
                }
            }
        }
    }
    observed
}

/// The names of the task of a state, as far as the text shows them.
fn names_of(state: &stepwright_asl::json::Object) -> Option<TaskNames> {
    let resource = Resource::parse(state.get("Resource")?.as_str()?);
    let arguments = state.get("Arguments").or_else(|| state.get("Parameters"));
    let function = arguments.and_then(|arguments| arguments.get("FunctionName")?.as_str());
    let function = function.filter(|text| jsonata::strip(text).is_none());
    Some(TaskNames::of_resource(&resource, function))
}

/// A pattern of tasks, with the parts of `arguments` and `result` that it reads.
struct PatternParts<'p> {
    pattern: &'p Pattern,
    parts: Vec<(&'static str, BoundaryPart)>,
}

fn of_formula(formula: &Formula) -> Vec<PatternParts<'_>> {
    let mut found = Vec::new();
    let mut open = vec![formula];
    while let Some(formula) = open.pop() {
        let (patterns, key) = match formula {
            Formula::Not(inner) => {
                open.push(inner);
                continue;
            }
            Formula::All(inner) | Formula::Any(inner) => {
                open.extend(inner);
                continue;
            }
            Formula::EndsWithin(_) => continue,
            Formula::Always(pattern)
            | Formula::Never(pattern)
            | Formula::Eventually(pattern, _) => (vec![pattern], None),
            Formula::LeadsTo(first, second, _) | Formula::Before(first, second) => {
                (vec![first, second], None)
            }
            Formula::AtMost(_, pattern, key) => (vec![pattern], key.as_ref()),
        };
        for pattern in patterns.into_iter().filter(|one| one.action().is_of_task()) {
            let mut parts = Vec::new();
            for (field, template) in pattern.compared_values() {
                literals(field, template.json(), &mut parts);
            }
            let expressions = pattern.expressions().chain(key);
            for expression in expressions {
                tests(expression.source(), &mut parts);
            }
            if !parts.is_empty() {
                found.push(PatternParts { pattern, parts });
            }
        }
    }
    found
}

/// The fields of an event whose values come from the definition or from a task.
fn read_field(name: &str) -> Option<&'static str> {
    ["arguments", "result"]
        .into_iter()
        .find(|field| *field == name)
}

/// Adds the literals with which a value is compared, each with the members that lead to it.
fn literals(field: &str, value: &Json, parts: &mut Vec<(&'static str, BoundaryPart)>) {
    let Some(field) = read_field(field) else {
        return;
    };
    let mut open = vec![(Vec::new(), value)];
    while let Some((path, value)) = open.pop() {
        match value {
            Json::Object(members) => open.extend(members.iter().map(|(name, value)| {
                let mut path = path.clone();
                path.push(PartStep::Key(name.clone()));
                (path, value)
            })),
            Json::Array(_) => {}
            Json::String(text) if jsonata::strip(text).is_some() => {
                parts.push((field, part(path, ValueTest::Read)));
            }
            literal => parts.push((field, part(path, ValueTest::Equals(literal.clone())))),
        }
    }
}

/// Adds the tests of an expression.
fn tests(source: &str, parts: &mut Vec<(&'static str, BoundaryPart)>) {
    let Ok(outline) = ExpressionOutline::parse(source) else {
        return;
    };
    for (chain, test) in outline.tests {
        let Some(field) = read_field(&chain.variable) else {
            continue;
        };
        let steps = chain.steps.into_iter().map(|step| match step {
            ChainStep::Name(name) => PartStep::Key(name),
            ChainStep::Item => PartStep::Item,
        });
        let path: Vec<PartStep> = steps.collect();
        if !path.is_empty() {
            parts.push((field, part(path, test)));
        }
    }
}

fn part(path: Vec<PartStep>, test: ValueTest) -> BoundaryPart {
    BoundaryPart {
        path,
        test,
        has_other: true,
        is_decisive: true,
    }
}
