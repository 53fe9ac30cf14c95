use crate::name::check_variable;
use crate::validate::rules::prelude::*;

use super::pointer;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW131",
    name: "invalid-variable-name",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A key of `Assign` is not a valid variable name.",
    doc: "A name has at most 80 characters, begins with a letter or `_`, continues with letters, digits and `_` (of any script), and is not `states`. In JSONPath, `.$` after the name requests evaluation and is not part of the name.",
    source: source::VARIABLES,
    check: name,
};

fn name(definition: &Definition<'_>, report: &mut Report<'_>) {
    let variables = &definition.variables;
    for assignment in &variables.assignments {
        let name = &variables.names[assignment.name];
        if is_substitution(name) {
            continue;
        }
        if let Err(error) = check_variable(name) {
            let message = format!("`{}` is not a valid variable name: {error}", assignment.key);
            report
                .add(pointer(definition, assignment), message)
                .at_key();
        }
    }
}
