//! The statements that any state may have, as far as the words go; which state may have which is a rule.

use super::catch::{Catch, CatchEvery};
use super::duration::Amount;
use super::json::Json;
use super::reader::{Expression, Reader, name, take_word};
use super::retry::Retry;
use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{LitStr, Result, Token};

/// An option of a state.
pub(crate) enum StateOption {
    Timeout(Ident, Amount),
    Heartbeat(Ident, Amount),
    Credentials(Ident, Expression),
    Retry(Retry),
    Catch(Ident, Catch),
    CatchEvery(CatchEvery),
    QueryLanguage(Ident, Ident),
    Raw(Ident, Vec<(LitStr, Json)>),
}

/// How a state hands on.
pub(crate) enum Transition {
    Next(Ident, Ident),
    End(Ident, Option<Expression>),
}

/// The words of this file.
pub(super) const WORDS: &[&str] = &[
    "timeout",
    "heartbeat",
    "credentials",
    "retry",
    "catch",
    "query_language",
    "raw",
    "next",
    "end",
];

/// A statement of this file.
pub(super) enum Common {
    Option(StateOption),
    Transition(Transition),
}

/// Reads the statement that begins with `word`, where it is one of this file.
pub(super) fn parse(word: &str, input: ParseStream, reader: &Reader) -> Result<Option<Common>> {
    let option = match word {
        "timeout" | "heartbeat" => {
            let keyword = take_word(input)?;
            let amount = Amount::parse(input, reader)?;
            reader.semicolon(input);
            if word == "timeout" {
                StateOption::Timeout(keyword, amount)
            } else {
                StateOption::Heartbeat(keyword, amount)
            }
        }
        "credentials" => {
            let keyword = take_word(input)?;
            let role = reader.expression(input)?;
            reader.semicolon(input);
            StateOption::Credentials(keyword, role)
        }
        "retry" => StateOption::Retry(Retry::parse(input, reader)?),
        "catch" => {
            let keyword = take_word(input)?;
            if input.peek(syn::token::Brace) {
                StateOption::CatchEvery(CatchEvery::parse(keyword, input, reader)?)
            } else {
                StateOption::Catch(keyword, Catch::parse(input, reader)?)
            }
        }
        "query_language" => {
            let keyword = take_word(input)?;
            let language = name(input, "a query language: `JSONata` or `JSONPath`")?;
            reader.semicolon(input);
            StateOption::QueryLanguage(keyword, language)
        }
        "raw" => {
            let keyword = take_word(input)?;
            if !input.peek(syn::token::Brace) {
                return Err(input.error("expected `{ \"Field\": value }` after `raw`"));
            }
            let fields = Json::fields(input, reader)?;
            let _ = input.parse::<Option<Token![;]>>();
            StateOption::Raw(keyword, fields)
        }
        "next" => {
            let keyword = take_word(input)?;
            let target = name(input, "a state")?;
            reader.semicolon(input);
            return Ok(Some(Common::Transition(Transition::Next(keyword, target))));
        }
        "end" => {
            let keyword = take_word(input)?;
            let value = if input.is_empty() || input.peek(Token![;]) {
                None
            } else {
                Some(reader.expression(input)?)
            };
            reader.semicolon(input);
            return Ok(Some(Common::Transition(Transition::End(keyword, value))));
        }
        _ => return Ok(None),
    };
    Ok(Some(Common::Option(option)))
}

impl StateOption {
    /// The word that it begins with.
    pub(crate) fn keyword(&self) -> &str {
        match self {
            StateOption::Timeout(..) => "timeout",
            StateOption::Heartbeat(..) => "heartbeat",
            StateOption::Credentials(..) => "credentials",
            StateOption::Retry(_) => "retry",
            StateOption::Catch(..) | StateOption::CatchEvery(_) => "catch",
            StateOption::QueryLanguage(..) => "query_language",
            StateOption::Raw(..) => "raw",
        }
    }

    /// Where that word stands.
    pub(crate) fn span(&self) -> Span {
        match self {
            StateOption::Timeout(keyword, _)
            | StateOption::Heartbeat(keyword, _)
            | StateOption::Credentials(keyword, _)
            | StateOption::Catch(keyword, _)
            | StateOption::QueryLanguage(keyword, _)
            | StateOption::Raw(keyword, _) => keyword.span(),
            StateOption::Retry(retry) => retry.keyword.span(),
            StateOption::CatchEvery(every) => every.keyword.span(),
        }
    }
}

impl Transition {
    /// Where its word stands.
    pub(crate) fn span(&self) -> Span {
        match self {
            Transition::Next(keyword, _) | Transition::End(keyword, _) => keyword.span(),
        }
    }
}
