//! `Debug` of generic types.

/// Implements `Debug` with one field of a type, without requirements for its type parameters.
macro_rules! debug_with {
    ([$($parameter:ident),*] $name:ident<$($argument:tt),*>: $($field:ident).+) => {
        impl<$($parameter),*> std::fmt::Debug for $name<$($argument),*> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.$($field).+).finish()
            }
        }
    };
}
