//! The visits of states: the containers around a state, and its name.

use smol_str::SmolStr;

/// Returns the text of a visit of a state.
pub(super) fn visit_of(scope: &[String], state: &str) -> SmolStr {
    if scope.is_empty() {
        SmolStr::new(state)
    } else {
        SmolStr::new(format!("{}/{state}", scope.join("/")))
    }
}

/// How often a path entered each state.
#[derive(Clone, Debug, Default)]
pub(super) struct VisitCounts(Vec<(SmolStr, u32)>);

impl VisitCounts {
    pub(super) fn count(&mut self, visit: &SmolStr) {
        match self.0.iter_mut().find(|(known, _)| known == visit) {
            Some((_, count)) => *count += 1,
            None => self.0.push((visit.clone(), 1)),
        }
    }

    /// Returns the bytes of the counts.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.0.as_slice())
    }

    /// Returns how often a state was entered.
    pub(super) fn of(&self, visit: &str) -> u32 {
        let mut visits = self.0.iter();
        let found = visits.find(|(known, _)| known == visit);
        found.map_or(0, |(_, count)| *count)
    }

    /// Returns how often the state was entered that was entered most.
    pub(super) fn most(&self) -> u32 {
        let visits = self.0.iter().map(|(_, count)| *count);
        visits.max().unwrap_or_default()
    }
}

/// Returns whether a scope is inside of a Map or Parallel, which is a state of the scope `around`.
pub(super) fn is_inside(scope: &[String], around: &[String], container: &str) -> bool {
    let inner = scope.get(around.len());
    scope.starts_with(around)
        && inner
            .and_then(|inner| inner.strip_prefix(container))
            .is_some_and(|rest| rest.starts_with(['/', '[']))
}
