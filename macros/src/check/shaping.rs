//! The options for the input and the output of a state, such as `parameters`. Each is for one query
//! language and for some types of states.

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
            if language_has_option(machine, node, keyword, errors) {
                state_has_option(node, keyword, errors);
            }
        }
        paths_begin_with_a_dollar(node, errors);
    }
}

/// Returns whether the query language of the state has this option, and reports it if not: JSONata
/// has `output`, JSONPath has the others.
fn language_has_option(
    machine: &Machine,
    node: &StateNode,
    keyword: &Ident,
    errors: &Errors,
) -> bool {
    let is_output = keyword == "output";
    let is_jsonpath = machine.is_jsonpath(&node.state);
    let name = &node.name;
    if is_output == is_jsonpath {
        errors.at(
            keyword.span(),
            if is_output {
                format!(
                    "`output` needs JSONata, but `{name}` uses JSONPath: write `result_path` and `output_path`, or \
                     `query_language JSONata;`"
                )
            } else {
                format!(
                    "`{keyword}` needs JSONPath, but `{name}` uses JSONata: write an expression where the value is used, or \
                     `query_language JSONPath;`"
                )
            },
        );
    }
    is_output != is_jsonpath
}

/// The type of the state has the field for this option.
fn state_has_option(node: &StateNode, keyword: &Ident, errors: &Errors) {
    let kind = &node.state.kind;
    let (has_option, owners) = match keyword.to_string().as_str() {
        "parameters" => (
            matches!(
                kind,
                StateWork::Pass | StateWork::Parallel | StateWork::Map(_)
            ),
            "pass, parallel and map states; a task passes the arguments of its call",
        ),
        "result" => (matches!(kind, StateWork::Pass), "pass states"),
        "result_selector" => (kind.has_errors(), "task, parallel and map states"),
        "result_path" => (
            matches!(kind, StateWork::Pass) || kind.has_errors(),
            "task, pass, parallel and map states",
        ),
        _ => (!matches!(kind, StateWork::Fail(_)), "all other states"),
    };
    if !has_option {
        let kind = kind.word();
        errors.at(
            keyword.span(),
            format!("a {kind} state has no `{keyword}`: this option is for {owners}"),
        );
    }
}

/// Each path begins with `$`. Other problems of paths are reported when the definition is
/// validated.
fn paths_begin_with_a_dollar(node: &StateNode, errors: &Errors) {
    for (keyword, path) in &node.state.options.paths {
        if let Some(path) = path
            && !path.value().starts_with('$')
        {
            let text = path.value();
            errors.at(
                path.span(),
                format!("`{text}` is not a path, because it does not begin with `$`: write `{keyword} \"$.{text}\";`"),
            );
        }
    }
}
