//! `format!` and `vec!`.

use super::Piece;
use super::expression::Resolver;
use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Macro, Token};

/// A piece of a `format!`, before its names are resolved.
pub(super) enum Raw {
    Text(String),
    Value(Expr),
}

impl Raw {
    pub(super) fn resolve(self, resolver: &mut Resolver) -> Piece {
        match self {
            Raw::Text(text) => Piece::Text(text),
            Raw::Value(expression) => Piece::Value(resolver.value(&expression)),
        }
    }
}

/// The items of a `vec![a, b]`.
pub(super) fn items(call: &Macro) -> syn::Result<Vec<Expr>> {
    let items = call
        .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        .map_err(|error| {
            syn::Error::new(
                error.span(),
                format!("{error}: inside a workflow, `vec!` lists its items"),
            )
        })?;
    Ok(items.into_iter().collect())
}

struct Arguments {
    template: LitStr,
    positional: Vec<Expr>,
    named: Vec<(Ident, Expr)>,
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
pub(super) fn format_pieces(call: &Macro) -> syn::Result<Vec<Raw>> {
    let arguments = call.parse_body::<Arguments>()?;
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
                pieces.push(Raw::Value(argument(&inside, &arguments, &mut next, span)?));
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
) -> syn::Result<Expr> {
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
        return arguments.positional.get(index).cloned().ok_or_else(|| {
            syn::Error::new(
                span,
                format!("`{{{inside}}}` has no argument in this `format!`"),
            )
        });
    }
    if let Some((_, value)) = arguments.named.iter().find(|(other, _)| other == name) {
        return Ok(value.clone());
    }
    let ident: Ident = syn::parse_str(name).map_err(|_| {
        syn::Error::new(
            span,
            format!("`{{{inside}}}` is no argument of a `format!`"),
        )
    })?;
    let ident = Ident::new(&ident.to_string(), span);
    Ok(syn::parse_quote!(#ident))
}
