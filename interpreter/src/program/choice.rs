//! The compiled form of a Choice state and of its rules.

use super::index::StateIx;
use crate::query::{Assignments, Condition, Expr};

/// A Choice state.
#[derive(Debug)]
pub struct Choice {
    pub(crate) rules: Box<[Rule]>,
    pub(crate) default: Option<StateIx>,
}

/// One transition. Its Assign and Output replace those of the state.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) condition: Condition,
    pub(crate) assign: Assignments,
    pub(crate) output: Option<Expr>,
    pub(crate) next: StateIx,
}
