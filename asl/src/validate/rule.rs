//! What a rule is.

use super::definition::Definition;
use super::report::{Heading, Report};
use crate::finding::Severity;

/// One rule of the validator.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// Its id, such as `SW020`.
    pub id: &'static str,
    /// How grave its findings are; a rule may give a warning in place of an error, never the other way.
    pub severity: Severity,
    /// AWS's code for its errors; `None` for a rule that AWS does not have.
    pub code: Option<&'static str>,
    /// How it is known.
    pub known: Known,
    /// What it forbids, in a sentence.
    pub summary: &'static str,
    /// Why, what AWS does, and how to mend it, in Markdown.
    pub doc: &'static str,
    /// The page on which AWS writes about it.
    pub source: &'static str,
    pub(super) check: fn(&Definition<'_>, &mut Report<'_>),
}

impl Rule {
    pub(super) fn heading(&self) -> Heading {
        Heading {
            id: self.id,
            code: self.code,
            severity: self.severity,
        }
    }
}

/// How a rule is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Known {
    /// Recorded on the service.
    Measured,
    /// Documented by AWS or the States Language.
    Documented,
    /// Neither recorded nor documented: a judgement of this project.
    Presumed,
}

pub(super) const SCHEMA: Option<&str> = Some("SCHEMA_VALIDATION_FAILED");
pub(super) const TARGET: Option<&str> = Some("MISSING_TRANSITION_TARGET");

/// Pages of AWS's documentation.
pub(super) mod source {
    macro_rules! pages {
        ($( $name:ident = $page:literal, )*) => {
            $( pub(in crate::validate) const $name: &str =
                concat!("https://docs.aws.amazon.com/step-functions/latest/", $page); )*
        };
    }

    pages! {
        BEST_PRACTICES = "dg/sfn-best-practices.html",
        CHOICE = "dg/state-choice.html",
        CREDENTIALS = "dg/concepts-access-cross-acct-resources.html",
        DIAGNOSTICS = "apireference/API_ValidateStateMachineDefinitionDiagnostic.html",
        DISTRIBUTED = "dg/state-map-distributed.html",
        ERRORS = "dg/concepts-error-handling.html",
        EXPRESS = "dg/choosing-workflow-type.html",
        FAIL = "dg/state-fail.html",
        INTRINSIC = "dg/intrinsic-functions.html",
        JSONATA = "dg/transforming-data.html",
        MAP = "dg/state-map.html",
        PARALLEL = "dg/state-parallel.html",
        PARAMETERS = "dg/input-output-inputpath-params.html",
        PATHS = "dg/amazon-states-language-paths.html",
        PATTERNS = "dg/connect-to-resource.html",
        QUOTAS = "dg/service-quotas.html",
        RESOURCES = "dg/integrate-services.html",
        STATES = "dg/workflow-states.html",
        STRUCTURE = "dg/statemachine-structure.html",
        TASK = "dg/state-task.html",
        VARIABLES = "dg/workflow-variables.html",
        WAIT = "dg/state-wait.html",
        WRITER = "dg/input-output-resultwriter.html",
    }
}
