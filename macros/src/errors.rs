//! Collects all errors of one macro call.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::cell::RefCell;
use stepwright_asl::Diagnostic;

/// An error at the user's tokens.
pub(crate) type MacroDiagnostic = Diagnostic<TokenRange>;

/// A location in the input of a macro: from the first to the last token.
#[derive(Clone, Copy)]
pub(crate) struct TokenRange {
    start: Span,
    end: Span,
}

impl TokenRange {
    /// One token.
    pub(crate) fn at(span: Span) -> TokenRange {
        TokenRange {
            start: span,
            end: span,
        }
    }

    /// All of `tokens`.
    pub(crate) fn of(tokens: &impl ToTokens) -> TokenRange {
        let mut tokens = tokens.to_token_stream().into_iter();
        let start = tokens
            .next()
            .map_or_else(Span::call_site, |first| first.span());
        let end = tokens.last().map_or(start, |last| last.span());
        TokenRange { start, end }
    }

    /// The first token.
    pub(crate) fn first(self) -> Span {
        self.start
    }

    /// `::core::compile_error!("..")` as an expression, at these tokens.
    fn compile_error(self, message: &str) -> TokenStream {
        // rustc underlines from the first to the last token of the macro call.
        let call = quote_spanned!(self.start=> ::core::compile_error!);
        let arguments = quote_spanned!(self.end=> (#message));
        quote_spanned!(self.start=> #call #arguments)
    }
}

/// Writes a diagnostic as tokens. A macro on stable Rust reports only by `compile_error!`, so each
/// related location is an error, too.
pub(crate) trait CompileError {
    /// The diagnostic as an expression.
    fn expression(&self) -> TokenStream;

    /// The diagnostic as an item.
    ///
    /// It is never a bare `compile_error!` item: that would suppress every unresolved name of the
    /// user's crate.
    fn item(&self) -> TokenStream;
}

impl CompileError for MacroDiagnostic {
    fn expression(&self) -> TokenStream {
        let error = match &self.help {
            Some(help) => {
                let message = format!("{}; {help}", self.message);
                self.location.compile_error(&message)
            }
            None => self.location.compile_error(&self.message),
        };
        if self.related.is_empty() {
            return error;
        }
        let related = self.related.iter();
        let related = related.map(|one| one.location.compile_error(&one.message));
        quote!({ #error; #(#related;)* })
    }

    fn item(&self) -> TokenStream {
        let expression = self.expression();
        quote_spanned!(self.location.start=> const _: () = { #expression; };)
    }
}

/// Collects errors, so that one compile shows all of them.
///
/// Every collection must be [`finish`](Errors::finish)ed: dropping it unread is a bug of this
/// crate, and panics.
pub(crate) struct Errors {
    list: RefCell<Option<Vec<MacroDiagnostic>>>,
}

impl Errors {
    pub(crate) fn new() -> Errors {
        Errors {
            list: RefCell::new(Some(Vec::new())),
        }
    }

    /// Records an error at one span.
    pub(crate) fn at(&self, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::error(TokenRange::at(span), message));
    }

    /// Records an error that spans all of `tokens`.
    pub(crate) fn on(&self, tokens: &impl ToTokens, message: impl Into<String>) {
        self.push(Diagnostic::error(TokenRange::of(tokens), message));
    }

    /// Records an error of syn.
    pub(crate) fn syn(&self, error: &syn::Error) {
        for single in error.clone() {
            self.at(single.span(), single.to_string());
        }
    }

    /// Records a diagnostic.
    pub(crate) fn push(&self, diagnostic: MacroDiagnostic) {
        if let Some(list) = self.list.borrow_mut().as_mut() {
            list.push(diagnostic);
        }
    }

    /// The current number of errors.
    pub(crate) fn count(&self) -> usize {
        self.list.borrow().as_ref().map_or(0, Vec::len)
    }

    /// Returns the errors, in the order in which they were recorded.
    pub(crate) fn finish(self) -> Vec<MacroDiagnostic> {
        self.list.borrow_mut().take().unwrap_or_default()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(
            std::thread::panicking() || self.list.borrow().is_none(),
            "forgot to finish the errors"
        );
    }
}
