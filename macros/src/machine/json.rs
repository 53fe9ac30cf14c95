//! `json!({ "id": id, "lines": [1, 2] })` of `serde_json`, as an expression whose parts every pass
//! over expressions visits.

use super::own_name;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Expr, ExprStruct, FieldValue, Index, LitStr, Macro, Member, Path, Result, Token, parse_quote,
    parse_quote_spanned,
};

/// The paths of the structs that replace a `json!`, which are no types: an object, with its keys
/// and values in turn; an array; any other value.
const OBJECT: &str = "_JsonObject";
const ARRAY: &str = "_JsonArray";
const VALUE: &str = "_JsonValue";

/// A value in a `json!`.
pub(crate) enum JsonArgument {
    Object(Vec<(LitStr, JsonArgument)>),
    Array(Vec<JsonArgument>),
    Null(Span),
    Value(Expr),
}

impl Parse for JsonArgument {
    fn parse(input: ParseStream) -> Result<JsonArgument> {
        if input.peek(syn::token::Brace) {
            let content;
            syn::braced!(content in input);
            let entries = Punctuated::<Entry, Token![,]>::parse_terminated(&content)?;
            let entries: Vec<_> = entries.into_iter().map(|one| (one.0, one.1)).collect();
            for (index, (key, _)) in entries.iter().enumerate() {
                if entries[..index]
                    .iter()
                    .any(|(other, _)| other.value() == key.value())
                {
                    return Err(syn::Error::new(
                        key.span(),
                        format!("the key `{}` is given twice", key.value()),
                    ));
                }
            }
            return Ok(JsonArgument::Object(entries));
        }
        if input.peek(syn::token::Bracket) {
            let content;
            syn::bracketed!(content in input);
            let items = Punctuated::<JsonArgument, Token![,]>::parse_terminated(&content)?;
            return Ok(JsonArgument::Array(items.into_iter().collect()));
        }
        if input.peek(syn::Ident)
            && input
                .fork()
                .parse::<Ident>()
                .is_ok_and(|name| name == "null")
        {
            return Ok(JsonArgument::Null(input.parse::<Ident>()?.span()));
        }
        Ok(JsonArgument::Value(input.parse()?))
    }
}

/// `"key": value`
struct Entry(LitStr, JsonArgument);

impl Parse for Entry {
    fn parse(input: ParseStream) -> Result<Entry> {
        let key = input.parse::<LitStr>().map_err(|error| {
            syn::Error::new(
                error.span(),
                "a key in the JSON of a workflow is a text, such as `\"id\"`: the states contain it as it is",
            )
        })?;
        input.parse::<Token![:]>()?;
        Ok(Entry(key, input.parse()?))
    }
}

impl ToTokens for JsonArgument {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            JsonArgument::Object(entries) => {
                let (keys, values): (Vec<_>, Vec<_>) = entries.iter().map(|(k, v)| (k, v)).unzip();
                quote::quote!({ #(#keys: #values),* }).to_tokens(tokens);
            }
            JsonArgument::Array(items) => quote::quote!([#(#items),*]).to_tokens(tokens),
            JsonArgument::Null(span) => Ident::new("null", *span).to_tokens(tokens),
            JsonArgument::Value(value) => value.to_tokens(tokens),
        }
    }
}

impl JsonArgument {
    /// Parses the arguments of a `json!`; `None` for another macro.
    pub(crate) fn of(mac: &Macro) -> Option<Result<JsonArgument>> {
        own_name(&mac.path)
            .is_some_and(|name| name == "json")
            .then(|| mac.parse_body())
    }

    /// Calls `each` with every expression in it.
    pub(crate) fn each_mut(&mut self, each: &mut dyn FnMut(&mut Expr)) {
        match self {
            JsonArgument::Object(entries) => {
                entries
                    .iter_mut()
                    .for_each(|(_, value)| value.each_mut(each));
            }
            JsonArgument::Array(items) => items.iter_mut().for_each(|item| item.each_mut(each)),
            JsonArgument::Null(_) => {}
            JsonArgument::Value(value) => each(value),
        }
    }

