//! `stepwright explain`: the documentation of the validator's rules.

use stepwright_asl::validate::{self, RULES};

use crate::args::ExplainArguments;
use crate::failure::Failure;
use crate::output;
use crate::report;

/// Prints the sections about the given rules, or one line for each rule.
pub(crate) fn explain(arguments: &ExplainArguments) -> Result<(), Failure> {
    if arguments.ids.is_empty() {
        for rule in RULES {
            let severity = rule.severity.as_str().to_lowercase();
            output::line(format_args!("{}  {severity:<7}  {}", rule.id, rule.summary));
        }
        return Ok(());
    }
    let sections = arguments.ids.iter().map(|id| validate::explain(id));
    let sections: Result<Vec<String>, _> = sections.collect();
    let sections = sections.map_err(|error| report::unknown_rule(&error))?;
    output::print(sections.join("\n"));
    Ok(())
}
