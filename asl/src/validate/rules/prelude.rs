//! The names that most rules use.

pub(super) use crate::diagnostic::Severity;
pub(super) use crate::edit::Edit;
pub(super) use crate::fix::{Fix, Safety};
pub(super) use crate::json;
pub(super) use crate::json::{Json, Object, Pointer};
pub(super) use crate::model::QueryLanguage;
pub(super) use crate::service_text::{NumberText, ServiceLocation, ServiceText};
pub(super) use crate::substitution::is_substitution;
pub(super) use crate::validate::definition::{Definition, DefinitionPart};
pub(super) use crate::validate::report::Report;
pub(super) use crate::validate::rule::{Evidence, Rule, SCHEMA, TARGET, source};
pub(super) use crate::validate::rules::{field_fixes, state_fixes};
