//! Asks that the JSON of a matched enum says which variant it is: an untagged one's does not.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Pat, parse_quote};

/// A pattern that also binds each value whose variant it asks for, and the questions about their types.
pub(crate) fn told(pattern: &Pat) -> (Pat, TokenStream) {
    let mut found = Found(Vec::new());
    let pattern = found.pattern(pattern);
    let mut questions = TokenStream::new();
    for (name, span) in &found.0 {
        // "it is untagged" is said of the pattern.
        quote_spanned!(*span=> __s::Told::told(&#name, (&__s::tagging(&#name)).of());)
            .to_tokens(&mut questions);
    }
    if found.0.is_empty() {
        return (pattern, questions);
    }
    // Of the two `of`, rustc takes the one of untagged enums where it can.
    let questions = quote!({ use __s::OfTagged as _; use __s::OfUntagged as _; #questions });
    (pattern, questions)
}

/// The names of the values.
struct Found(Vec<(Ident, Span)>);

impl Found {
    fn pattern(&mut self, pattern: &Pat) -> Pat {
        match pattern {
            Pat::Paren(inner) => self.pattern(&inner.pat),
            Pat::Tuple(tuple) => {
                let mut tuple = tuple.clone();
                for item in &mut tuple.elems {
                    *item = self.pattern(item);
                }
                Pat::Tuple(tuple)
            }
            Pat::TupleStruct(some) if some.path.is_ident("Some") => {
                let mut some = some.clone();
                for item in &mut some.elems {
                    *item = self.pattern(item);
                }
                Pat::TupleStruct(some)
            }
            Pat::Or(or) if or.cases.iter().all(is_variant) => {
                self.bind(pattern.span(), &quote!((#pattern)))
            }
            pattern if is_variant(pattern) => self.bind(pattern.span(), &pattern.to_token_stream()),
            other => other.clone(),
        }
    }

    fn bind(&mut self, span: Span, pattern: &TokenStream) -> Pat {
        let name = format_ident!("__told{}", self.0.len());
        self.0.push((name.clone(), span));
        parse_quote!(#name @ #pattern)
    }
}

/// Whether a pattern asks for a variant: by a path of several segments, or with fields.
fn is_variant(pattern: &Pat) -> bool {
    match pattern {
        Pat::Path(path) => path.path.segments.len() > 1,
        Pat::TupleStruct(variant) => !["Some", "Ok", "Err"]
            .iter()
            .any(|name| variant.path.is_ident(name)),
        Pat::Struct(_) => true,
        _ => false,
    }
}
