//! `wait Pause { seconds 5m; next Again; }`

use super::duration::Amount;
use super::reader::{Expression, Reader, take_word};
use proc_macro2::Ident;
use syn::Result;
use syn::parse::ParseStream;

/// How long a wait waits.
pub(crate) enum Wait {
    Seconds(Ident, Amount),
    Timestamp(Ident, Expression),
}

pub(super) const WORDS: &[&str] = &["seconds", "timestamp", "let"];

impl Wait {
    /// Reads the statement that begins with `word`, where it is one of a wait.
    pub(super) fn parse(word: &str, input: ParseStream, reader: &Reader) -> Result<Option<Wait>> {
        let wait = match word {
            "seconds" => Wait::Seconds(take_word(input)?, Amount::parse(input, reader)?),
            "timestamp" => Wait::Timestamp(take_word(input)?, reader.expression(input)?),
            _ => return Ok(None),
        };
        reader.semicolon(input);
        Ok(Some(wait))
    }

    /// The word that it begins with.
    pub(crate) fn keyword(&self) -> &Ident {
        match self {
            Wait::Seconds(keyword, _) | Wait::Timestamp(keyword, _) => keyword,
        }
    }
}
