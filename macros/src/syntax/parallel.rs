//! `parallel Fulfil { let (a, b) = branch { .. } branch { .. }; next X; }`

use super::binding::Binding;
use super::reader::{Reader, take_word, word};
use super::state::Body;
use syn::parse::ParseStream;
use syn::{Result, Token};

/// The branches of a parallel.
pub(crate) struct Parallel {
    pub(crate) binding: Option<Binding>,
    pub(crate) branches: Vec<Body>,
}

pub(super) const WORDS: &[&str] = &["let", "branch"];

impl Parallel {
    /// Reads the branches, with or without their `let`, where they stand.
    pub(super) fn parse(
        word_: &str,
        input: ParseStream,
        reader: &Reader,
    ) -> Result<Option<Parallel>> {
        let binding = match word_ {
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
        Ok(Some(Parallel { binding, branches }))
    }
}
