//! States and bodies of states.

use super::fragment;
use super::reader::{Reader, name, skip_block, skip_one, skip_statement, take_word, word};
use super::target::{fields, is_raw};
use crate::machine::{Body, Choice, Draft, Exit, Fail, Kind, State, StateOptions};
use crate::suggest::{closest, did_you_mean};
use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Attribute, Expr, Lit, LitStr, Meta, Result, Token};

const KINDS: &[&str] = &[
    "task", "pass", "choice", "wait", "succeed", "fail", "parallel", "map", "include", "exit",
];

impl Body {
    /// Parses a body in the next braces.
    pub(super) fn parse(input: ParseStream, reader: &Reader) -> Result<Body> {
        let content;
        let span = syn::braced!(content in input).span.join();
        let mut raw = Vec::new();
        while is_raw(&content) {
            raw.extend(fields(&content, reader)?);
        }
        Ok(Body {
            raw,
            ..Body::rest(&content, span, reader)
        })
    }

    /// Parses the states up to the end of `content`.
    pub(super) fn rest(content: ParseStream, span: Span, reader: &Reader) -> Body {
        let mut body = Body {
            raw: Vec::new(),
            states: Vec::new(),
            span,
            broken: false,
        };
        while !content.is_empty() {
            let mark = content.cursor();
            match Draft::parse(content, reader) {
                Ok(draft) => body.states.push(draft),
                Err(error) => {
                    reader.errors.syn(&error);
                    body.broken = true;
                    skip_block(content);
                }
            }
            if content.cursor() == mark {
                skip_one(content);
            }
        }
        body
    }
}

impl Draft {
    fn parse(input: ParseStream, reader: &Reader) -> Result<Draft> {
        let attributes = reader.attempt(input, Attribute::parse_outer)?;
        let (docs, renamed) = attributes_of_a_state(&attributes, reader);
        let Some(kind) = word(input) else {
            return Err(input.error("expected a state, such as `task Name { .. }`"));
        };
        let keyword = take_word(input)?;
        let kind = kind_of(&kind, &keyword, input, reader)?;
        let name = name(input, "the state")?;
        let mut draft = Draft {
            state: State {
                docs,
                renamed,
                keyword,
                name,
                kind,
                result: None,
                lets: Vec::new(),
                options: StateOptions::default(),
                way: None,
                broken: false,
            },
            edges: Vec::new(),
            bodies: Vec::new(),
        };
        match &mut draft.state.kind {
            Kind::Exit(exit) => exit.parse_type(input, reader)?,
            Kind::Include(_) => fragment::named_first(input)?,
            _ => {}
        }
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
        } else if input.peek(syn::token::Brace) {
            let content;
            syn::braced!(content in input);
            draft.read(&content, reader);
        } else {
            let message = format!("expected `{{` and what `{}` does", draft.state.name);
            reader.errors.at(input.span(), message);
            draft.state.broken = true;
            if !next_is_a_state(input) {
                skip_block(input);
            }
        }
        draft.does_something(reader);
        Ok(draft)
    }

    fn read(&mut self, content: ParseStream, reader: &Reader) {
        if matches!(self.state.kind, Kind::Unknown) {
            self.state.broken = true;
            while !content.is_empty() {
                skip_one(content);
            }
        }
        while !content.is_empty() {
            let mark = content.cursor();
            if let Err(error) = self.statement(content, reader) {
                reader.errors.syn(&error);
                self.state.broken = true;
                skip_statement(content);
            }
            if content.cursor() == mark {
                skip_one(content);
            }
        }
    }
}

/// The kind that `word` names, or was meant to name.
fn kind_of(word: &str, keyword: &Ident, input: ParseStream, reader: &Reader) -> Result<Kind> {
    let known = match word {
        word if KINDS.contains(&word) => word,
        other if !input.peek(syn::Ident) => {
            return Err(syn::Error::new(
                keyword.span(),
                match closest(other, KINDS.iter().copied()) {
                    Some(close) => {
                        format!("`{other}` is not a kind of state; did you mean `{close}`?")
                    }
                    None => "expected a state, such as `task Name { .. }`".to_owned(),
                },
            ));
        }
        other => {
            let close = closest(other, KINDS.iter().copied());
            let hint = did_you_mean(other, KINDS.iter().copied());
            let hint = if hint.is_empty() {
                "; states are `task`, `pass`, `choice`, `wait`, `succeed`, `fail`, `parallel`, `map` and `include`"
            } else {
                &hint
            };
            reader.errors.at(
                keyword.span(),
                format!("`{other}` is not a kind of state{hint}"),
            );
            close.unwrap_or(other)
        }
    };
    Ok(match known {
        "task" => Kind::Task(None),
        "pass" => Kind::Pass,
        "choice" => Kind::Choice(Choice::default()),
        "wait" => Kind::Wait(None),
        "succeed" => Kind::Succeed(None),
        "fail" => Kind::Fail(Fail::default()),
        "parallel" => Kind::Parallel,
        "map" => Kind::Map(Box::default()),
        "include" => Kind::Include(None),
        "exit" => Kind::Exit(Exit::default()),
        _ => Kind::Unknown,
    })
}

fn next_is_a_state(input: ParseStream) -> bool {
    word(input).is_some_and(|word| KINDS.contains(&word.as_str()))
}

/// The doc comment and the name of `#[name = ".."]`.
fn attributes_of_a_state(
    attributes: &[Attribute],
    reader: &Reader,
) -> (Option<String>, Option<LitStr>) {
    let mut renamed = None;
    for attribute in attributes {
        if attribute.path().is_ident("doc") {
            continue;
        }
        match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("name") => match text(&pair.value) {
                Some(name) => renamed = Some(name),
                None => reader.errors.on(
                    &pair.value,
                    "a state's name is text: `#[name = \"Charge the card\"]`",
                ),
            },
            _ => reader.errors.on(
                attribute,
                "a state takes doc comments and `#[name = \"..\"]`, and no other attribute",
            ),
        }
    }
    (docs(attributes), renamed)
}

/// The text of the doc comments, line by line, without the blank after `///`.
pub(super) fn docs(attributes: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Some(line) = text(&pair.value)
        {
            let line = line.value();
            lines.push(
                line.strip_prefix(' ')
                    .unwrap_or(&line)
                    .trim_end()
                    .to_owned(),
            );
        }
    }
    if lines.is_empty() {
        return None;
    }
    Some(lines.join("\n").trim().to_owned())
}

fn text(value: &Expr) -> Option<LitStr> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}
