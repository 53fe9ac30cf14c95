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
    match names.is_empty() {
        true => "none".to_owned(),
        false => names,
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
