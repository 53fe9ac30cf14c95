//! Expressions: lowers each of the user's expressions, collects the variables that it reads, and
//! reports the parts that cannot run in a workflow.

mod blocks;
mod calls;
mod casts;
mod earlier_lets;
mod expression;
mod generic_types;
mod hints;
mod json;
mod literals;
mod matched_variants;
mod names;
mod paths;
mod placeholder;
mod proof;
mod rewrite;
mod standalone;
mod state_expressions;
mod templates;

pub(crate) use self::literals::literal_type;
pub(crate) use self::matched_variants::matched_variants;
pub(super) use self::rewrite::mentions;
pub(crate) use self::rewrite::{without_location, witness_name};
pub(crate) use self::standalone::{StandaloneExpression, resolve_standalone};
pub(super) use self::state_expressions::resolve;

use crate::machine::Term;
use proc_macro2::Span;

/// A name that exists only in one state or expression, and its value.
#[derive(Clone)]
pub(crate) struct Local {
    pub(crate) name: String,
    pub(crate) value: Term,
}

/// The text of a literal and its location.
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) span: Span,
}
