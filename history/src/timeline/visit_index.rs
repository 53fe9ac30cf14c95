use std::collections::HashMap;

use smol_str::SmolStr;

use super::visit::Visit;

/// The visits of a timeline by what they have in common, so that a page about one visit does not
/// search all.
#[derive(Debug, Clone, Default)]
pub(super) struct VisitIndex {
    by_state: HashMap<SmolStr, Vec<usize>>,
    /// The visits inside of each visit of a Map or Parallel.
    by_container: HashMap<usize, Vec<usize>>,
    /// The visit that follows each visit in its iteration, branch or the top level.
    following: HashMap<usize, usize>,
}

impl VisitIndex {
    pub(super) fn of(visits: &[Visit]) -> Self {
        let mut index = Self::default();
        for (at, visit) in visits.iter().enumerate() {
            match index.by_state.get_mut(visit.state()) {
                Some(same) => same.push(at),
                None => {
                    index.by_state.insert(visit.state.clone(), vec![at]);
                }
            }
            if let Some(container) = visit.container {
                index.by_container.entry(container).or_default().push(at);
            }
            if let Some(previous) = visit.previous {
                index.following.entry(previous).or_insert(at);
            }
        }
        index
    }

    pub(super) fn of_state(&self, state: &str) -> &[usize] {
        self.by_state.get(state).map_or(&[], Vec::as_slice)
    }

    pub(super) fn inside(&self, container: usize) -> &[usize] {
        self.by_container.get(&container).map_or(&[], Vec::as_slice)
    }

    pub(super) fn after(&self, visit: usize) -> Option<usize> {
        self.following.get(&visit).copied()
    }
}
