//! The patterns of a `match` as `stepwright::flow::Pattern`.

use super::literal::json;
use crate::machine::MatchPattern;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Expr;
use syn::ext::IdentExt;

pub(super) fn pattern(of: &MatchPattern) -> TokenStream {
    match of {
        MatchPattern::Wildcard => quote!(__s::Pattern::Wildcard),
        MatchPattern::Bind(name) => {
            let name = name.unraw().to_string();
            quote!(__s::Pattern::Bind(__s::Text::Borrowed(#name)))
        }
        MatchPattern::Variant(name, fields) => {
            let name = name.unraw().to_string();
            let names = fields.iter().map(|(name, _)| name);
            let patterns = fields.iter().map(|(_, field)| pattern(field));
            quote! {
                __s::Pattern::Variant(
                    __s::Text::Borrowed(#name),
                    ::std::vec![#((__s::Text::Borrowed(#names), #patterns)),*],
                )
            }
        }
        MatchPattern::Literal(literal) => {
            let literal = json(literal);
            quote!(__s::Pattern::Literal(::core::convert::Into::into(#literal)))
        }
        MatchPattern::Constant(path) => quote!(__s::Pattern::Literal(__s::wire::value(&#path))),
        MatchPattern::Some(inner) => {
            let inner = pattern(inner);
            quote!(__s::Pattern::Some(::std::boxed::Box::new(#inner)))
        }
        MatchPattern::None => quote!(__s::Pattern::None),
        MatchPattern::Or(cases) => {
            let cases = cases.iter().map(pattern);
            quote!(__s::Pattern::Or(::std::vec![#(#cases),*]))
        }
        MatchPattern::Range(low, high, closed) => {
            let (low, high) = (bound(*low), bound(*high));
            quote!(__s::Pattern::Range(#low, #high, #closed))
        }
        MatchPattern::At(name, inner) => {
            let name = name.unraw().to_string();
            let inner = pattern(inner);
            quote!(__s::Pattern::At(__s::Text::Borrowed(#name), ::std::boxed::Box::new(#inner)))
        }
        MatchPattern::Tuple(items) => {
            let items = items.iter().map(pattern);
            quote!(__s::Pattern::Tuple(::std::vec![#(#items),*]))
        }
    }
}

/// A bound of a range, as an `Option` of its JSON.
fn bound(bound: Option<&Expr>) -> TokenStream {
    match bound {
        Some(Expr::Lit(literal)) => {
            let literal = json(&literal.lit);
            quote!(::core::option::Option::Some(::core::convert::Into::into(#literal)))
        }
        Some(constant) => quote!(::core::option::Option::Some(__s::wire::value(&#constant))),
        None => quote!(::core::option::Option::None),
    }
}
