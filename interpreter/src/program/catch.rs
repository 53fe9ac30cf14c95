//! The compiled form of a catcher.

use super::index::StateIx;
use super::io::ResultPath;
use crate::query::{Assignments, Expr};

/// A catcher of a state.
#[derive(Debug)]
pub(crate) struct Catcher {
    pub(crate) errors: Box<[String]>,
    pub(crate) result_path: ResultPath,
    pub(crate) assign: Assignments,
    pub(crate) output: Option<Expr>,
    pub(crate) next: StateIx,
}
