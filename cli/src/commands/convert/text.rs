//! Notes and summaries for people, on standard error.

use std::collections::BTreeMap;

use stepwright_tools::convert::Assumption;

use super::file_converter::ConvertedFile;
use crate::terminal::count::count;
use crate::terminal::diagnostics;

/// Prints the notes with their source lines, a summary of each definition, and the assumptions
/// about the data of all of them.
pub(super) fn print(converted: &[ConvertedFile]) {
    for one in converted {
        for diagnostic in one.diagnostics() {
            let shown = diagnostics::diagnostic(&diagnostic, &one.source);
            diagnostics::tell(format_args!("{shown}\n"));
        }
        diagnostics::tell(summary(one));
    }
    print_assumptions(converted);
}

/// `  absent (2 states): each path finds a value`.
fn print_assumptions(converted: &[ConvertedFile]) {
    let mut assumed: BTreeMap<Assumption, usize> = BTreeMap::new();
    for one in converted {
        for (assumption, states) in one.definition.conversion.assumptions() {
            *assumed.entry(assumption).or_default() += states;
        }
    }
    if !assumed.is_empty() {
        diagnostics::tell("Assumed about the data, as the guide \"Move to JSONata\" explains:");
    }
    for (assumption, states) in assumed {
        let (states, summary) = (count(states, "state"), assumption.summary());
        diagnostics::tell(format_args!("  {assumption} ({states}): {summary}"));
    }
}

/// `orders.asl.json: 4 states converted, 1 not converted`.
fn summary(one: &ConvertedFile) -> String {
    let shown = one.shown();
    let conversion = &one.definition.conversion;
    if let Some(problem) = &one.definition.problem {
        return format!("{shown}: not converted: {problem}");
    }
    match (conversion.states.len(), conversion.refused.len()) {
        (0, 0) => format!("{shown}: no state to convert"),
        (converted, 0) => format!("{shown}: {} converted", count(converted, "state")),
        (converted, refused) => {
            let names: Vec<String> = conversion
                .refused
                .iter()
                .map(|state| format!("`{}`", state.name))
                .collect();
            format!(
                "{shown}: {} converted, {refused} not converted: {}",
                count(converted, "state"),
                names.join(", ")
            )
        }
    }
}
