//! Requires that the JSON of a matched enum contains its variant. The JSON of an untagged enum does
//! not.

use crate::machine::{is_bound, is_of_prelude};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Pat, parse_quote};

/// Returns the pattern with a name for each value whose variant it matches, and the code that
/// checks the types of these values. `named` counts the values with names, because several patterns
/// can be in scope together.
///
/// A name becomes `name @ _`, which always binds. In Rust a single name may also be a constant,
/// which rustc then reports.
pub(crate) fn matched_variants(pattern: &Pat, named: &mut usize) -> (Pat, TokenStream) {
    let mut binder = VariantBinder {
        values: Vec::new(),
        earlier: *named,
    };
    let pattern = binder.pattern(pattern);
    *named += binder.values.len();
    let mut checks = TokenStream::new();
    for (name, span) in &binder.values {
        // rustc reports "it is untagged" at the pattern.
        quote_spanned!(*span=> __s::MatchableTagging::require(&#name, (&__s::tagging(&#name)).of());)
            .to_tokens(&mut checks);
    }
    if binder.values.is_empty() {
        return (pattern, checks);
    }
    // Both traits have the method `of`. rustc selects that of untagged enums if it applies.
    let checks = quote!({ use __s::OfTagged as _; use __s::OfUntagged as _; #checks });
    (pattern, checks)
}

/// Binds the values whose variants a pattern matches to names.
struct VariantBinder {
    values: Vec<(Ident, Span)>,
    /// The number of values that other patterns have named.
    earlier: usize,
}

impl VariantBinder {
    fn pattern(&mut self, pattern: &Pat) -> Pat {
        match pattern {
            // `n @ (1 | 5)` needs its parentheses.
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
            Pat::TupleStruct(some) if is_of_prelude(&some.path, "Some") => {
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
        // The name is the first token of the arm. rustc derives the location of its suggestion for
        // missing arms from it.
        let name = format_ident!("__matched{}", self.earlier + self.values.len(), span = span);
        self.values.push((name.clone(), span));
        parse_quote!(#name @ #pattern)
    }
}

/// Whether a pattern matches a variant: a path of several segments, or a pattern with fields.
fn is_variant(pattern: &Pat) -> bool {
    match pattern {
        Pat::Path(path) => path.path.segments.len() > 1 && !is_of_prelude(&path.path, "None"),
        Pat::TupleStruct(variant) => !["Some", "Ok", "Err"]
            .iter()
            .any(|name| is_of_prelude(&variant.path, name)),
        Pat::Struct(_) => true,
        _ => false,
    }
}
