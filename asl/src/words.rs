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
    let shown = shown.join(", ");
    match things.len().saturating_sub(most) {
        0 => shown,
        others => format!("{shown} and {others} more"),
    }
}

/// Returns the words as a slice of texts: `words!(Retry Catch)` is `&["Retry", "Catch"]`.
#[doc(hidden)]
#[macro_export]
macro_rules! words {
    ($($word:ident)*) => {
        &[$(stringify!($word)),*]
    };
}
