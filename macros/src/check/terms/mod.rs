//! Expressions: what each of the user's expressions lowers to, which variables it reads, and what cannot run.

mod alone;
mod blocks;
mod calls;
mod casts;
mod earlier;
mod expression;
mod hints;
mod literals;
mod matched_variants;
mod names;
mod paths;
mod placeholder;
mod places;
mod proof;
mod rewrite;
mod templates;

pub(crate) use self::alone::{Alone, alone};
pub(crate) use self::literals::literal_type;
pub(crate) use self::matched_variants::matched_variants;
pub(super) use self::placeholder::in_texts;
pub(super) use self::places::resolve;
pub(crate) use self::rewrite::{beside, witness};

use crate::machine::Term;
use proc_macro2::Span;

/// What a name of a state's own stands for.
#[derive(Clone)]
pub(crate) struct Local {
    pub(crate) name: String,
    pub(crate) value: Term,
}

/// The text of a literal and where it stands.
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) span: Span,
}
