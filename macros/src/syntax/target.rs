//! Where an edge goes: `=> X`, or `=> { let n = n + 1; next X; }`.

use super::binding::Let;
use super::json::Json;
use super::reader::{Reader, name, skip_statement, take_word, word};
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{LitStr, Result, Token};

/// The state that an edge leads to, and what the edge assigns.
pub(crate) struct Target {
    pub(crate) lets: Vec<Let>,
    /// Fields of the rule or Catcher as they stand in ASL.
    pub(crate) raw: Vec<(LitStr, Json)>,
    pub(crate) name: Ident,
    pub(crate) braced: bool,
}

impl Target {
    /// Reads from behind the `=>`.
    pub(crate) fn parse(input: ParseStream, reader: &Reader) -> Result<Target> {
        if !input.peek(syn::token::Brace) {
            return Ok(Target {
                lets: Vec::new(),
                raw: Vec::new(),
                name: name(input, "a state")?,
                braced: false,
            });
        }
        let content;
        let brace = syn::braced!(content in input);
        let mut lets = Vec::new();
        let mut raw = Vec::new();
        let mut target = None;
        let before = reader.errors.count();
        while !content.is_empty() {
            let outcome = if content.peek(Token![let]) {
                Let::parse(&content, reader).map(|one| lets.push(one))
            } else if word(&content).is_some_and(|word| word == "next") {
                next(&content, reader).map(|name| target = Some(name))
            } else if is_raw(&content) {
                fields(&content, reader).map(|fields| raw.extend(fields))
            } else {
                Err(content.error("expected `let`, `raw` or `next` on an edge"))
            };
            if let Err(error) = outcome {
                reader.errors.syn(&error);
                skip_statement(&content);
            }
        }
        match target {
            Some(name) => Ok(Target {
                lets,
                raw,
                name,
                braced: true,
            }),
            None if reader.errors.count() > before => Err(syn::Error::new(
                brace.span.close(),
                "this edge goes nowhere, because of the mistake above",
            )),
            None => Err(syn::Error::new(
                brace.span.close(),
                "this edge goes nowhere: end it with `next State;`",
            )),
        }
    }
}

fn next(input: ParseStream, reader: &Reader) -> Result<Ident> {
    super::reader::take_word(input)?;
    let name = name(input, "a state")?;
    reader.semicolon(input);
    Ok(name)
}

/// Whether `raw {` stands next.
pub(super) fn is_raw(input: ParseStream) -> bool {
    word(input).is_some_and(|word| word == "raw") && input.peek2(syn::token::Brace)
}

/// `raw { "Field": value }`, with or without a semicolon behind it.
pub(super) fn fields(input: ParseStream, reader: &Reader) -> Result<Vec<(LitStr, Json)>> {
    take_word(input)?;
    let fields = Json::fields(input, reader)?;
    let _ = input.parse::<Option<Token![;]>>();
    Ok(fields)
}
