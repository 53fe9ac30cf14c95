//! The text of an edit and its style.

use super::source::SourceText;
use super::splice::Splice;
use super::style::{Style, survey};
use crate::json::{Json, ValueMark};

/// The text and its style.
pub(super) struct EditPlan<'d> {
    pub(super) source: SourceText<'d>,
    pub(super) style: Style,
}

/// The changes, or the reason why the edit is impossible.
pub(super) type Changes = Result<Vec<Splice>, String>;

impl<'d> EditPlan<'d> {
    pub(super) fn of(source: SourceText<'d>, json: &Json, mark: &ValueMark) -> EditPlan<'d> {
        EditPlan {
            source,
            style: survey(source, json, mark),
        }
    }
}
