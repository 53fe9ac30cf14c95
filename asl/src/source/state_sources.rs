//! Finds the line of source code that declares a state, by the state's name.

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

    /// The states with a known location, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, SourceLocation)> {
        let states = self.0.iter().flat_map(|states| states.iter());
        states.map(|(state, place)| (state.as_str(), *place))
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
