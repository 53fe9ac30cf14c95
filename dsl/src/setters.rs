//! Methods that set one thing each.

/// Writes methods that take a value whole and give it back with one thing changed.
macro_rules! setters {
    ($this:ident: $($(#[$docs:meta])* $name:ident($($argument:ident: $of:ty),*) => $change:expr;)+) => {
        $(
            $(#[$docs])*
            #[must_use]
            pub fn $name(mut $this, $($argument: $of),*) -> Self {
                $change;
                $this
            }
        )+
    };
}

pub(crate) use setters;
