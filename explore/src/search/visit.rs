//! The names of visits: the containers around a state, and its name.

use smol_str::SmolStr;

/// Returns the text of a visit of a state.
pub(super) fn visit_of(scope: &[String], state: &str) -> SmolStr {
    match scope.is_empty() {
        true => SmolStr::new(state),
        false => SmolStr::new(format!("{}/{state}", scope.join("/"))),
    }
}
