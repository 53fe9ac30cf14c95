//! `Assign` blocks.

use stepwright_asl::json::Object;
use stepwright_asl::model::QueryLanguage;

use crate::value::Value;

use super::{CompileError, Expr, QueryError, Scope, VariableIx, VariableNames};

/// The right sides of an `Assign`, all evaluated over the variables from before the state.
#[derive(Debug, Default)]
pub struct Assignments {
    assignments: Box<[(VariableIx, Expr)]>,
}

impl Assignments {
    /// Compiles an `Assign`. `field` is its place in the state: `Assign`,
    /// `Choices[0]/Assign`, `Catch[1]/Assign`.
    pub fn compile(
        assign: &Object,
        language: QueryLanguage,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Assignments, CompileError> {
        let _ = (assign, language, names);
        Err(CompileError::new(field, "Assign is not built in yet"))
    }

    /// Whether there is nothing to assign.
    pub fn is_empty(&self) -> bool {
        self.assignments.is_empty()
    }

    /// The values, in the order of the block. Give them to [`Variables::set`](super::Variables::set)
    /// once the state is left.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Vec<(VariableIx, Value)>, QueryError> {
        let assignments = self.assignments.iter();
        assignments
            .map(|(ix, expr)| Ok((*ix, expr.eval(scope)?)))
            .collect()
    }
}
