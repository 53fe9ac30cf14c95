//! `Assign` blocks.

use crate::value::Value;

use super::{Expr, QueryError, Scope, VariableIx};

/// The compiled expressions of an `Assign`. All are evaluated with the variables from before the
/// state.
#[derive(Debug, Default)]
pub struct Assignments {
    assignments: Box<[(VariableIx, Expr)]>,
}

impl Assignments {
    /// Creates the assignments of variables, in the order of the block.
    pub fn new(assignments: Vec<(VariableIx, Expr)>) -> Assignments {
        Assignments {
            assignments: assignments.into(),
        }
    }

    /// Returns whether there is nothing to assign.
    pub fn is_empty(&self) -> bool {
        self.assignments.is_empty()
    }

    /// Returns the values, in the order of the block. Pass them to
    /// [`Variables::set`](super::Variables::set) after the state is left.
    ///
    /// # Errors
    ///
    /// The error of the first expression that fails.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Vec<(VariableIx, Value)>, QueryError> {
        let mut values = Vec::with_capacity(self.assignments.len());
        for (ix, expr) in &self.assignments {
            values.push((*ix, expr.eval(scope)?));
        }
        Ok(values)
    }
}
