//! The target of an edge: `=> X`, or `=> { let n = n + 1; next X; }`.

use super::json;
use super::reader::{SyntaxReader, name, skip_statement, take_word, word};
use crate::machine::{Edge, EdgeKind, Let, RawFields};
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Result, Token};

/// The target state of an edge, and the values that the edge computes.
pub(super) struct EdgeTarget {
    lets: Vec<Let>,
    raw: RawFields,
    name: Ident,
    /// It is in braces, which end a statement like a semicolon.
    pub(super) braced: bool,
}

impl EdgeTarget {
    /// Parses the end of the statement: `;`, or the braces.
    pub(super) fn semicolon(&self, input: ParseStream, reader: &SyntaxReader) {
        if !self.braced || input.peek(Token![;]) {
            reader.semicolon(input);
        }
    }

    /// Parses the end of a rule: `;` or `,`, or the braces.
    pub(super) fn separator(&self, input: ParseStream, reader: &SyntaxReader) {
        if input.peek(Token![,]) {
            let _ = input.parse::<Token![,]>();
        } else {
            self.semicolon(input, reader);
        }
    }

    /// The edge to this target.
    pub(super) fn edge(self, kind: EdgeKind) -> Edge {
        Edge {
            lets: self.lets,
            raw: self.raw,
            ..Edge::new(kind, self.name)
        }
    }

    /// Parses a target after the `=>`.
    pub(super) fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<EdgeTarget> {
        if !input.peek(syn::token::Brace) {
            return Ok(EdgeTarget {
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
            } else if word(&content).is_some_and(|word| word == "result_path") {
                let path = take_word(&content)
                    .and_then(|keyword| json::path_field(&keyword, &content, reader));
                path.map(|path| raw.extend(path))
            } else {
                Err(content.error("expected `let`, `raw` or `next` on an edge"))
            };
            if let Err(error) = outcome {
                reader.errors.syn(&error);
                skip_statement(&content);
            }
        }
        match target {
            Some(name) => Ok(EdgeTarget {
                lets,
                raw,
                name,
                braced: true,
            }),
            None if reader.errors.count() > before => Err(syn::Error::new(
                brace.span.close(),
                "this edge has no target, because of the error above",
            )),
            None => Err(syn::Error::new(
                brace.span.close(),
                "this edge goes nowhere: end it with `next State;`",
            )),
        }
    }
}

fn next(input: ParseStream, reader: &SyntaxReader) -> Result<Ident> {
    super::reader::take_word(input)?;
    let name = name(input, "a state")?;
    reader.semicolon(input);
    Ok(name)
}

/// Whether `raw {` is next.
pub(super) fn is_raw(input: ParseStream) -> bool {
    word(input).is_some_and(|word| word == "raw") && input.peek2(syn::token::Brace)
}

/// Parses `raw { "Field": value }`, with or without a semicolon after it.
pub(super) fn fields(input: ParseStream, reader: &SyntaxReader) -> Result<RawFields> {
    take_word(input)?;
    json::raw(input, reader)
}
