//! Assignments of variables.

use super::expression::UntypedExpression;
use super::variable::VariableRead;
use crate::expr::Expr;

/// A variable with its new value.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) to: VariableRead,
    pub(super) value: AssignedValue,
}

/// An assigned value.
#[derive(Clone, Debug)]
pub(super) enum AssignedValue {
    /// An expression over the input.
    Tree(UntypedExpression),
    /// The input, or its last part; `field` selects one of its fields.
    Last { is_part: bool, field: Option<usize> },
}

impl AssignedValue {
    /// Applies the value to this input.
    pub(super) fn applied_to(self, input: &Expr) -> Expr {
        match self {
            AssignedValue::Tree(tree) => tree.applied_to(input),
            AssignedValue::Last { is_part, field } => {
                let value = input.clone();
                let value = if is_part { value.taken_apart(1) } else { value };
                match field {
                    Some(field) => value.taken_apart(field),
                    None => value,
                }
            }
        }
    }

    /// The variables that it reads by name.
    pub(super) fn reads(&self) -> &[VariableRead] {
        match self {
            AssignedValue::Tree(tree) => &tree.reads,
            AssignedValue::Last { .. } => &[],
        }
    }
}

/// Assigns the input, or the last of its two parts, to variables.
pub(super) fn last(
    variables: Vec<(VariableRead, Option<usize>)>,
    is_part: bool,
) -> Vec<Assignment> {
    let variables = variables.into_iter();
    variables
        .map(|(to, field)| Assignment {
            to,
            value: AssignedValue::Last { is_part, field },
        })
        .collect()
}
