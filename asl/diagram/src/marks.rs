//! Adds the statuses of an overlay to an outline.

use crate::overlay::{Mark, Overlay, Status};

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
        node.mark = known
            .filter(|_| node.depicts != Depicted::Missing)
            .map(|mark| Mark {
                status: mark.status,
                badge: one_line(&mark.badge, LONGEST.1),
                notes: mark
                    .notes
                    .iter()
                    .map(|note| one_line(note, LONGEST.2))
                    .collect(),
            });
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

/// The statuses in an outline, for the legend; each status once.
pub(super) fn legend(outline: &Outline) -> Vec<Status> {
    let nodes = outline.nodes.iter().filter_map(|node| node.mark.as_ref());
    let used: Vec<Status> = nodes.map(|mark| mark.status).collect();
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

/// A sign for readers who cannot distinguish the colours.
fn sign(status: Status) -> char {
    match status {
        Status::Succeeded | Status::Covered => '✓',
        Status::Caught | Status::PartlyCovered => '!',
        Status::Failed | Status::NotCovered => '✕',
        Status::Running => '▶',
        Status::Stopped => '■',
        Status::NotEntered => '–',
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
        Status::NotEntered => "unentered",
        Status::Covered => "covered",
        Status::PartlyCovered => "partly",
        Status::NotCovered => "uncovered",
    }
}

/// Fill and line colour on a light background.
pub(super) fn light(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Succeeded | Status::Covered => ("#e2f6e8", "#157038"),
        Status::Caught | Status::PartlyCovered => ("#fdeed4", "#a8500a"),
        Status::Failed | Status::NotCovered => ("#ffe3e4", "#b3181f"),
        Status::Running => ("#dfe9ff", "#1d4ed8"),
        Status::Stopped => ("#eee6ff", "#6d28d9"),
        Status::NotEntered => ("#ffffff", "#9aa5b4"),
    }
}

/// Fill and line colour on a dark background.
pub(super) fn dark(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Succeeded | Status::Covered => ("#12321f", "#63d38b"),
        Status::Caught | Status::PartlyCovered => ("#3a2a10", "#f2b155"),
        Status::Failed | Status::NotCovered => ("#431a1f", "#ff8b8b"),
        Status::Running => ("#16284d", "#7aa7ff"),
        Status::Stopped => ("#2a2046", "#bb9bff"),
        Status::NotEntered => ("#0f1623", "#5d6a7e"),
    }
}
