//! Lists of words.

/// Returns the words as a slice of texts: `words!(Retry Catch)` is `&["Retry", "Catch"]`.
#[doc(hidden)]
#[macro_export]
macro_rules! words {
    ($($word:ident)*) => {
        &[$(stringify!($word)),*]
    };
}
