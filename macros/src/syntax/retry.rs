//! `retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3);`

use super::duration::seconds;
use super::reader::{SyntaxReader, take_word};
use crate::machine::{ErrorPattern, Retry, Setting, SettingValue};
use syn::parse::ParseStream;
use syn::{Lit, Result, Token};

impl Retry {
    /// Parses a `retry` after the keyword.
    pub(super) fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<Retry> {
        let errors = ErrorPattern::several(input, reader)?;
        let settings = if input.peek(syn::token::Paren) {
            Setting::several(input, reader)?
        } else {
            Vec::new()
        };
        reader.semicolon(input);
        Ok(Retry { errors, settings })
    }
}

impl Setting {
    /// Parses the settings in the next parentheses.
    pub(crate) fn several(input: ParseStream, reader: &SyntaxReader) -> Result<Vec<Setting>> {
        let content;
        syn::parenthesized!(content in input);
        Ok(reader.between_commas(&content, Setting::parse))
    }

    fn parse(input: ParseStream) -> Result<Setting> {
        let name = take_word(input)
            .map_err(|error| syn::Error::new(error.span(), "expected a setting: `name: value`"))?;
        input.parse::<Token![:]>()?;
        let value = match seconds(input)? {
            Some((whole, span)) => SettingValue::Whole(whole, span),
            None if input.peek(syn::token::Bracket) => {
                let content;
                let span = syn::bracketed!(content in input).span.join();
                let mut list = Vec::new();
                while !content.is_empty() {
                    list.push(content.parse()?);
                    if !content.is_empty() {
                        content.parse::<Token![,]>()?;
                    }
                }
                SettingValue::List(list, span)
            }
            None if input.peek(Lit) || input.peek(Token![-]) => {
                SettingValue::Literal(input.parse()?)
            }
            None => SettingValue::Word(take_word(input).map_err(|error| {
                syn::Error::new(error.span(), "expected a number, a duration or a word")
            })?),
        };
        Ok(Setting { name, value })
    }
}
