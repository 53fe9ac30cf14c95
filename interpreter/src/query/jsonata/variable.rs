//! The workflow variables that a JSONata expression can read.

use smol_str::SmolStr;

use crate::query::{Scope, VariableIx, VariableNames};
use crate::value::Value;

/// A workflow variable that an expression may read.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: SmolStr,
    pub(super) ix: VariableIx,
    /// The key of the root's hidden member: the name with `$` before it.
    pub(super) member: SmolStr,
}

impl Variable {
    /// Returns the variables of these names, in their order.
    pub(super) fn all<'n>(
        read: impl Iterator<Item = &'n str>,
        names: &mut VariableNames,
    ) -> Box<[Variable]> {
        let variable = |name| Variable {
            name: SmolStr::new(name),
            ix: names.intern(name),
            member: SmolStr::new(format!("${name}")),
        };
        read.map(variable).collect()
    }

    /// Returns whether the variable has a value for which `test` holds.
    pub(super) fn is(&self, scope: &Scope<'_>, test: impl Fn(&Value) -> bool) -> bool {
        scope.variables.get(self.ix).is_some_and(test)
    }
}
