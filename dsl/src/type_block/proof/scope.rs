//! The meaning of names at the declaration of the workflow.

/// The macros of the standard library, and `json!`. A glob import makes another macro of the same
/// name ambiguous.
pub mod macros {
    pub use ::serde_json::json;
    pub use ::std::{format, matches, vec};
}

/// A function that is `Default::default`.
#[diagnostic::on_unimplemented(
    message = "this `default` is a function of the type, which a workflow cannot run",
    label = "a workflow knows the value of `Default::default` only",
    note = "implement or derive `Default`, or write the value out"
)]
pub trait IsDefault<Standard> {}

#[diagnostic::do_not_recommend]
impl<F> IsDefault<F> for F {}

/// A second implementation. With only one, rustc would infer `Standard` from it and report
/// mismatched types.
#[derive(Debug)]
pub struct Unrelated;

impl<F> IsDefault<(Unrelated, F)> for F {}

/// Requires that a function is `Default::default`.
pub fn standard_default<F: IsDefault<Standard>, Standard>(_function: F, _standard: Standard) {}
