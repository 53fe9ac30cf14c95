//! Aliases of state machines, which distribute executions between versions by weight.

use serde::{Deserialize, Serialize};
use stepwright_engine::clock::Timestamp;

/// The maximum aliases of a state machine.
pub(crate) const MOST_ALIASES: usize = 100;

/// An alias of a state machine: a name for one version, or for two between which executions are
/// distributed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alias {
    pub(crate) description: Option<String>,
    pub(crate) routing: Vec<Route>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// A version that an alias routes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Route {
    pub(crate) version: u32,
    /// Its percentage of executions.
    pub(crate) weight: u32,
}

impl Alias {
    /// Chooses the version for an execution; `chance` is below 100.
    pub(crate) fn choose(&self, chance: u32) -> Option<u32> {
        let mut left = chance;
        let found = self.routing.iter().find(|route| {
            let is_it = left < route.weight;
            left = left.saturating_sub(route.weight);
            is_it
        });
        found.map(|route| route.version)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stepwright_engine::clock;

    use super::*;

    proptest! {
        /// Of the hundred values of `chance`, the number that chooses a version equals its weight.
        #[test]
        fn an_alias_chooses_versions_by_weight(weight in 0_u32..=100) {
            let route = |version, weight| Route { version, weight };
            let alias = Alias {
                description: None,
                routing: vec![route(1, weight), route(2, 100 - weight)],
                created: clock::system_time(),
                updated: clock::system_time(),
            };
            let first = (0..100).filter(|chance| alias.choose(*chance) == Some(1)).count();
            prop_assert_eq!(first, weight as usize);
            prop_assert!((0..100).all(|chance| alias.choose(chance).is_some()));
        }
    }
}
