//! The names that must have their standard meaning.

use crate::functions::HiddenFunctions;
use proc_macro2::Ident;
use std::collections::BTreeMap;

/// The names in a workflow's expressions that must have their usual meaning.
#[derive(Default)]
pub(crate) struct UsedNames {
    /// Methods, each with the token of its first call.
    pub(crate) methods: BTreeMap<String, Ident>,
    /// Variants and types of the prelude: `None`, `String`.
    pub(crate) items: BTreeMap<String, Ident>,
    /// Macros.
    pub(crate) macros: BTreeMap<String, Ident>,
    /// Functions whose names are those of variables.
    pub(crate) functions: HiddenFunctions,
}
