//! States and bodies of states.

use super::binding::{Binding, Let};
use super::choice::Choice;
use super::fail::Fail;
use super::fragment::{Exit, Include};
use super::json::Json;
use super::map::Map;
use super::option::{Common, StateOption, Transition};
use super::parallel::Parallel;
use super::reader::{Reader, name, skip_block, skip_one, skip_statement, take_word, word};
use super::succeed::Succeed;
use super::target::{fields, is_raw};
use super::task::{Statement, TaskLet};
use super::wait::Wait;
use super::{choice, fragment, map, option, parallel, pass, reader, task, wait};
use crate::suggest::{closest, did_you_mean};
use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Attribute, Expr, Lit, LitStr, Meta, Result, Token};

/// States in braces: a workflow's, a branch's, a map's.
pub(crate) struct Body {
    /// Fields of a branch or of an ItemProcessor as they stand in ASL.
    pub(crate) raw: Vec<(LitStr, Json)>,
    pub(crate) states: Vec<State>,
    pub(crate) span: Span,
    /// Something in it was skipped, so that a state may be missing here that the user wrote.
    pub(crate) broken: bool,
}

/// One state.
pub(crate) struct State {
    pub(crate) docs: Option<String>,
    /// `#[name = ".."]`
    pub(crate) renamed: Option<LitStr>,
    pub(crate) keyword: Ident,
    pub(crate) name: Ident,
    pub(crate) kind: Kind,
    /// What a task, a parallel, a map or an include computes with its result.
    pub(crate) then: Vec<Let>,
    pub(crate) options: Vec<StateOption>,
    pub(crate) transitions: Vec<Transition>,
    /// Something in it was skipped, so that what seems to be missing may be there.
    pub(crate) broken: bool,
}

/// What a state does.
pub(crate) enum Kind {
    Task(Vec<TaskLet>),
    Pass(Vec<Let>),
    Choice(Choice),
    Wait(Vec<Wait>, Vec<Let>),
    Succeed(Succeed),
    Fail(Fail),
    Parallel(Vec<Parallel>),
    Map(Map),
    /// A way out of a fragment.
    Exit(Exit),
    /// The states of a fragment, in this place.
    Include(Include),
    /// A word that is no kind of state.
    Unknown,
}

impl Kind {
    /// The word for it; of a misspelled one, the word that was meant.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Kind::Task(_) => "task",
            Kind::Pass(_) => "pass",
            Kind::Choice(_) => "choice",
            Kind::Wait(..) => "wait",
            Kind::Succeed(_) => "succeed",
            Kind::Fail(_) => "fail",
            Kind::Parallel(_) => "parallel",
            Kind::Map(_) => "map",
            Kind::Exit(_) => "exit",
            Kind::Include(_) => "include",
            Kind::Unknown => "unknown",
        }
    }
}

const KINDS: &[&str] = &[
    "task", "pass", "choice", "wait", "succeed", "fail", "parallel", "map", "include", "exit",
];

