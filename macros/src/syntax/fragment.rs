//! The syntax of fragments: `exit` states, and `include`.

use super::catch::arrow;
use super::reader::{SyntaxReader, after, name, take_word};
use super::target::EdgeTarget;
use crate::machine::{Application, Edge, EdgeKind, Exit, LetBinding};
use proc_macro2::Delimiter;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Path, Result, Token, Type};

pub(super) const WORDS: &[&str] = &["let", "exit"];

impl Exit {
    /// Parses the type between the name and the braces.
    pub(super) fn parse_type(&mut self, input: ParseStream, reader: &SyntaxReader) -> Result<()> {
        self.ty = after::<Token![->], _>(input, |input| reader.attempt(input, Type::parse))?;
        Ok(())
    }
}

/// Parses `let payment = Charge(order.card);`, if it is next.
pub(super) fn include(
    found: &str,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<Option<(Option<LetBinding>, Application)>> {
    let binding = match found {
        "let" => Some(reader.attempt(input, LetBinding::parse)?),
        _ if super::task::is_call(input) => None,
        _ => return Ok(None),
    };
    let path = reader
        .attempt(input, Path::parse_mod_style)
        .map_err(|error| {
            syn::Error::new(
                error.span(),
                "an include names a fragment: `Fragment(input)`",
            )
        })?;
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(
            path.span(),
            "an include names a fragment with its arguments: `Fragment(input)`, or `Fragment()`",
        ));
    }
    let call = Application::parse(path, input, reader)?;
    if input.peek(Token![.]) || input.peek(Token![?]) {
        return Err(input.error(
            "an include takes one fragment and nothing after it: compute with its result in a later state",
        ));
    }
    reader.semicolon(input);
    Ok(Some((binding, call)))
}

/// Whether `Fragment(..);` is next, so that it is the whole value of its `let`.
pub(super) fn is_include_alone(input: ParseStream) -> bool {
    let ahead = input.fork();
    // An editor completes an incomplete include.
    if Path::parse_mod_style(&ahead).is_err() {
        return ahead.is_empty() || ahead.peek(Token![;]);
    }
    match ahead.cursor().group(Delimiter::Parenthesis) {
        Some((_, _, rest)) => {
            rest.eof()
                || rest
                    .punct()
                    .is_some_and(|(punct, _)| punct.as_char() == ';')
        }
        None => false,
    }
}

/// `exit Refused as reason => Reject;`
pub(super) fn exit(input: ParseStream, reader: &SyntaxReader) -> Result<Edge> {
    let keyword = take_word(input)?;
    let of = name(input, "an exit of the fragment")?;
    let value =
        after::<Token![as], _>(input, |input| match input.parse::<Option<Token![_]>>()? {
            Some(_) => Ok(None),
            None => name(input, "the exit's value").map(Some),
        })?;
    arrow(input)?;
    let target = EdgeTarget::parse(input, reader)?;
    target.separator(input, reader);
    Ok(target.edge(EdgeKind::Exit {
        keyword,
        name: of,
        value: value.flatten(),
    }))
}

/// `include Charge as Pay(..)`, a form from other languages, which is reported.
pub(super) fn named_first(input: ParseStream) -> Result<()> {
    if input.peek(Token![as]) || input.peek(Token![::]) || input.peek(syn::token::Paren) {
        return Err(input.error(
            "an include has a name, and in its braces the fragment: `include Pay { let paid = Charge(card); next Done; }`",
        ));
    }
    Ok(())
}
