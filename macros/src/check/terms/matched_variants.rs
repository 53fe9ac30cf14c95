//! Asks that the JSON of a matched enum says which variant it is: an untagged one's does not.

use crate::machine::is_bound;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Pat, parse_quote};

/// A pattern that also binds each value whose variant it asks for, and the questions about their types. `named` counts
/// the values that have names already, where several patterns are in scope together.
///
/// A name becomes `name @ _`: in Rust a single name may be a constant, and here it binds, so rustc says where it is one.
pub(crate) fn matched_variants(pattern: &Pat, named: &mut usize) -> (Pat, TokenStream) {
    let mut found = Found {
        values: Vec::new(),
        before: *named,
    };
    let pattern = found.pattern(pattern);
    *named += found.values.len();
    let mut questions = TokenStream::new();
    for (name, span) in &found.values {
        // "it is untagged" is said of the pattern.
        quote_spanned!(*span=> __s::MatchableTagging::require(&#name, (&__s::tagging(&#name)).of());)
            .to_tokens(&mut questions);
    }
    if found.values.is_empty() {
        return (pattern, questions);
    }
    // Of the two `of`, rustc takes the one of untagged enums where it can.
    let questions = quote!({ use __s::OfTagged as _; use __s::OfUntagged as _; #questions });
    (pattern, questions)
}

/// The names of the values.
struct Found {
    values: Vec<(Ident, Span)>,
    /// How many there are of other patterns.
    before: usize,
}

impl Found {
    fn pattern(&mut self, pattern: &Pat) -> Pat {
        match pattern {
            // `n @ (1 | 5)` binds to both only in its parentheses.
            Pat::Paren(inner) => {
                let mut inner = inner.clone();
                *inner.pat = self.pattern(&inner.pat);
                Pat::Paren(inner)
            }
            Pat::Reference(inner) => {
                let mut inner = inner.clone();
                *inner.pat = self.pattern(&inner.pat);
                Pat::Reference(inner)
            }
            Pat::Ident(named) => {
                let mut named = named.clone();
                match &mut named.subpat {
                    Some((_, inner)) => **inner = self.pattern(inner),
                    None if is_bound(&named.ident) => {
                        let name = &named.ident;
                        return parse_quote!(#name @ _);
                    }
                    None => {}
                }
                Pat::Ident(named)
            }
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
        // Its span begins the arm, from whose end rustc suggests the arms that are missing.
        let name = format_ident!("__told{}", self.before + self.values.len(), span = span);
        self.values.push((name.clone(), span));
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
