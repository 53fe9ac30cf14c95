//! Verbatim JSON, after `raw`.

use super::reader::{SyntaxReader, take_word, word};
use crate::machine::{JsonLiteral, RawFields};
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Lit, LitStr, Result, Token};

impl JsonLiteral {
    /// Parses the fields of the next object.
    pub(crate) fn fields(input: ParseStream, reader: &SyntaxReader) -> Result<RawFields> {
        let content;
        syn::braced!(content in input);
        Ok(reader.between_commas(&content, |input| field(input, reader)))
    }

    fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<JsonLiteral> {
        if input.peek(syn::token::Brace) {
            return Ok(JsonLiteral::Object(JsonLiteral::fields(input, reader)?));
        }
        if input.peek(syn::token::Bracket) {
            let content;
            syn::bracketed!(content in input);
            let items = reader.between_commas(&content, |input| JsonLiteral::parse(input, reader));
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

/// Parses the field of `input_path "$.order";`, `result_path null;` or `output_path "$";`, up to
/// the semicolon.
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
    if input.parse::<Option<Token![_]>>()?.is_some() {
        return Ok((name, JsonLiteral::Omitted));
    }
    Ok((name, JsonLiteral::parse(input, reader)?))
}
