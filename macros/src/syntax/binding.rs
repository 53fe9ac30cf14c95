//! `let` and its names.

use super::reader::{SyntaxReader, after, name};
use crate::checked_type::DeclaredType;
use crate::machine::{Let, LetBinding};
use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Result, Token, Type};

impl LetBinding {
    /// Parses up to and including the `=`.
    pub(crate) fn parse(input: ParseStream) -> Result<LetBinding> {
        input.parse::<Token![let]>()?;
        let mut names = Vec::new();
        let tuple = input.peek(syn::token::Paren);
        if tuple {
            let content;
            syn::parenthesized!(content in input);
            while !content.is_empty() {
                names.push(one(&content)?);
                if content.is_empty() {
                    break;
                }
                content.parse::<Token![,]>()?;
            }
        } else {
            if input.peek(Token![mut]) {
                return Err(input.error(
                    "a workflow variable needs no `mut`: assign it again with another `let`",
                ));
            }
            names.push(one(input)?);
        }
        let ty = after::<Token![:], _>(input, Type::parse)?;
        let equals = input.parse::<Token![=]>()?.span();
        Ok(LetBinding {
            names,
            tuple,
            ty: ty.map(DeclaredType::of_let),
            equals,
            is_local: false,
        })
    }
}

impl Let {
    pub(crate) fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<Let> {
        let binding = reader.attempt(input, LetBinding::parse)?;
        let value = reader.expression(input)?;
        reader.semicolon(input);
        Ok(Let { binding, value })
    }
}

fn one(input: ParseStream) -> Result<Option<Ident>> {
    if input.parse::<Option<Token![_]>>()?.is_some() {
        return Ok(None);
    }
    name(input, "a value").map(Some)
}
