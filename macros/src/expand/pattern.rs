//! The patterns of a `match` as `stepwright::flow::Pattern`.

use super::value::json;
use crate::check::PatternShape;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn pattern(shape: &PatternShape) -> TokenStream {
    match shape {
        PatternShape::Wildcard => quote!(__s::Pattern::Wildcard),
        PatternShape::Bind(name) => {
            let name = name.to_string();
            quote!(__s::Pattern::Bind(__s::Text::Borrowed(#name)))
        }
        PatternShape::Variant(name, fields) => {
            let name = name.to_string();
            let names = fields.iter().map(|(name, _)| name);
            let patterns = fields.iter().map(|(_, field)| pattern(field));
            quote! {
                __s::Pattern::Variant(
                    __s::Text::Borrowed(#name),
                    ::std::vec![#((__s::Text::Borrowed(#names), #patterns)),*],
                )
            }
        }
        PatternShape::Literal(literal) => {
            let literal = json(literal);
            quote!(__s::Pattern::Literal(::core::convert::Into::into(#literal)))
        }
        PatternShape::Constant(path) => quote!(__s::Pattern::Literal(__s::wire::value(&#path))),
        PatternShape::Some(inner) => {
            let inner = pattern(inner);
            quote!(__s::Pattern::Some(::std::boxed::Box::new(#inner)))
        }
        PatternShape::None => quote!(__s::Pattern::None),
        PatternShape::Or(cases) => {
            let cases = cases.iter().map(pattern);
            quote!(__s::Pattern::Or(::std::vec![#(#cases),*]))
        }
        PatternShape::Tuple(items) => {
            let items = items.iter().map(pattern);
            quote!(__s::Pattern::Tuple(::std::vec![#(#items),*]))
        }
    }
}
