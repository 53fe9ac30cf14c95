//! The states that a change of a definition renames.

use std::collections::HashMap;

use stepwright_asl::diff::{Change, Diff};

/// Returns the new names of the renamed states, by their old ones.
pub(crate) fn renamed_states(diff: &Diff) -> HashMap<String, String> {
    let renamed = diff.states().iter().filter_map(|state| {
        let old_name = state.old_name.clone()?;
        (state.change == Change::Renamed).then(|| (old_name, state.name.clone()))
    });
    renamed.collect()
}
