//! The arguments of a service: JSON whose leaves are expressions.

use super::reader::{SyntaxReader, take_word};
use crate::machine::{ObjectLiteral, ObjectValue};
use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{LitStr, Result, Token};

impl ObjectLiteral {
    pub(crate) fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<ObjectLiteral> {
        let content;
        syn::braced!(content in input);
        let entries = reader.between_commas(&content, |input| entry(input, reader));
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
        let items = reader.between_commas(&content, |input| value(input, reader));
        return Ok(ObjectValue::Array(items));
    }
    Ok(ObjectValue::Expression(reader.expression(input)?))
}
