//! What names mean where the workflow is declared.

macro_rules! probes {
    ($($name:ident)*) => {
        /// The methods of the standard library that a workflow can run, on every type: a second trait in scope with one of
        /// them makes a call ambiguous.
        pub trait StandardLibrary: Sized {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                fn $name(self) {}
            )*
        }
    };
}
super::for_each_name!(probes);

impl<T> StandardLibrary for T {}

/// The macros of the standard library. A glob import makes another macro of the same name ambiguous.
pub mod macros {
    pub use ::std::{format, matches, vec};
}

/// Requires that two paths name one function.
pub fn same_function<F>(_one: F, _other: F) {}
