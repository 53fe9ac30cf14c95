//! A violated rule, as the search of paths reports it.

use smol_str::SmolStr;

use crate::rule::Rule;

/// A rule that does not hold on a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) rule: Rule,
    /// A state, or a state with an error or a variable. One finding is reported for each.
    pub(super) subject: SmolStr,
    pub(super) message: String,
}
