//! Texts that look like paths or calls but are not evaluated.

use std::collections::HashSet;

use crate::intrinsic::Expression;
use crate::path::Root;
use crate::validate::definition::Definition;

/// Whether a text is meant as a path or a call. `$` alone, or `$name` without a variable of this
/// name, is not.
pub(super) struct LiteralMeaning<'a> {
    variables: HashSet<&'a str>,
}

impl<'a> LiteralMeaning<'a> {
    pub(super) fn of(definition: &'a Definition<'_>) -> LiteralMeaning<'a> {
        let variables = &definition.variables;
        let assigned = variables.assignments.iter();
        LiteralMeaning {
            variables: assigned
                .map(|assignment| variables.names[assignment.name].as_str())
                .collect(),
        }
    }

    pub(super) fn is_evaluated(&self, text: &str) -> bool {
        if !text.starts_with('$') && !text.starts_with("States.") {
            return false;
        }
        match Expression::parse(text) {
            Ok(Expression::Call(_)) => true,
            Ok(Expression::Path(path)) => match &path.root {
                Root::Variable(name) => self.variables.contains(name.as_str()),
                Root::Input => !path.steps.is_empty(),
                _ => true,
            },
            Err(_) => false,
        }
    }
}
