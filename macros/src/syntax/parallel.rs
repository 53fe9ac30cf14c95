//! `parallel Fulfil { let (a, b) = branch { .. } branch { .. }; next X; }`

use super::reader::{SyntaxReader, take_word, word};
use crate::machine::{LetBinding, MachineBody};
use syn::parse::ParseStream;
use syn::{Result, Token};

pub(super) const WORDS: &[&str] = &["let", "branch"];

/// Parses branches, with or without their `let`, if they are next.
pub(super) fn branches(
    found: &str,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<Option<(Option<LetBinding>, Vec<MachineBody>)>> {
    let binding = match found {
        "let" => Some(reader.attempt(input, LetBinding::parse)?),
        "branch" => None,
        _ => return Ok(None),
    };
    let mut branches = Vec::new();
    while word(input).is_some_and(|word| word == "branch") {
        take_word(input)?;
        if !input.peek(syn::token::Brace) {
            return Err(input.error("expected `{` and the states of the branch"));
        }
        branches.push(MachineBody::parse(input, reader)?);
        if input.peek(Token![,]) {
            reader.errors.at(
                input.span(),
                "no comma between branches: `branch { .. } branch { .. };`",
            );
            input.parse::<Token![,]>()?;
        }
    }
    if branches.is_empty() {
        return Err(input.error("expected `branch { .. }`: a parallel runs branches"));
    }
    reader.semicolon(input);
    Ok(Some((binding, branches)))
}
