//! The type of a rule, and AWS's documentation pages that rules refer to.

use super::definition::Definition;
use super::report::{Report, RuleHeading};
use crate::diagnostic::Severity;

/// One rule of the validator.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// The rule's id, such as `SW020`.
    pub id: &'static str,
    /// The rule's name, such as `missing-transition-target`. Everything that takes an id also takes
    /// the name.
    pub name: &'static str,
    /// The severity of its diagnostics. A rule of errors may also report warnings, but a rule of
    /// warnings reports no errors.
    pub severity: Severity,
    /// AWS's code for its errors; `None` if AWS does not check this.
    pub code: Option<&'static str>,
    /// The evidence for the rule.
    pub known: Evidence,
    /// The forbidden condition, in one sentence.
    pub summary: &'static str,
    /// The reason, the behaviour of AWS, and how to fix it, in Markdown.
    pub doc: &'static str,
    /// The page of AWS's documentation.
    pub source: &'static str,
    pub(super) check: fn(&Definition<'_>, &mut Report<'_>),
}

impl Rule {
    pub(super) fn heading(&self) -> RuleHeading {
        RuleHeading {
            id: self.id,
            name: self.name,
            aws_code: self.code,
            severity: self.severity,
        }
    }
}

/// The evidence for a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// Recorded on the service.
    Measured,
    /// Documented by AWS or the States Language.
    Documented,
    /// Neither recorded nor documented: a decision of this project.
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
