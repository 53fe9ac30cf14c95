//! The variables of a scope.

use crate::expr::Text;
use crate::shape::Shape;
use crate::workflow::SourceLocation;

/// The variables of a scope.
pub(crate) type Variables = Vec<VariableOf>;

/// A variable with data beyond its assignments.
#[derive(Clone, Debug)]
pub(crate) struct VariableOf {
    pub(crate) name: Text,
    pub(crate) shape: fn() -> Shape,
    /// Its declaration's location, if it is declared.
    pub(crate) place: Option<SourceLocation>,
}

impl VariableOf {
    /// Variables with these names and shapes.
    pub(super) fn of(shapes: Vec<(Text, fn() -> Shape)>) -> impl Iterator<Item = VariableOf> {
        shapes.into_iter().map(|(name, shape)| VariableOf {
            name,
            shape,
            place: None,
        })
    }
}
