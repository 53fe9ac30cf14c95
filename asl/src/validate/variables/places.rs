//! The places of a definition where each workflow variable is named.

use std::collections::HashSet;

use crate::json::Document;
use crate::model::MachineType;
use crate::validate::definition::Definition;

/// A member of `Assign`, or a text that reads a variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct VariablePlace {
    /// The variable, without `$`.
    pub name: String,
    /// Pointer to the object with the states that can read the variable: the machine, a branch or
    /// a Map's processor. Variables of different scopes are different, also with one name.
    pub scope: String,
    /// Pointer to the member of `Assign`, or to the text.
    pub pointer: String,
    /// Whether the place assigns the variable.
    pub assigns: bool,
}

/// All places that name a variable, each once.
///
/// ```
/// use stepwright_asl::json::Document;
/// use stepwright_asl::validate::variable_places;
///
/// let document = Document::parse(r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {
///   "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
///   "B": {"Type": "Pass", "Output": "{% $x + $x %}", "End": true}
/// }}"#)?;
/// let places = variable_places(&document);
/// let pointers: Vec<_> = places.iter().map(|place| (&*place.pointer, place.assigns)).collect();
/// assert_eq!(pointers, [("/States/A/Assign/x", true), ("/States/B/Output", false)]);
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
pub fn variable_places(document: &Document) -> Vec<VariablePlace> {
    let definition = Definition::read(document, MachineType::Standard);
    let variables = &definition.variables;
    let name = |number: usize| variables.names.get_index(number).map_or("", String::as_str);
    let container = |state: usize| definition.graph.states()[state].container;
    let assigned: HashSet<(usize, &str)> = variables
        .assignments
        .iter()
        .map(|one| (container(one.state), name(one.name)))
        .collect();
    let scope = |state: usize, name: &str| {
        let containers = definition.graph.containers();
        let mut scope = container(state);
        // A variable that no state assigns belongs to the outermost scope that could.
        while !assigned.contains(&(scope, name))
            && let Some(outer) = containers[scope].parent
            && !definition.is_distributed(scope)
        {
            scope = container(outer);
        }
        containers[scope].pointer.to_string()
    };
    let assignments = variables.assignments.iter().map(|one| {
        let pointer = definition.parts[one.part].pointer.key("Assign");
        (one.state, name(one.name), pointer.key(one.key), true)
    });
    let reads = variables
        .reads
        .iter()
        .map(|one| (one.state, name(one.name), one.pointer.clone(), false));
    // A test for presence is no read, but it names the variable.
    let tests = definition.expressions.iter().flat_map(|expression| {
        let state = definition.parts[expression.part].state;
        let parsed = expression.parsed.as_ref().and_then(|one| one.as_ref().ok());
        let names = parsed.into_iter().flat_map(|parsed| &parsed.variables);
        names.filter_map(move |name| {
            Some((state?, name.as_str(), expression.pointer.clone(), false))
        })
    });
    let mut seen = HashSet::new();
    assignments
        .chain(reads)
        .chain(tests)
        .map(|(state, name, pointer, assigns)| VariablePlace {
            name: name.to_owned(),
            scope: scope(state, name),
            pointer: pointer.to_string(),
            assigns,
        })
        .filter(|place| seen.insert(place.clone()))
        .collect()
}
