//! Adds the statuses of an overlay to an outline.

use stepwright_asl::overlay::{Mark, Overlay, Status};

use super::outline::{Class, Depicted, Label, Outline};
use super::text::one_line;

/// Maximum lengths of a title, a badge and a note.
const LONGEST: (usize, usize, usize) = (160, 16, 300);

/// Marks the nodes and links that the overlay contains.
pub(super) fn put(outline: &mut Outline, overlay: &Overlay) {
    outline.overlay = Some(one_line(overlay.title(), LONGEST.0));
    for node in &mut outline.nodes {
        // The outline truncates long names. AWS does not allow names of this length.
        let known = overlay.mark(&node.full_name);
        let known = known.filter(|_| node.depicts != Depicted::Missing);
        node.mark = known.map(shortened);
    }
    let nodes = &outline.nodes;
    for link in outline.bodies.iter_mut().flat_map(|body| &mut body.links) {
        let (from, to) = (&nodes[link.from], &nodes[link.to]);
        let taken = overlay.taken(&from.full_name, &to.full_name, link.class == Class::Catch);
        link.mark = taken.map(|(status, _)| status);
        if let Some((_, count)) = taken.filter(|(_, count)| *count > 1) {
            link.labels.push(Label {
                short: format!("×{count}"),
                full: format!("taken {count} times"),
            });
        }
    }
}

fn shortened(mark: &Mark) -> Mark {
    let notes = mark.notes.iter().map(|note| one_line(note, LONGEST.2));
    let short = Mark::new(mark.status).badge(one_line(&mark.badge, LONGEST.1));
    notes.fold(short, Mark::note)
}

/// The statuses in an outline, for the legend; each status once. A transition may be added or
/// removed between states that are not.
pub(super) fn legend(outline: &Outline) -> Vec<Status> {
    let nodes = outline.nodes.iter().filter_map(|node| node.mark.as_ref());
    let links = outline.bodies.iter().flat_map(|body| &body.links);
    let links = links.filter_map(|link| link.mark);
    let links = links.filter(|status| matches!(status, Status::Added | Status::Removed));
    let used: Vec<Status> = nodes.map(|mark| mark.status).chain(links).collect();
    let is_used = |status: &Status| used.contains(status);
    Status::ALL.into_iter().filter(is_used).collect()
}

/// The text of a mark: `✓ succeeded ×3`.
pub(super) fn words(mark: &Mark) -> String {
    let text = format!(
        "{} {} {}",
        sign(mark.status),
        mark.status.as_str(),
        mark.badge
    );
    text.trim_end().to_owned()
}

/// The meaning of a status, which determines colours and signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Warning,
    Bad,
    Running,
    Stopped,
    Neutral,
}

pub(super) fn tone(status: Status) -> Tone {
    match status {
        Status::Succeeded | Status::Covered | Status::Added => Tone::Good,
        Status::Caught | Status::PartlyCovered | Status::Changed => Tone::Warning,
        Status::Failed | Status::NotCovered | Status::Removed => Tone::Bad,
        Status::Running => Tone::Running,
        Status::Stopped => Tone::Stopped,
        // `NotEntered`, and any status that a later version of `stepwright-asl` adds.
        _ => Tone::Neutral,
    }
}

/// A sign for readers who cannot distinguish the colours.
fn sign(status: Status) -> char {
    match tone(status) {
        Tone::Good => '✓',
        Tone::Warning => '!',
        Tone::Bad => '✕',
        Tone::Running => '▶',
        Tone::Stopped => '■',
        Tone::Neutral => '–',
    }
}

/// A class name that is valid in all formats.
pub(super) fn class(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "succeeded",
        Status::Caught => "caught",
        Status::Failed => "failed",
        Status::Running => "running",
        Status::Stopped => "stopped",
        Status::Covered => "covered",
        Status::PartlyCovered => "partly",
        Status::NotCovered => "uncovered",
        Status::Added => "added",
        Status::Changed => "changed",
        Status::Removed => "removed",
        // As for `tone`.
        _ => "unentered",
    }
}

/// Fill and line colour on a light background.
pub(super) fn light(status: Status) -> (&'static str, &'static str) {
    match tone(status) {
        Tone::Good => ("#e2f6e8", "#157038"),
        Tone::Warning => ("#fdeed4", "#a8500a"),
        Tone::Bad => ("#ffe3e4", "#b3181f"),
        Tone::Running => ("#dfe9ff", "#1d4ed8"),
        Tone::Stopped => ("#eee6ff", "#6d28d9"),
        Tone::Neutral => ("#ffffff", "#9aa5b4"),
    }
}

/// Fill and line colour on a dark background.
pub(super) fn dark(status: Status) -> (&'static str, &'static str) {
    match tone(status) {
        Tone::Good => ("#12321f", "#63d38b"),
        Tone::Warning => ("#3a2a10", "#f2b155"),
        Tone::Bad => ("#431a1f", "#ff8b8b"),
        Tone::Running => ("#16284d", "#7aa7ff"),
        Tone::Stopped => ("#2a2046", "#bb9bff"),
        Tone::Neutral => ("#0f1623", "#5d6a7e"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The compiler does not report a missing status: `Status` is non-exhaustive.
    #[test]
    fn each_status_has_its_own_class() {
        for status in Status::ALL {
            let alike = Status::ALL.map(class).into_iter();
            assert_eq!(alike.filter(|other| *other == class(status)).count(), 1);
            let is_neutral = tone(status) == Tone::Neutral;
            assert_eq!(is_neutral, status == Status::NotEntered, "{status:?}");
        }
    }
}
