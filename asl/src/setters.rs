//! Setter methods.

/// Defines methods that take a value by move, change it and return it. The type has `#[must_use]`,
/// or each of the methods.
#[doc(hidden)]
#[macro_export]
macro_rules! setters {
    ($this:ident: $($(#[$attributes:meta])* $name:ident($($argument:ident: $of:ty),*) => $change:expr;)+) => {$(
        $(#[$attributes])*
        pub fn $name(mut $this, $($argument: $of),*) -> Self {
            $change;
            $this
        }
    )+};
}
