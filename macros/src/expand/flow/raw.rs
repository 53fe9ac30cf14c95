//! Verbatim JSON.

use super::super::literal;
use crate::machine::{Json, RawFields};
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

fn json(value: &Json) -> TokenStream {
    match value {
        Json::Omitted => quote!(__s::Expr::none()),
        Json::Null => quote!(__s::Expr::literal(__s::serde_json::Value::Null)),
        Json::Bool(bool) => quote!(__s::Expr::literal(#bool)),
        Json::Number(number, negative) => {
            let number = literal::json(number);
            if *negative {
                quote!(__s::Expr::literal(-#number))
            } else {
                quote!(__s::Expr::literal(#number))
            }
        }
        Json::String(text) => quote!(__s::Expr::literal(#text)),
        Json::Array(items) => {
            let items = items.iter().map(json);
            quote!(__s::Expr::array(::std::vec![#(#items),*]))
        }
        Json::Object(fields) => {
            let names = fields.iter().map(|(name, _)| name);
            let values = fields.iter().map(|(_, value)| json(value));
            quote!(__s::Expr::object(
                ::std::vec![#((__s::Text::Borrowed(#names), #values)),*]
            ))
        }
    }
}
