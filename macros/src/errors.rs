//! The bag that all mistakes of one macro call are collected in.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use std::cell::RefCell;

/// One mistake, at the user's own tokens.
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
        // rustc underlines from the first token of the macro call to its last.
        let call = quote_spanned!(self.start=> ::core::compile_error!);
        let arguments = quote_spanned!(self.end=> (#message));
        quote_spanned!(self.start=> #call #arguments)
    }

    /// What is said.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The mistake as an item.
    ///
    /// Never a bare `compile_error!` item: that silences every unresolved name of the user's crate.
    pub(crate) fn item(&self) -> TokenStream {
        let expression = self.expression();
        quote_spanned!(self.start=> const _: () = { #expression; };)
    }
}

/// Collects mistakes, so that one compile shows all of them.
///
/// Whoever makes a bag must [`finish`](Errors::finish) it: dropping it unread is a bug of ours, and panics.
pub(crate) struct Errors {
    list: RefCell<Option<Vec<Mistake>>>,
}

impl Errors {
    pub(crate) fn new() -> Errors {
        Errors {
            list: RefCell::new(Some(Vec::new())),
        }
    }

    /// Records a mistake at one span.
    pub(crate) fn at(&self, span: Span, message: impl Into<String>) {
        self.between(span, span, message);
    }

    /// Records a mistake that spans all of `tokens`.
    pub(crate) fn on(&self, tokens: &impl ToTokens, message: impl Into<String>) {
        let mut tokens = tokens.to_token_stream().into_iter();
        let start = tokens
            .next()
            .map_or_else(Span::call_site, |first| first.span());
        let end = tokens.last().map_or(start, |last| last.span());
        self.between(start, end, message);
    }

    /// Records what syn says.
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

    /// How many mistakes there are by now.
    pub(crate) fn count(&self) -> usize {
        self.list.borrow().as_ref().map_or(0, Vec::len)
    }

    /// The mistakes, in the order in which they were found.
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
