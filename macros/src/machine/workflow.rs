//! What is said of a workflow as a whole.

use super::{Amount, RawFields};
use proc_macro2::Ident;
use syn::{Attribute, Type, Visibility};

/// What `deny` and `allow` may name.
pub(crate) const LINTS: &[&str] = &[
    "unhandled_errors",
    "unbounded_loop",
    "literal_placeholder",
    "unused_variables",
    "retried_computation",
];

/// A workflow, or a fragment of one, without its states.
pub(crate) struct Workflow {
    /// The parameters, where it is a fragment.
    pub(crate) fragment: Option<Vec<(Ident, Type)>>,
    pub(crate) docs: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) parameter: Option<(Ident, Type)>,
    pub(crate) output: Option<Type>,
    pub(crate) options: WorkflowOptions,
}

/// The options before the first state.
#[derive(Default)]
pub(crate) struct WorkflowOptions {
    pub(crate) express: Option<Ident>,
    /// The keyword, and how long.
    pub(crate) timeout: Option<(Ident, Amount)>,
    pub(crate) query_language: Option<Ident>,
    pub(crate) lambda_retries: Option<Ident>,
    pub(crate) deploy: Option<Ident>,
    /// The names of lints.
    pub(crate) deny: Vec<Ident>,
    pub(crate) allow: Vec<Ident>,
    pub(crate) raw: RawFields,
}

impl Workflow {
    /// The parameters: of a workflow, one at most.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &(Ident, Type)> {
        self.parameter.iter().chain(self.fragment.iter().flatten())
    }

    /// Whether one of the parameters has this name.
    pub(crate) fn has_parameter(&self, name: &Ident) -> bool {
        self.parameters().any(|(parameter, _)| parameter == name)
    }

    /// What this is, in words.
    pub(crate) fn what(&self) -> &'static str {
        match self.fragment {
            Some(_) => "fragment",
            None => "workflow",
        }
    }

    /// Whether a lint is an error in this workflow.
    pub(crate) fn denies(&self, lint: &str) -> bool {
        self.options.deny.iter().any(|one| one == lint)
    }

    /// Whether a lint says nothing in this workflow.
    pub(crate) fn allows(&self, lint: &str) -> bool {
        self.options.allow.iter().any(|one| one == lint)
    }
}
