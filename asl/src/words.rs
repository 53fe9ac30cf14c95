//! Lists of words.

use std::fmt::Display;

/// Names in a message: `` `A`, `B` ``.
pub fn quoted<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Names in a message, or `none`.
pub fn quoted_or_none<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let names = quoted(names);
    if names.is_empty() {
        "none".to_owned()
    } else {
        names
    }
}

/// The first things of a list, and how many others it has: `a, b, c and 3 more`.
pub fn first_of<T: Display>(things: &[T], most: usize) -> String {
    let shown: Vec<String> = things.iter().take(most).map(T::to_string).collect();
    let mut shown = shown.join(", ");
    shown.extend(more(things.len().saturating_sub(most)).map(|more| format!(" {more}")));
    shown
}

/// The first lines of a list, and a line with the number of the others: `and 3 more`.
pub fn first_lines<T: Display>(lines: impl IntoIterator<Item = T>, most: usize) -> Vec<String> {
    let mut lines = lines.into_iter();
    let first = lines.by_ref().take(most);
    let mut shown: Vec<String> = first.map(|line| line.to_string()).collect();
    shown.extend(more(lines.count()));
    shown
}

/// `and 3 more` for 3 omitted things, and nothing for 0.
pub fn more(omitted: usize) -> Option<String> {
    (omitted > 0).then(|| format!("and {omitted} more"))
}

/// Returns the words as a slice of texts: `words!(Retry Catch)` is `&["Retry", "Catch"]`.
#[doc(hidden)]
#[macro_export]
macro_rules! words {
    ($($word:ident)*) => {
        &[$(stringify!($word)),*]
    };
}
