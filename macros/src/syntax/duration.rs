//! Durations: `90`, `90s`, `5m`, `2h`, `7d`.

use super::reader::SyntaxReader;
use crate::machine::Amount;
use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{LitFloat, LitInt, Result, Token};

impl Amount {
    pub(crate) fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<Amount> {
        match seconds(input)? {
            Some((seconds, span)) => Ok(Amount::Seconds(seconds, span)),
            None => Ok(Amount::Computed(reader.expression(input)?)),
        }
    }
}

/// Parses a duration, if the next token is one and is not the start of a longer expression.
pub(crate) fn seconds(input: ParseStream) -> Result<Option<(u64, Span)>> {
    if input.peek(LitFloat) {
        let literal: LitFloat = input.fork().parse()?;
        if matches!(literal.suffix(), "s" | "m" | "h" | "d") {
            return Err(syn::Error::new(
                literal.span(),
                "a duration is a whole number of `s`, `m`, `h` or `d`",
            ));
        }
    }
    if !input.peek(LitInt) {
        return Ok(None);
    }
    let ahead = input.fork();
    let literal: LitInt = ahead.parse()?;
    let unit = match literal.suffix() {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "" if ahead.is_empty() || ahead.peek(Token![;]) || ahead.peek(Token![,]) => 1,
        "" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64"
        | "i128" | "isize" => return Ok(None),
        other => {
            return Err(syn::Error::new(
                literal.span(),
                format!("`{other}` is not a unit of time: durations end in `s`, `m`, `h` or `d`"),
            ));
        }
    };
    if literal.base10_digits().starts_with('-') {
        return Err(syn::Error::new(
            literal.span(),
            format!("`{literal}` is negative: write a number from 0 on"),
        ));
    }
    let seconds = literal
        .base10_parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| syn::Error::new(literal.span(), "this number is too large"))?;
    let span = literal.span();
    syn::parse::discouraged::Speculative::advance_to(input, &ahead);
    Ok(Some((seconds, span)))
}
