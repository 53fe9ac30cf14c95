//! Properties of a workflow as a whole.

use super::{Amount, RawFields};
use crate::checked_type::DeclaredType;
use proc_macro2::Ident;
use stepwright_asl::front_end::Lint;
use syn::{Attribute, Type, Visibility};

/// A workflow, or a fragment of one, without its states.
pub(crate) struct Workflow {
    /// The parameters of a fragment; `None` for a workflow.
    pub(crate) fragment: Option<Vec<(Ident, Type)>>,
    /// The function, if the workflow is one under `#[workflow]`.
    pub(crate) function: Option<Ident>,
    pub(crate) docs: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) parameter: Option<(Ident, Type)>,
    pub(crate) output: Option<DeclaredType>,
    pub(crate) options: WorkflowOptions,
}

/// The options before the first state.
#[derive(Default)]
pub(crate) struct WorkflowOptions {
    pub(crate) express: Option<Ident>,
    /// The keyword, and the duration.
    pub(crate) timeout: Option<(Ident, Amount)>,
    pub(crate) query_language: Option<Ident>,
    pub(crate) lambda_retries: Option<Ident>,
    pub(crate) overflow_checks: Option<Ident>,
    pub(crate) deploy: Option<Ident>,
    /// The names of lints.
    pub(crate) deny: Vec<Ident>,
    pub(crate) allow: Vec<Ident>,
    pub(crate) raw: RawFields,
}

impl Workflow {
    /// The parameters: at most one for a workflow.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &(Ident, Type)> {
        self.parameter.iter().chain(self.fragment.iter().flatten())
    }

    /// Whether one of the parameters has this name.
    pub(crate) fn has_parameter(&self, name: &Ident) -> bool {
        self.parameters().any(|(parameter, _)| parameter == name)
    }

    /// What this is, in words: a workflow or a fragment.
    pub(crate) fn what(&self) -> &'static str {
        match self.fragment {
            Some(_) => "fragment",
            None => "workflow",
        }
    }

    /// Whether a lint is an error in this workflow.
    pub(crate) fn denies(&self, lint: Lint) -> bool {
        self.options.deny.iter().any(|one| one == lint.name())
    }

    /// Whether a lint is disabled in this workflow.
    pub(crate) fn allows(&self, lint: Lint) -> bool {
        self.options.allow.iter().any(|one| one == lint.name())
    }
}
