//! The words that shape what goes into a state and out of it: which states have them, and in which query language.

use crate::errors::Errors;
use crate::machine::{Machine, StateNode, StateWork};
use proc_macro2::Ident;

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        if matches!(node.state.kind, StateWork::Include(_) | StateWork::Unknown) {
            continue;
        }
        let options = &node.state.options;
        let templates = options.templates.iter().map(|(keyword, _, _)| keyword);
        let paths = options.paths.iter().map(|(keyword, _)| keyword);
        for keyword in templates.chain(paths) {
            if language_has_it(machine, node, keyword, errors) {
                state_has_it(node, keyword, errors);
            }
        }
        paths_begin_with_a_dollar(node, errors);
    }
}

/// `output` is of JSONata, all others are of JSONPath.
fn language_has_it(machine: &Machine, node: &StateNode, keyword: &Ident, errors: &Errors) -> bool {
    let is_output = keyword == "output";
    let is_jsonpath = machine.is_jsonpath(&node.state);
    let name = &node.name;
    if is_output == is_jsonpath {
        errors.at(
            keyword.span(),
            if is_output {
                format!(
                    "`output` is for JSONata, and `{name}` is in JSONPath: write `result_path` and `output_path`, or \
                     `query_language JSONata;`"
                )
            } else {
                format!(
                    "`{keyword}` is for JSONPath, and `{name}` is in JSONata: write an expression where the value is used, or \
                     `query_language JSONPath;`"
                )
            },
        );
    }
    is_output != is_jsonpath
}

/// AWS knows each of the words in some kinds of states only.
fn state_has_it(node: &StateNode, keyword: &Ident, errors: &Errors) {
    let kind = &node.state.kind;
    let (has_it, who) = match keyword.to_string().as_str() {
        "parameters" => (
            matches!(
                kind,
                StateWork::Pass | StateWork::Parallel | StateWork::Map(_)
            ),
            "pass, parallel and map states; a task sends what its call says",
        ),
        "result" => (matches!(kind, StateWork::Pass), "pass states"),
        "result_selector" => (kind.has_errors(), "task, parallel and map states"),
        "result_path" => (
            matches!(kind, StateWork::Pass) || kind.has_errors(),
            "task, pass, parallel and map states",
        ),
        _ => (!matches!(kind, StateWork::Fail(_)), "all other states"),
    };
    if !has_it {
        let kind = kind.word();
        errors.at(
            keyword.span(),
            format!("a {kind} state has no `{keyword}`: that is for {who}"),
        );
    }
}

/// What is no path at all is told at its place; what is wrong inside it is told with the definition.
fn paths_begin_with_a_dollar(node: &StateNode, errors: &Errors) {
    for (keyword, path) in &node.state.options.paths {
        if let Some(path) = path
            && !path.value().starts_with('$')
        {
            let text = path.value();
            errors.at(
                path.span(),
                format!("`{text}` is no path, because it does not begin with `$`: `{keyword} \"$.{text}\";`"),
            );
        }
    }
}
