//! The arguments of a service: JSON whose leaves are expressions.

use super::json::comma;
use super::reader::{SyntaxReader, skip_to_comma, take_word};
use crate::machine::{ObjectLiteral, ObjectValue};
use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{LitStr, Result, Token};

impl ObjectLiteral {
    pub(crate) fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<ObjectLiteral> {
        let content;
        syn::braced!(content in input);
        let mut entries = Vec::new();
        while !content.is_empty() {
            match entry(&content, reader) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    reader.errors.syn(&error);
                    skip_to_comma(&content);
                }
            }
            comma(&content, reader);
        }
        Ok(ObjectLiteral { entries })
    }
}

fn entry(input: ParseStream, reader: &SyntaxReader) -> Result<(String, Span, ObjectValue)> {
    let span = input.span();
    let key = if input.peek(LitStr) {
        input.parse::<LitStr>()?.value()
    } else {
        take_word(input)
            .map_err(|error| syn::Error::new(error.span(), "expected a field's name"))?
            .to_string()
    };
    input.parse::<Token![:]>()?;
    Ok((key, span, value(input, reader)?))
}

pub(super) fn value(input: ParseStream, reader: &SyntaxReader) -> Result<ObjectValue> {
    if input.peek(syn::token::Brace) {
        return Ok(ObjectValue::Object(ObjectLiteral::parse(input, reader)?));
    }
    if input.peek(syn::token::Bracket) {
        // An array may contain objects, which Rust would parse as blocks.
        let content;
        syn::bracketed!(content in input);
        let mut items = Vec::new();
        while !content.is_empty() {
            match value(&content, reader) {
                Ok(item) => items.push(item),
                Err(error) => {
                    reader.errors.syn(&error);
                    skip_to_comma(&content);
                }
            }
            comma(&content, reader);
        }
        return Ok(ObjectValue::Array(items));
    }
    Ok(ObjectValue::Expression(reader.expression(input)?))
}
