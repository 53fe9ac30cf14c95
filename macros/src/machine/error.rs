//! The errors that `retry` and `catch` name.

use super::Setting;
use proc_macro2::{Ident, Span};
use stepwright_asl::errors::ALL;
use syn::spanned::Spanned;
use syn::{LitStr, Pat, Path};

/// `PaymentError::Declined { reason }`, `States::Timeout` or `"Lambda.Unknown"`.
#[derive(Clone)]
pub(crate) enum ErrorPattern {
    Path(Path),
    /// The variant's path, and the whole pattern.
    Fields(Path, Pat),
    Text(LitStr),
    /// Each error of the task, or of the tasks inside: `Err(e)` in a function.
    Every(Span),
}

impl ErrorPattern {
    /// The path of a pattern that is not text.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            ErrorPattern::Path(path) | ErrorPattern::Fields(path, _) => Some(path),
            ErrorPattern::Text(_) | ErrorPattern::Every(_) => None,
        }
    }

    /// `X` of `States::X`.
    pub(crate) fn predefined(&self) -> Option<String> {
        let mut segments = self.path()?.segments.iter();
        let (first, second) = (segments.next()?, segments.next()?);
        (first.ident == "States" && segments.next().is_none()).then(|| second.ident.to_string())
    }

    /// The error's name in ASL, if it is known here: that of a predefined error, or the text.
    pub(crate) fn wire_name(&self) -> Option<String> {
        match self {
            ErrorPattern::Text(text) => Some(text.value()),
            _ => self.predefined().map(|name| format!("States.{name}")),
        }
    }

    /// Whether it names every error that can be named: `States::ALL`.
    pub(crate) fn is_all(&self) -> bool {
        self.wire_name().as_deref() == Some(ALL)
    }

    /// Whether it names a user's error, by its path.
    pub(crate) fn is_own(&self) -> bool {
        self.path().is_some() && self.predefined().is_none()
    }

    /// The first token's span.
    pub(crate) fn span(&self) -> Span {
        match self {
            ErrorPattern::Path(path) | ErrorPattern::Fields(path, _) => path.span(),
            ErrorPattern::Text(text) => text.span(),
            ErrorPattern::Every(span) => *span,
        }
    }
}

/// One `retry`.
pub(crate) struct Retry {
    pub(crate) errors: Vec<ErrorPattern>,
    pub(crate) settings: Vec<Setting>,
}

/// `catch { .. }`, whose arms are edges: rustc checks that they name every error.
pub(crate) struct CatchEvery {
    pub(crate) keyword: Ident,
    pub(crate) braces: Span,
}