    /// The struct that replaces a `json!` with this path. It has the module of the path, if there
    /// is one.
    pub(crate) fn into_expression(self, path: &Path) -> Expr {
        let span = own_name(path).map_or_else(Span::call_site, Ident::span);
        let (name, fields): (_, Vec<Expr>) = match self {
            JsonArgument::Object(entries) => {
                let fields = entries
                    .into_iter()
                    .flat_map(|(key, value)| [parse_quote!(#key), value.nested(path)]);
                (OBJECT, fields.collect())
            }
            JsonArgument::Array(items) => (
                ARRAY,
                items.into_iter().map(|item| item.nested(path)).collect(),
            ),
            JsonArgument::Null(span) => (VALUE, vec![parse_quote_spanned!(span=> ())]),
            JsonArgument::Value(value) => (VALUE, vec![value]),
        };
        let mut of = path.clone();
        if let Some(last) = of.segments.last_mut() {
            last.ident = Ident::new(name, span);
        }
        let fields = (0..).zip(fields).map(|(index, expr)| FieldValue {
            attrs: Vec::new(),
            member: Member::Unnamed(Index { index, span }),
            colon_token: Some(Token![:](span)),
            expr,
        });
        let mut literal: ExprStruct = parse_quote!(#of {});
        literal.fields = fields.collect();
        Expr::Struct(literal)
    }

    /// A value inside of the struct.
    fn nested(self, path: &Path) -> Expr {
        match self {
            JsonArgument::Value(value) => value,
            JsonArgument::Null(span) => parse_quote_spanned!(span=> ()),
            other => other.into_expression(path),
        }
    }
}

/// A struct that replaced a `json!`.
pub(crate) enum JsonStruct<'e> {
    /// Keys and values.
    Object(Vec<(String, &'e mut Expr)>),
    Array(Vec<&'e mut Expr>),
    Value(&'e mut Expr),
}

impl<'e> JsonStruct<'e> {
    /// Whether a path is that of such a struct.
    pub(crate) fn is(path: &Path) -> bool {
        own_name(path).is_some_and(|name| [OBJECT, ARRAY, VALUE].iter().any(|known| name == known))
    }

    /// The parts of the struct.
    pub(crate) fn of(literal: &'e mut ExprStruct) -> Option<JsonStruct<'e>> {
        let name = own_name(&literal.path)?.to_string();
        let mut fields = literal.fields.iter_mut().map(|field| &mut field.expr);
        match name.as_str() {
            OBJECT => {
                let mut entries = Vec::new();
                while let (Some(key), Some(value)) = (fields.next(), fields.next()) {
                    let Expr::Lit(syn::ExprLit {
                        lit: syn::Lit::Str(key),
                        ..
                    }) = key
                    else {
                        return None;
                    };
                    entries.push((key.value(), value));
                }
                Some(JsonStruct::Object(entries))
            }
            ARRAY => Some(JsonStruct::Array(fields.collect())),
            VALUE => fields.next().map(JsonStruct::Value),
            _ => None,
        }
    }
}

/// The `json!` of a struct whose parts are rewritten.
pub(crate) fn json_call(literal: &mut ExprStruct) -> TokenStream {
    let span = own_name(&literal.path).map_or_else(Span::call_site, Ident::span);
    let value = match JsonStruct::of(literal) {
        Some(JsonStruct::Object(entries)) => {
            let (keys, values): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
            quote_spanned!(span=> { #(#keys: (#values)),* })
        }
        Some(JsonStruct::Array(items)) => quote_spanned!(span=> [#((#items)),*]),
        Some(JsonStruct::Value(value)) => quote_spanned!(span=> (#value)),
        None => quote_spanned!(span=> null),
    };
    quote_spanned!(span=> __s::serde_json::json!(#value))
}
