//! Macros for implementations of traits.

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

/// Calls a macro with the tuples of one to eight types, each with the names and the indices of its
/// items.
macro_rules! for_each_tuple {
    ($then:ident) => {
        $then! {
            (A 0)
            (A 0, B 1)
            (A 0, B 1, C 2)
            (A 0, B 1, C 2, D 3)
            (A 0, B 1, C 2, D 3, E 4)
            (A 0, B 1, C 2, D 3, E 4, F 5)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
        }
    };
}
