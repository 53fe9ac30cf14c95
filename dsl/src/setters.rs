//! Setter methods.

/// Defines methods that take a value by move, change one field and return it.
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
