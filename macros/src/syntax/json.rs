//! Verbatim JSON, after `raw`.

use super::reader::{SyntaxReader, skip_to_comma, take_word, word};
use crate::machine::{JsonLiteral, RawFields};
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Lit, LitStr, Result, Token};

impl JsonLiteral {
    /// Parses the fields of the next object.
    pub(crate) fn fields(input: ParseStream, reader: &SyntaxReader) -> Result<RawFields> {
        let content;
        syn::braced!(content in input);
        let mut fields = Vec::new();
        while !content.is_empty() {
            match field(&content, reader) {
                Ok(field) => fields.push(field),
                Err(error) => {
                    reader.errors.syn(&error);
                    skip_to_comma(&content);
                }
            }
            comma(&content, reader);
        }
        Ok(fields)
    }

    fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<JsonLiteral> {
        if input.peek(syn::token::Brace) {
            return Ok(JsonLiteral::Object(JsonLiteral::fields(input, reader)?));
        }
        if input.peek(syn::token::Bracket) {
            let content;
            syn::bracketed!(content in input);
            let mut items = Vec::new();
            while !content.is_empty() {
                match JsonLiteral::parse(&content, reader) {
                    Ok(item) => items.push(item),
                    Err(error) => {
                        reader.errors.syn(&error);
                        skip_to_comma(&content);
                    }
                }
                comma(&content, reader);
            }
            return Ok(JsonLiteral::Array(items));
        }
        if word(input).is_some_and(|word| word == "null") {
            take_word(input)?;
            return Ok(JsonLiteral::Null);
        }
        let negative = input.parse::<Option<Token![-]>>()?.is_some();
        let here = input.span();
        match input.parse::<Lit>() {
            Ok(Lit::Bool(bool)) if !negative => Ok(JsonLiteral::Bool(bool.value)),
            Ok(Lit::Str(text)) if !negative => Ok(JsonLiteral::String(text)),
            Ok(number @ (Lit::Int(_) | Lit::Float(_))) => Ok(JsonLiteral::Number(number, negative)),
            _ => Err(syn::Error::new(
                here,
                "expected JSON: an object, an array, text in quotes, a number, `true`, `false` or `null`",
            )),
        }
    }
}

/// Parses `{ "Field": value }` after `raw`, with or without a semicolon.
pub(super) fn raw(input: ParseStream, reader: &SyntaxReader) -> Result<RawFields> {
    if !input.peek(syn::token::Brace) {
        return Err(input.error("expected `{ \"Field\": value }` after `raw`"));
    }
    let fields = JsonLiteral::fields(input, reader)?;
    let _ = input.parse::<Option<Token![;]>>();
    Ok(fields)
}

/// Parses the field of `input_path "$.order";`, `result_path null;` or `output_path "$";`, up to the semicolon.
pub(super) fn path_field(
    keyword: &Ident,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<RawFields> {
    let field = match keyword.to_string().as_str() {
        "input_path" => "InputPath",
        "result_path" => "ResultPath",
        _ => "OutputPath",
    };
    let path = if input.peek(LitStr) {
        JsonLiteral::String(input.parse()?)
    } else if word(input).is_some_and(|word| word == "null") {
        take_word(input)?;
        JsonLiteral::Null
    } else {
        return Err(input.error(format!(
            "expected a path in quotes, or `null`: `{keyword} \"$.order\";`"
        )));
    };
    reader.semicolon(input);
    Ok(vec![(LitStr::new(field, keyword.span()), path)])
}

fn field(input: ParseStream, reader: &SyntaxReader) -> Result<(LitStr, JsonLiteral)> {
    if !input.peek(LitStr) {
        return Err(input.error("expected a field's name in quotes"));
    }
    let name = input.parse()?;
    input.parse::<Token![:]>()?;
    if input.peek(Token![_]) {
        input.parse::<Token![_]>()?;
        return Ok((name, JsonLiteral::Omitted));
    }
    Ok((name, JsonLiteral::parse(input, reader)?))
}

/// Parses the comma after a field or item, which is optional before the end.
pub(super) fn comma(input: ParseStream, reader: &SyntaxReader) {
    if input.is_empty() {
        return;
    }
    if let Err(error) = input.parse::<Token![,]>() {
        reader.errors.syn(&error);
        skip_to_comma(input);
        let _ = input.parse::<Option<Token![,]>>();
    }
}
