//! `format!` and `vec!`.

use super::expression::Resolver;
use super::{Piece, Value};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Macro, Token};

/// A piece of a `format!`, before its names are resolved.
enum Raw {
    Text(String),
    /// An argument, by its place: first those without a name, then those with one.
    Argument(usize),
    /// A name that stands in the text alone.
    Captured(Ident),
}

/// The items of a `vec![a, b]`.
pub(super) fn list(call: &mut Macro, resolver: &mut Resolver) -> syn::Result<Vec<Value>> {
    let mut items = call
        .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        .map_err(|error| {
            syn::Error::new(
                error.span(),
                format!("{error}: inside a workflow, `vec!` lists its items"),
            )
        })?;
    let before = resolver.rewriting.changes();
    let values = items.iter_mut().map(|item| resolver.value(item)).collect();
    if resolver.rewriting.changes() > before {
        call.tokens = items.to_token_stream();
    }
    Ok(values)
}

struct Arguments {
    template: LitStr,
    positional: Vec<Expr>,
    named: Vec<(Ident, Expr)>,
}

impl Arguments {
    fn into_tokens(self) -> TokenStream {
        let (template, positional) = (self.template, self.positional);
        let named = self
            .named
            .iter()
            .map(|(name, value)| quote!(#name = #value));
        quote!(#template #(, #positional)* #(, #named)*)
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let template = input.parse::<LitStr>()?;
        let mut arguments = Arguments {
            template,
            positional: Vec::new(),
            named: Vec::new(),
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if input.peek(syn::Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
                let name = input.parse()?;
                input.parse::<Token![=]>()?;
                arguments.named.push((name, input.parse()?));
            } else {
                arguments.positional.push(input.parse()?);
            }
        }
        Ok(arguments)
    }
}

/// The pieces of a `format!("order {}", order.id)`.
pub(super) fn format(call: &mut Macro, resolver: &mut Resolver) -> syn::Result<Vec<Piece>> {
    let mut arguments = call.parse_body::<Arguments>()?;
    let pieces = pieces(&arguments)?;
    let before = resolver.rewriting.changes();
    let positional = arguments.positional.iter_mut();
    let named = arguments.named.iter_mut().map(|(_, value)| value);
    let values: Vec<Value> = positional
        .chain(named)
        .map(|value| resolver.value(value))
        .collect();
    if resolver.rewriting.changes() > before {
        call.tokens = arguments.into_tokens();
    }
    let mut resolved = Vec::new();
    for piece in pieces {
        resolved.push(match piece {
            Raw::Text(text) => Piece::Text(text),
            Raw::Argument(place) => match values.get(place) {
                Some(value) => Piece::Value(value.clone()),
                None => continue,
            },
            Raw::Captured(name) => Piece::Value(resolver.path(&name.into())),
        });
    }
    Ok(resolved)
}

fn pieces(arguments: &Arguments) -> syn::Result<Vec<Raw>> {
    let template = arguments.template.value();
    let span = arguments.template.span();
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut next = 0;
    let mut chars = template.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '{' | '}' if chars.peek() == Some(&char) => {
                chars.next();
                text.push(char);
            }
            '{' => {
                let mut inside = String::new();
                for char in chars.by_ref() {
                    if char == '}' {
                        break;
                    }
                    inside.push(char);
                }
                if !text.is_empty() {
                    pieces.push(Raw::Text(std::mem::take(&mut text)));
                }
                pieces.push(argument(&inside, arguments, &mut next, span)?);
            }
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        pieces.push(Raw::Text(text));
    }
    Ok(pieces)
}

/// What stands for `{inside}`.
fn argument(
    inside: &str,
    arguments: &Arguments,
    next: &mut usize,
    span: proc_macro2::Span,
) -> syn::Result<Raw> {
    let (name, specification) = inside.split_once(':').unwrap_or((inside, ""));
    if !specification.trim().is_empty() {
        return Err(syn::Error::new(
            span,
            format!(
                "`{{{inside}}}` cannot run inside a workflow: `format!` takes `{{}}` and `{{name}}` there; format it in a task"
            ),
        ));
    }
    let name = name.trim();
    let positional = if name.is_empty() {
        *next += 1;
        Some(*next - 1)
    } else {
        name.parse::<usize>().ok()
    };
    if let Some(index) = positional {
        if index < arguments.positional.len() {
            return Ok(Raw::Argument(index));
        }
        return Err(syn::Error::new(
            span,
            format!("`{{{inside}}}` has no argument in this `format!`"),
        ));
    }
    let mut named = arguments.named.iter();
    if let Some(index) = named.position(|(other, _)| other == name) {
        return Ok(Raw::Argument(arguments.positional.len() + index));
    }
    let ident: Ident = syn::parse_str(name).map_err(|_| {
        syn::Error::new(
            span,
            format!("`{{{inside}}}` is no argument of a `format!`"),
        )
    })?;
    Ok(Raw::Captured(Ident::new(&ident.to_string(), span)))
}
