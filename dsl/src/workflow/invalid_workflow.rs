//! Problems of a workflow: what rustc cannot find, and what ASL cannot express.

use std::fmt;
use stepwright_asl::source::SourceLocation;
use stepwright_asl::{Diagnostic, DiagnosticLocation};

/// A problem of a workflow in Rust: its location, the message, and often the code of a rule.
///
/// The [`code`](Diagnostic::code), such as `SW130`, is that of the rule of `stepwright validate`
/// for the same problem in ASL; [`RULES`](stepwright_asl::validate::RULES) explains it. It is
/// `None` for a problem that only workflows in Rust have.
pub type WorkflowDiagnostic = Diagnostic<WorkflowLocation>;

/// The location of a problem in a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkflowLocation {
    /// The state; `None` for the workflow itself.
    pub state: Option<String>,
    /// The line of Rust: that of the expression, else that of the state. `None` if it is not known,
    /// for example for a definition that was parsed from a text.
    pub source: Option<SourceLocation>,
}

/// `src/orders.rs:41:13: in state `Charge`: the message; the help (SW031)`.
impl DiagnosticLocation for WorkflowLocation {
    fn format(diagnostic: &WorkflowDiagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WorkflowLocation { state, source } = &diagnostic.location;
        if let Some(source) = source {
            write!(f, "{source}: ")?;
        }
        if let Some(state) = state {
            write!(f, "in state `{state}`: ")?;
        }
        f.write_str(&diagnostic.message)?;
        if let Some(help) = &diagnostic.help {
            write!(f, "; {help}")?;
        }
        if let Some(code) = diagnostic.code {
            write!(f, " ({code})")?;
        }
        for related in &diagnostic.related {
            if let Some(source) = related.location.source {
                write!(f, "\n    {source}: {}", related.message)?;
            }
        }
        Ok(())
    }
}

/// Creates the diagnostic of a state, or of the whole workflow.
pub(crate) fn problem(state: Option<&str>, message: impl Into<String>) -> WorkflowDiagnostic {
    let location = WorkflowLocation {
        state: state.map(str::to_owned),
        source: None,
    };
    Diagnostic::error(location, message)
}

/// Sets the line of Rust of a diagnostic.
pub(crate) trait AtSource {
    fn at(self, source: Option<SourceLocation>) -> Self;
}

impl AtSource for WorkflowDiagnostic {
    fn at(mut self, source: Option<SourceLocation>) -> Self {
        self.location.source = source;
        self
    }
}

/// The error of a workflow that cannot become ASL, with all problems at once.
///
/// As text it is a list with a line for each problem. `Debug` is the same, so that `unwrap` shows
/// all problems.
///
/// ```
/// use stepwright::builder::FlowBuilder;
///
/// let flow = FlowBuilder::<(), ()>::new("Empty");
/// let lost = flow.declare::<()>("Lost");
/// flow.start_at(&lost);
/// let invalid = flow.build().expect_err("the state is never defined");
/// for diagnostic in &invalid {
///     assert_eq!(diagnostic.code, Some("SW020"));
///     assert_eq!(diagnostic.location.state.as_deref(), Some("Lost"));
///     assert!(diagnostic.location.source.is_some());
/// }
/// assert!(invalid.to_string().starts_with("workflow `Empty` cannot become ASL:\n  - "));
/// ```
#[derive(Clone, PartialEq)]
pub struct InvalidWorkflow {
    workflow: String,
    diagnostics: Vec<WorkflowDiagnostic>,
}

impl InvalidWorkflow {
    pub(crate) fn new(workflow: &str, diagnostics: Vec<WorkflowDiagnostic>) -> InvalidWorkflow {
        InvalidWorkflow {
            workflow: workflow.to_owned(),
            diagnostics,
        }
    }

    /// The workflow's name.
    pub fn workflow(&self) -> &str {
        &self.workflow
    }

    /// The problems, in the order of the states.
    pub fn iter(&self) -> std::slice::Iter<'_, WorkflowDiagnostic> {
        self.diagnostics.iter()
    }

    /// The number of problems; never 0.
    #[allow(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }
}

impl<'a> IntoIterator for &'a InvalidWorkflow {
    type Item = &'a WorkflowDiagnostic;
    type IntoIter = std::slice::Iter<'a, WorkflowDiagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for InvalidWorkflow {
    type Item = WorkflowDiagnostic;
    type IntoIter = std::vec::IntoIter<WorkflowDiagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.diagnostics.into_iter()
    }
}

impl fmt::Display for InvalidWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "workflow `{}` cannot become ASL:", self.workflow)?;
        for diagnostic in &self.diagnostics {
            write!(f, "\n  - {diagnostic}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for InvalidWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for InvalidWorkflow {}
