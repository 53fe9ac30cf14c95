use stepwright_asl::diff::{Change, Diff};
use stepwright_asl::json::Json as Asl;
use stepwright_asl::overlay::{Mark, Overlay, Status};
use stepwright_diagram::Diagram;

/// Returns the diagram of a definition with the changed states marked.
pub(super) fn changed(definition: &Asl, diff: &Diff) -> Diagram {
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
    Diagram::of(definition).with(&overlay)
}
