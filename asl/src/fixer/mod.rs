//! Makes the fixes of diagnostics in a text; [`fix`](crate::fix) describes them.

mod rounds;
mod suppression;

pub use self::rounds::{AppliedFix, Fixed, Fixer, RefusedFix};
