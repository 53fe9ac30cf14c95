//! Lists the variables that each state reads, in the form of `DescribeStateMachine`.

use indexmap::IndexMap;

use crate::json::Document;
use crate::model::MachineType;
use crate::validate::definition::Definition;

/// Returns the variables that each state reads, as DescribeStateMachine reports them in
/// `variableReferences`: names of states with names of variables, both in document order. States
/// that read no variables are omitted. A text that is not a definition has no references.
///
/// ```
/// use stepwright_asl::validate::variable_references;
///
/// let text = r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {
///   "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
///   "B": {"Type": "Pass", "Output": "{% $exists($x) ? $x + $x : 0 %}", "End": true}
/// }}"#;
/// let references = variable_references(text);
/// assert_eq!(references.into_iter().collect::<Vec<_>>(), [("B".to_owned(), vec!["x".to_owned()])]);
/// ```
pub fn variable_references(text: &str) -> IndexMap<String, Vec<String>> {
    let mut references = IndexMap::new();
    let Ok(document) = Document::parse(text) else {
        return references;
    };
    let definition = Definition::read(&document, MachineType::Standard);
    let variables = &definition.variables;
    let read = variables.reads.iter().map(|read| {
        let name = variables.names.get_index(read.name);
        (read.state, name.map_or("", String::as_str))
    });
    // A test for presence counts as a read.
    let asked = definition.expressions.iter().flat_map(|expression| {
        let state = definition.parts[expression.part].state;
        let parsed = expression.parsed.as_ref().and_then(|one| one.as_ref().ok());
        let names = parsed.into_iter().flat_map(|parsed| &parsed.variables);
        names.filter_map(move |name| Some((state?, name.as_str())))
    });
    let mut all: Vec<(usize, &str)> = read.chain(asked).collect();
    all.sort_by_key(|(state, _)| *state);
    for (state, variable) in all {
        let state = definition.graph.states()[state].name;
        let known: &mut Vec<String> = references.entry(state.to_owned()).or_default();
        if !known.iter().any(|one| one == variable) {
            known.push(variable.to_owned());
        }
    }
    references
}
