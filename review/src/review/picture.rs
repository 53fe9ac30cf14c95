//! Draws a definition of a review, with its changed states and transitions marked.

use std::collections::BTreeSet;

use stepwright_asl::diff::{Change, Diff, Trigger};
use stepwright_asl::json::Json as Asl;
use stepwright_asl::overlay::{Mark, Overlay, Status};
use stepwright_diagram::Diagram;

/// One of the two definitions of a review.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    Old,
    New,
}

impl Side {
    /// The change of what only this definition has.
    fn change(self) -> Change {
        match self {
            Side::Old => Change::Removed,
            Side::New => Change::Added,
        }
    }

    fn status(self) -> Status {
        match self {
            Side::Old => Status::Removed,
            Side::New => Status::Added,
        }
    }

    /// The name of a state in this definition. A difference has the new one.
    fn name(self, diff: &Diff, name: &str) -> String {
        let mut states = diff.states().iter();
        let renamed = states.find(|state| state.name == name);
        let old = renamed.and_then(|state| state.old_name.clone());
        match self {
            Side::Old => old.unwrap_or_else(|| name.to_owned()),
            Side::New => name.to_owned(),
        }
    }
}

/// Returns the diagram of a definition with the changed states and transitions marked.
pub(super) fn changed(definition: &Asl, diff: &Diff, side: Side) -> Diagram {
    let mut overlay = Overlay::new("changes");
    for change in diff.states() {
        let status = match change.change {
            Change::Added => Status::Added,
            Change::Removed => Status::Removed,
            _ => Status::Changed,
        };
        let mut mark = Mark::new(status);
        if let Some(old) = &change.old_name {
            mark = mark.note(format!("was `{old}`"));
        }
        for field in &change.fields {
            mark = mark.note(format!("{} {}", field.change.as_str(), field.pointer()));
        }
        // The old definition has the old name.
        if let Some(old) = &change.old_name {
            overlay.state(old, mark.clone());
        }
        overlay.state(&change.name, mark);
    }
    // Several transitions between two states are one line.
    let mut lines = BTreeSet::new();
    for change in diff.transitions() {
        // The start and the end are no states.
        if let (Some(from), Some(to)) = (&change.from, &change.to)
            && change.change == side.change()
        {
            let is_catch = matches!(change.on, Trigger::Catch(_));
            lines.insert((side.name(diff, from), side.name(diff, to), is_catch));
        }
    }
    for (from, to, is_catch) in lines {
        if is_catch {
            overlay.catcher(from, to, side.status(), 1)
        } else {
            overlay.transition(from, to, side.status(), 1)
        }
    }
    Diagram::of(definition).with(&overlay)
}
