//! Source locations of tokens, for the faults of `build()`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;

/// The file of the macro's call, under the name that [`at`] uses.
pub(crate) fn file() -> TokenStream {
    quote!(
        const __FILE: &'static str = ::core::file!();
    )
}

/// `.at(file, line, column)`, for a state or an expression. Nothing if the compiler does not
/// provide the location, as in an editor.
pub(crate) fn at(span: Span) -> Option<TokenStream> {
    if !proc_macro::is_available() {
        return None;
    }
    let span = span.unwrap();
    let line = Literal::usize_unsuffixed(span.line());
    let column = Literal::usize_unsuffixed(span.column());
    Some(quote!(.at(__FILE, #line, #column)))
}
