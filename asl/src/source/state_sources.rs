use std::collections::BTreeMap;
use std::sync::Arc;

use super::SourceLocation;

/// The source locations of a definition's states. A clone shares them. `None` for a definition
/// without a source.
#[derive(Clone, Debug, Default)]
pub struct StateSources(Option<Arc<BTreeMap<String, SourceLocation>>>);

impl StateSources {
    /// Returns where a state is declared, if that is known.
    #[must_use]
    pub fn of(&self, state: &str) -> Option<SourceLocation> {
        self.0.as_ref()?.get(state).copied()
    }
}

impl FromIterator<(String, SourceLocation)> for StateSources {
    fn from_iter<I: IntoIterator<Item = (String, SourceLocation)>>(states: I) -> StateSources {
        StateSources(Some(Arc::new(states.into_iter().collect())))
    }
}

/// Locations do not affect the definition, so definitions that differ only in them are equal.
impl PartialEq for StateSources {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
