//! States and bodies of states.

use super::fragment;
use super::reader::{SyntaxReader, name, skip_block, skip_one, skip_statement, take_word, word};
use super::target::{fields, is_raw};
use crate::machine::{ChoiceState, Draft, Exit, Fail, MachineBody, State, StateWork};
use crate::suggest::{closest, did_you_mean};
use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Attribute, Expr, Lit, LitStr, Meta, Result, Token};

const KINDS: &[&str] = &[
    "task", "pass", "choice", "wait", "succeed", "fail", "parallel", "map", "include", "exit",
];

impl MachineBody {
    /// Parses a body in the next braces.
    pub(super) fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<MachineBody> {
        let content;
        let span = syn::braced!(content in input).span.join();
        let mut raw = Vec::new();
        while is_raw(&content) {
            raw.extend(fields(&content, reader)?);
        }
        Ok(MachineBody {
            raw,
            ..MachineBody::rest(&content, span, reader)
        })
    }

    /// Parses the states up to the end of `content`.
    pub(super) fn rest(content: ParseStream, span: Span, reader: &SyntaxReader) -> MachineBody {
        let mut body = MachineBody {
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
    fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<Draft> {
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
                ..State::new(keyword, name, kind)
            },
            edges: Vec::new(),
            bodies: Vec::new(),
        };
        match &mut draft.state.kind {
            StateWork::Exit(exit) => exit.parse_type(input, reader)?,
            StateWork::Include(_) => fragment::named_first(input)?,
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

    fn read(&mut self, content: ParseStream, reader: &SyntaxReader) {
        if matches!(self.state.kind, StateWork::Unknown) {
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
fn kind_of(
    word: &str,
    keyword: &Ident,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<StateWork> {
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
        "task" => StateWork::Task(None),
        "pass" => StateWork::Pass,
        "choice" => StateWork::Choice(ChoiceState::default()),
        "wait" => StateWork::Wait(None),
        "succeed" => StateWork::Succeed(None),
        "fail" => StateWork::Fail(Fail::default()),
        "parallel" => StateWork::Parallel,
        "map" => StateWork::Map(Box::default()),
        "include" => StateWork::Include(None),
        "exit" => StateWork::Exit(Exit::default()),
        _ => StateWork::Unknown,
    })
}

fn next_is_a_state(input: ParseStream) -> bool {
    word(input).is_some_and(|word| KINDS.contains(&word.as_str()))
}

/// The doc comment and the name of `#[name = ".."]`.
fn attributes_of_a_state(
    attributes: &[Attribute],
    reader: &SyntaxReader,
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
            _ if attribute.path().is_ident("cfg") => reader.errors.on(
                attribute,
                "the states are the same in every build: put `#[cfg(..)]` before the whole workflow, and write it twice",
            ),
            _ => reader.errors.on(
                attribute,
                "a state takes doc comments and `#[name = \"..\"]`, and no other attribute",
            ),
        }
    }
    (docs(attributes), renamed)
}

/// The text of the doc comments, line by line, without the blank after `///`.
pub(crate) fn docs(attributes: &[Attribute]) -> Option<String> {
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
