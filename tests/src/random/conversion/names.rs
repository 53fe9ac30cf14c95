//! Names of members, variables and states that are likely to collide with other syntax.

use super::super::draw::Draw;

/// Names of members. Ordinary ones are more frequent.
pub(super) const MEMBERS: &[&str] = &[
    "a",
    "b",
    "total",
    "items",
    "order",
    "customer",
    "status",
    "a",
    "b",
    "total",
    "items",
    "order",
    "name",
    "order id",
    "a.b",
    "a-b",
    "and",
    "or",
    "in",
    "true",
    "null",
    "function",
    "it's",
    "say \"x\"",
    "back\\slash",
    "ünï",
    "0",
    "$x",
    "@type",
    "*",
    "%",
    "[0]",
    "{x}",
    "length",
    "input",
    "x.$y",
];

const VARIABLES: &[&str] = &["v", "total", "order_1", "ünï", "and", "count", "sum"];

/// Returns a new name of a variable: no two scopes have the same one.
pub(super) fn variable(draw: &mut Draw, number: usize) -> String {
    format!("{}{number}", draw.of(VARIABLES))
}

const STATES: &[&str] = &[
    "Charge",
    "Say \"x\"",
    "Ünï",
    "It's",
    "a.b",
    "Is it {% x %}?",
    "Ship/it~",
];

/// Returns a new name of a state.
pub(super) fn state(draw: &mut Draw, number: usize) -> String {
    format!("{} {number}", draw.of(STATES))
}

/// Writes a step of a path to a member. A backslash in a quoted name is a character of the name, so
/// the quote must not occur in the name.
pub(super) fn step(draw: &mut Draw, name: &str) -> String {
    let is_plain = name.starts_with(char::is_alphabetic)
        && name
            .chars()
            .all(|char| char.is_alphanumeric() || char == '_');
    match name {
        _ if is_plain && draw.number(8) > 0 => format!(".{name}"),
        _ if name.contains('\'') => format!("[\"{name}\"]"),
        _ => format!("['{name}']"),
    }
}
