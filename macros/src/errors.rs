//! Collects all errors of one macro call.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use std::cell::RefCell;

/// An error at the user's tokens.
#[derive(Clone)]
pub(crate) struct Mistake {
    message: String,
    start: Span,
    end: Span,
}

impl Mistake {
    /// `::core::compile_error!("..")` as an expression, at the user's tokens.
    pub(crate) fn expression(&self) -> TokenStream {
        let message = &self.message;
        // rustc underlines from the first to the last token of the macro call.
        let call = quote_spanned!(self.start=> ::core::compile_error!);
        let arguments = quote_spanned!(self.end=> (#message));
        quote_spanned!(self.start=> #call #arguments)
    }

    /// The error message.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The error as an item.
    ///
    /// It is never a bare `compile_error!` item: that would suppress every unresolved name of the user's crate.
    pub(crate) fn item(&self) -> TokenStream {
        let expression = self.expression();
        quote_spanned!(self.start=> const _: () = { #expression; };)
    }
}

/// Collects errors, so that one compile shows all of them.
///
/// Every collection must be [`finish`](Errors::finish)ed: dropping it unread is a bug of this crate, and panics.
pub(crate) struct Errors {
    list: RefCell<Option<Vec<Mistake>>>,
}

impl Errors {
    pub(crate) fn new() -> Errors {
        Errors {
            list: RefCell::new(Some(Vec::new())),
        }
    }

    /// Records an error at one span.
    pub(crate) fn at(&self, span: Span, message: impl Into<String>) {
        self.between(span, span, message);
    }

    /// Records an error that spans all of `tokens`.
    pub(crate) fn on(&self, tokens: &impl ToTokens, message: impl Into<String>) {
        let mut tokens = tokens.to_token_stream().into_iter();
        let start = tokens
            .next()
            .map_or_else(Span::call_site, |first| first.span());
        let end = tokens.last().map_or(start, |last| last.span());
        self.between(start, end, message);
    }

    /// Records an error of syn.
    pub(crate) fn syn(&self, error: &syn::Error) {
        for single in error.clone() {
            self.at(single.span(), single.to_string());
        }
    }

    fn between(&self, start: Span, end: Span, message: impl Into<String>) {
        if let Some(list) = self.list.borrow_mut().as_mut() {
            list.push(Mistake {
                message: message.into(),
                start,
                end,
            });
        }
    }

    /// The current number of errors.
    pub(crate) fn count(&self) -> usize {
        self.list.borrow().as_ref().map_or(0, Vec::len)
    }

    /// Returns the errors, in the order in which they were recorded.
    pub(crate) fn finish(self) -> Vec<Mistake> {
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
