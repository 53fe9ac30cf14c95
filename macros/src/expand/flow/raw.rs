//! Verbatim JSON.

use super::super::literal;
use crate::machine::{JsonLiteral, RawFields};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// `.raw(..)` for each field.
pub(super) fn fields(fields: &RawFields) -> TokenStream {
    let mut tokens = TokenStream::new();
    for (name, value) in fields {
        let value = json(value);
        quote!(.raw(#name, #value)).to_tokens(&mut tokens);
    }
    tokens
}

fn json(value: &JsonLiteral) -> TokenStream {
    match value {
        JsonLiteral::Omitted => quote!(__s::Expr::none()),
        JsonLiteral::Null => quote!(__s::Expr::literal(__s::serde_json::Value::Null)),
        JsonLiteral::Bool(bool) => quote!(__s::Expr::literal(#bool)),
        JsonLiteral::Number(number, negative) => {
            let number = literal::json(number);
            if *negative {
                quote!(__s::Expr::literal(-#number))
            } else {
                quote!(__s::Expr::literal(#number))
            }
        }
        JsonLiteral::String(text) => quote!(__s::Expr::literal(#text)),
        JsonLiteral::Array(items) => {
            let items = items.iter().map(json);
            quote!(__s::Expr::array(::std::vec![#(#items),*]))
        }
        JsonLiteral::Object(fields) => {
            let names = fields.iter().map(|(name, _)| name);
            let values = fields.iter().map(|(_, value)| json(value));
            quote!(__s::Expr::object(
                ::std::vec![#((__s::Text::Borrowed(#names), #values)),*]
            ))
        }
    }
}
