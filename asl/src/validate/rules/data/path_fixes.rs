//! The paths that an invalid text may mean.

use crate::path::{Path, Root};

/// The paths that a text may mean, the most similar one first.
pub(super) fn candidates(text: &str) -> Vec<String> {
    let text = text.trim();
    let is_name = text.starts_with(|char: char| char.is_alphabetic() || char == '_');
    let prefix = match text.chars().next() {
        Some('.' | '[') => "$",
        _ if is_name => "$.",
        _ => "",
    };
    let whole = format!("{prefix}{text}");
    let quoted = whole.replace('"', "'");
    let mut texts = vec![whole.clone(), quoted];
    texts.extend(shorter(&whole));
    texts.retain(|text| Path::parse(text).is_ok());
    texts
}

/// The longest part of a path that selects one value, from the start.
pub(super) fn reference(text: &str) -> Option<String> {
    let is_reference = |text: &String| Path::parse(text).is_ok_and(|path| path.is_reference());
    let is_part = |text: &String| text != "$" || is_reference(text);
    shorter(text)
        .into_iter()
        .find(|text| is_part(text) && is_reference(text))
}

/// The reference path for a result.
pub(super) fn result(text: &str) -> String {
    let in_input = |text: &String| {
        Path::parse(text).is_ok_and(|path| path.root == Root::Input && path.is_reference())
    };
    let part = reference(text).filter(in_input).filter(|text| text != "$");
    part.unwrap_or_else(|| "$.result".to_owned())
}

/// The parts of a path from its start, the longest one first.
fn shorter(text: &str) -> Vec<String> {
    /// A text with more steps is not a misspelt path.
    const STEPS: usize = 40;
    let ends = text.char_indices().rev();
    let ends = ends.filter(|(at, char)| matches!(char, '.' | '[') && *at > 0);
    ends.take(STEPS)
        .map(|(at, _)| text[..at].to_owned())
        .collect()
}