impl Body {
    /// The braces that stand next.
    pub(crate) fn parse(input: ParseStream, reader: &Reader) -> Result<Body> {
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

    /// The states up to the end of `content`.
    pub(crate) fn rest(content: ParseStream, span: Span, reader: &Reader) -> Body {
        let mut body = Body {
            raw: Vec::new(),
            states: Vec::new(),
            span,
            broken: false,
        };
        while !content.is_empty() {
            let mark = content.cursor();
            match State::parse(content, reader) {
                Ok(state) => body.states.push(state),
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

impl State {
    fn parse(input: ParseStream, reader: &Reader) -> Result<State> {
        let attributes = reader.attempt(input, Attribute::parse_outer)?;
        let (docs, renamed) = attributes_of_a_state(&attributes, reader);
        let Some(kind) = word(input) else {
            return Err(input.error("expected a state, such as `task Name { .. }`"));
        };
        let keyword = take_word(input)?;
        let kind = kind_of(&kind, &keyword, input, reader)?;
        let name = name(input, "the state")?;
        let mut state = State {
            docs,
            renamed,
            keyword,
            name,
            kind,
            then: Vec::new(),
            options: Vec::new(),
            transitions: Vec::new(),
            broken: false,
        };
        match &mut state.kind {
            Kind::Exit(exit) => exit.parse_type(input, reader)?,
            Kind::Include(_) => fragment::named_first(input)?,
            _ => {}
        }
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
        } else if input.peek(syn::token::Brace) {
            let content;
            syn::braced!(content in input);
            state.read(&content, reader);
        } else {
            reader.errors.at(
                input.span(),
                format!("expected `{{` and what `{}` does", state.name),
            );
            state.broken = true;
            if !next_is_a_state(input) {
                skip_block(input);
            }
        }
        Ok(state)
    }

    fn read(&mut self, content: ParseStream, reader: &Reader) {
        if matches!(self.kind, Kind::Unknown) {
            self.broken = true;
            while !content.is_empty() {
                skip_one(content);
            }
        }
        while !content.is_empty() {
            let mark = content.cursor();
            if let Err(error) = self.statement(content, reader) {
                reader.errors.syn(&error);
                self.broken = true;
                skip_statement(content);
            }
            if content.cursor() == mark {
                skip_one(content);
            }
        }
    }

    fn statement(&mut self, input: ParseStream, reader: &Reader) -> Result<()> {
        if matches!(self.kind, Kind::Succeed(_) | Kind::Fail(_) | Kind::Exit(_))
            && !starts_an_option(input)
        {
            return self.values(input, reader);
        }
        let Some(word) = word(input) else {
            return Err(input.error(format!(
                "expected a statement of a {} state",
                self.kind.word()
            )));
        };
        if word == "let" && self.computes(input) {
            self.then.push(Let::parse(input, reader)?);
            return Ok(());
        }
        let known = match &mut self.kind {
            Kind::Task(calls) => match task::parse(&word, input, reader)? {
                Some(Statement { call, then }) => {
                    if let (Some(_), true, Some(before)) =
                        (&call, calls.is_empty(), self.then.first())
                    {
                        reader.errors.at(
                            before.binding.span(),
                            "the first `let` of a task makes its call: compute this behind it, or in a `pass` state before",
                        );
                    }
                    calls.extend(call);
                    self.then.extend(then);
                    true
                }
                None => false,
            },
            Kind::Pass(lets) if word == "let" => {
                lets.push(Let::parse(input, reader)?);
                true
            }
            Kind::Wait(_, lets) if word == "let" => {
                lets.push(Let::parse(input, reader)?);
                true
            }
            Kind::Wait(waits, _) => Wait::parse(&word, input, reader)?
                .map(|wait| waits.push(wait))
                .is_some(),
            Kind::Choice(choice) => choice.statement(&word, input, reader)?,
            Kind::Parallel(runs) => Parallel::parse(&word, input, reader)?
                .map(|run| runs.push(run))
                .is_some(),
            Kind::Map(map) => map.statement(&word, input, reader)?,
            Kind::Include(include) => include.statement(&word, input, reader)?,
            Kind::Pass(_) | Kind::Succeed(_) | Kind::Fail(_) | Kind::Exit(_) | Kind::Unknown => {
                false
            }
        };
        if known {
            return Ok(());
        }
        match option::parse(&word, input, reader)? {
            Some(Common::Option(option)) => self.options.push(option),
            Some(Common::Transition(transition)) => self.transitions.push(transition),
            None => return Err(self.unknown(&word, input)),
        }
        Ok(())
    }

    /// Whether the `let` that stands next computes with the result of a parallel, a map or an include.
    fn computes(&self, input: ParseStream) -> bool {
        let begins = match &self.kind {
            Kind::Parallel(runs) if !runs.is_empty() => "branch",
            Kind::Map(map) if !map.runs.is_empty() => "for",
            Kind::Include(include) => return !include.calls.is_empty(),
            _ => return false,
        };
        let ahead = input.fork();
        Binding::parse(&ahead).is_ok() && reader::word(&ahead).is_none_or(|word| word != begins)
    }

    /// The values of a succeed, a fail or an exit.
    fn values(&mut self, input: ParseStream, reader: &Reader) -> Result<()> {
        match &mut self.kind {
            Kind::Succeed(succeed) => succeed.value = Some(reader.expression(input)?),
            Kind::Exit(exit) => exit.value = Some(reader.expression(input)?),
            Kind::Fail(fail) => {
                fail.error = Some(reader.expression(input)?);
                if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
                    fail.cause = Some(reader.expression(input)?);
                    input.parse::<Option<Token![,]>>()?;
                }
            }
            _ => {}
        }
        let _ = input.parse::<Option<Token![;]>>();
        if input.is_empty() || starts_an_option(input) {
            return Ok(());
        }
        Err(input.error(format!(
            "expected nothing more in the {} state `{}`",
            self.kind.word(),
            self.name
        )))
    }

    fn unknown(&self, found: &str, input: ParseStream) -> syn::Error {
        let own: &[&str] = match self.kind {
            Kind::Task(_) => task::WORDS,
            Kind::Pass(_) => pass::WORDS,
            Kind::Choice(_) => choice::WORDS,
            Kind::Wait(..) => wait::WORDS,
            Kind::Parallel(_) => parallel::WORDS,
            Kind::Map(_) => map::WORDS,
            Kind::Include(_) => fragment::WORDS,
            Kind::Succeed(_) | Kind::Fail(_) | Kind::Exit(_) | Kind::Unknown => &[],
        };
        let words = own.iter().chain(option::WORDS).copied();
        let hint = closest(found, words).map_or_else(
            || {
                let first = own.first().copied().unwrap_or("next");
                format!("; expected a statement such as `{first}`, `next` or `end`")
            },
            |close| format!("; did you mean `{close}`?"),
        );
        syn::Error::new(
            input.span(),
            format!(
                "`{found}` is no statement of a {} state{hint}",
                self.kind.word()
            ),
        )
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
                        format!("`{other}` is no kind of state; did you mean `{close}`?")
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
                format!("`{other}` is no kind of state{hint}"),
            );
            close.unwrap_or(other)
        }
    };
    Ok(match known {
        "task" => Kind::Task(Vec::new()),
        "pass" => Kind::Pass(Vec::new()),
        "choice" => Kind::Choice(Choice::default()),
        "wait" => Kind::Wait(Vec::new(), Vec::new()),
        "succeed" => Kind::Succeed(Succeed::default()),
        "fail" => Kind::Fail(Fail::default()),
        "parallel" => Kind::Parallel(Vec::new()),
        "map" => Kind::Map(Map::default()),
        "include" => Kind::Include(Include::default()),
        "exit" => Kind::Exit(Exit::default()),
        _ => Kind::Unknown,
    })
}

fn next_is_a_state(input: ParseStream) -> bool {
    word(input).is_some_and(|word| KINDS.contains(&word.as_str()))
}

/// Whether an option stands next and no expression: a word of the options, and behind it no operator.
fn starts_an_option(input: ParseStream) -> bool {
    let Some((first, rest)) = input.cursor().ident() else {
        return false;
    };
    let first = first.to_string();
    if !option::WORDS.contains(&first.as_str()) {
        return false;
    }
    match first.as_str() {
        "raw" => rest.group(proc_macro2::Delimiter::Brace).is_some(),
        "end" => rest.ident().is_some() || rest.punct().is_some_and(|(p, _)| p.as_char() == ';'),
        _ => rest.ident().is_some() || rest.literal().is_some(),
    }
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
