//! Tuples that are payloads.

/// Calls a macro with the members of every tuple that serde and schemars support, the shortest
/// first.
macro_rules! for_tuples {
    ($each:ident) => {
        $each! {
            A;
            A B;
            A B C;
            A B C D;
            A B C D E;
            A B C D E F;
            A B C D E F G;
            A B C D E F G H;
            A B C D E F G H I;
            A B C D E F G H I J;
            A B C D E F G H I J K;
            A B C D E F G H I J K L;
        }
    };
}

pub(crate) use for_tuples;
