//! A problem of a template.

use std::sync::Arc;

use stepwright_asl::{Diagnostic, Severity};

use crate::source::SourceFile;
use crate::terminal::diagnostics;

/// A diagnostic, and the file that its location is in: a template or a definition.
#[derive(Debug, Clone)]
pub(super) struct TemplateProblem {
    pub(super) diagnostic: Diagnostic,
    pub(super) source: Arc<SourceFile>,
}

impl TemplateProblem {
    pub(super) fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }

    /// Prints the problem with the line of its file on standard error.
    pub(super) fn print(&self) {
        diagnostics::tell(format_args!(
            "{}\n",
            diagnostics::diagnostic(&self.diagnostic, &self.source)
        ));
    }
}

/// An error without a rule, at the start of the text.
pub(super) fn problem(message: impl Into<String>) -> Diagnostic {
    let mut diagnostic = Diagnostic::new("", Severity::Error, message);
    diagnostic.code = None;
    diagnostic
}
