//! `wait Pause { seconds 5m; next Again; }`

use super::reader::{SyntaxReader, take_word};
use crate::machine::{Amount, Wait};
use syn::Result;
use syn::parse::ParseStream;

pub(super) const WORDS: &[&str] = &["seconds", "timestamp", "let"];

impl Wait {
    /// Parses the statement that begins with `word`, if it belongs to a wait.
    pub(super) fn parse(
        word: &str,
        input: ParseStream,
        reader: &SyntaxReader,
    ) -> Result<Option<Wait>> {
        let wait = match word {
            "seconds" => Wait::Seconds(take_word(input)?, Amount::parse(input, reader)?),
            "timestamp" => Wait::Timestamp(take_word(input)?, reader.expression(input)?),
            _ => return Ok(None),
        };
        reader.semicolon(input);
        Ok(Some(wait))
    }
}
