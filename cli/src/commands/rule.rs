//! `stepwright rule`: the documentation of the validator's rules.

use stepwright_asl::validate::{self, RULES};

use crate::args::RuleArguments;
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Prints the sections about the given rules, or one line for each rule.
pub(crate) fn rule(arguments: &RuleArguments) -> Result<(), Failure> {
    if arguments.rules.is_empty() {
        list();
        return Ok(());
    }
    let sections = arguments.rules.iter().map(|rule| validate::explain(rule));
    let sections: Result<Vec<String>, _> = sections.collect();
    let sections = sections.map_err(|error| diagnostics::unknown_rule(&error))?;
    output::print(sections.join("\n"));
    Ok(())
}

fn list() {
    let width = RULES.iter().map(|rule| rule.name.len()).max();
    let width = width.unwrap_or_default();
    for rule in RULES {
        let severity = rule.severity.as_str().to_lowercase();
        output::line(format_args!(
            "{}  {severity:<7}  {:<width$}  {}",
            rule.id, rule.name, rule.summary
        ));
    }
}
