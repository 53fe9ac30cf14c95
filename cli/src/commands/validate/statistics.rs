//! `--statistics`: the number of diagnostics of each rule.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::check::CheckedDefinition;
use crate::terminal::output;

/// Prints a line for each rule that has diagnostics, the most frequent first.
pub(super) fn print(checked: &[CheckedDefinition]) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for diagnostic in checked.iter().flat_map(|one| &one.diagnostics) {
        let name = diagnostic.name.unwrap_or_default();
        *counts
            .entry((diagnostic.code.unwrap_or_default(), name))
            .or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    let width = counts.first().map_or(0, |(_, most)| most.to_string().len());
    for ((id, name), count) in counts {
        let line = format!("{count:>width$}  {id}  {name}");
        output::line(line.trim_end());
    }
}
