//! `parallel Fulfil { let (a, b) = branch { .. } branch { .. }; next X; }`

use super::reader::{Reader, take_word, word};
use crate::machine::{Binding, Body};
use syn::parse::ParseStream;
use syn::{Result, Token};

pub(super) const WORDS: &[&str] = &["let", "branch"];

/// Parses branches, with or without their `let`, if they are next.
pub(super) fn branches(
    found: &str,
    input: ParseStream,
    reader: &Reader,
) -> Result<Option<(Option<Binding>, Vec<Body>)>> {
    let binding = match found {
        "let" => Some(reader.attempt(input, Binding::parse)?),
        "branch" => None,
        _ => return Ok(None),
    };
    let mut branches = Vec::new();
    while word(input).is_some_and(|word| word == "branch") {
        take_word(input)?;
        if !input.peek(syn::token::Brace) {
            return Err(input.error("expected `{` and the states of the branch"));
        }
        branches.push(Body::parse(input, reader)?);
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
