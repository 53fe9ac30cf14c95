//! States and bodies of states.

use super::reader::{Reader, name, skip_block, skip_one, skip_statement, take_word, word};
use super::target::{fields, is_raw};
use super::task::Statement;
use super::{choice, fragment, map, option, parallel, reader, task, wait};
use crate::machine::{
    Binding, Body, Choice, Draft, Edge, EdgeKind, Exit, Fail, Kind, Let, Map, State, StateOptions,
    Wait, Way,
};
use crate::suggest::{closest, did_you_mean};
use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::ParseStream;
use syn::{Attribute, Expr, Lit, LitStr, Meta, Result, Token};

const KINDS: &[&str] = &[
    "task", "pass", "choice", "wait", "succeed", "fail", "parallel", "map", "include", "exit",
];

impl Body {
    /// The braces that stand next.
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

    /// The states up to the end of `content`.
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

    fn statement(&mut self, input: ParseStream, reader: &Reader) -> Result<()> {
        if matches!(
            self.state.kind,
            Kind::Succeed(_) | Kind::Fail(_) | Kind::Exit(_)
        ) && !starts_an_option(input)
        {
            return self.values(input, reader);
        }
        let Some(word) = word(input) else {
            return Err(input.error(format!(
                "expected a statement of a {} state",
                self.state.kind.word()
            )));
        };
        if word == "let" && self.computes(input) {
            self.state.lets.push(Let::parse(input, reader)?);
            return Ok(());
        }
        if self.own(&word, input, reader)?
            || self.option(&word, input, reader)?
            || self.transition(&word, input, reader)?
        {
            return Ok(());
        }
        Err(self.unknown(&word, input))
    }

    /// Reads the statement that begins with `word`, where only this kind of state has it.
    fn own(&mut self, word: &str, input: ParseStream, reader: &Reader) -> Result<bool> {
        let state = &mut self.state;
        match &mut state.kind {
            Kind::Task(_) => {
                let statement = task::parse(word, input, reader)?;
                let known = statement.is_some();
                if let Some(statement) = statement {
                    self.call(statement, reader);
                }
                return Ok(known);
            }
            Kind::Wait(before) => {
                let Some(wait) = Wait::parse(word, input, reader)? else {
                    return Ok(false);
                };
                if before.is_some() {
                    let span = wait.keyword().span();
                    self.one_thing(span, reader);
                } else {
                    *before = Some(wait);
                }
            }
            Kind::Choice(choice) => {
                let (edges, of) = (&mut self.edges, &state.name);
                return choice::statement(choice, edges, word, of, input, reader);
            }
            Kind::Parallel => {
                let Some((binding, branches)) = parallel::branches(word, input, reader)? else {
                    return Ok(false);
                };
                if self.gives(!self.bodies.is_empty(), binding, reader) {
                    self.bodies = branches;
                }
            }
            Kind::Map(map) => {
                if !matches!(word, "let" | "for") {
                    return map::option(map, word, &state.name, input, reader);
                }
                let (binding, run, body) = map::run(input, reader)?;
                if self.gives(!self.bodies.is_empty(), binding, reader) {
                    self.bodies.push(body);
                    if let Kind::Map(map) = &mut self.state.kind {
                        map.run = Some(run);
                    }
                }
            }
            Kind::Include(_) if word == "exit" => self.edges.push(fragment::exit(input, reader)?),
            Kind::Include(before) => {
                let Some((binding, call)) = fragment::include(word, input, reader)? else {
                    return Ok(false);
                };
                let again = before.is_some();
                before.get_or_insert(call);
                self.gives(again, binding, reader);
            }
            Kind::Pass | Kind::Succeed(_) | Kind::Fail(_) | Kind::Exit(_) | Kind::Unknown => {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes in a statement of a task.
    fn call(&mut self, statement: Statement, reader: &Reader) {
        let (call, binding, then) = match statement {
            Statement::Call(binding, call) => (Some(call), binding, None),
            Statement::Computed(call, then) => (call, None, Some(then)),
        };
        if let (Some(call), Kind::Task(before)) = (call, &mut self.state.kind) {
            let again = before.is_some();
            before.get_or_insert(call);
            if let (false, Some(before)) = (again, self.state.lets.first()) {
                reader.errors.at(
                    before.binding.span(),
                    "the first `let` of a task makes its call: compute this behind it, or in a `pass` state before",
                );
            }
            self.gives(again, binding, reader);
        }
        self.state.lets.extend(then);
    }

    /// Names what a call, branches, a map or an include give. Where that is the second in this state, it is a mistake, and
    /// the name stands for anything.
    fn gives(&mut self, again: bool, binding: Option<Binding>, reader: &Reader) -> bool {
        if !again {
            self.state.result = binding;
            return true;
        }
        let span = self.state.name.span();
        self.one_thing(span, reader);
        self.state.lets.extend(binding.map(|binding| Let {
            binding,
            value: reader.number(Expr::Verbatim(TokenStream::new())),
        }));
        false
    }

    /// A task makes exactly one call, a parallel has one set of branches, a map one `for`, a wait one `seconds` or
    /// `timestamp`.
    fn one_thing(&self, span: Span, reader: &Reader) {
        let (kind, name) = (self.state.kind.word(), &self.state.name);
        let Some((what, _)) = does(&self.state.kind) else {
            return;
        };
        reader.errors.at(
            span,
            format!("{kind} `{name}` has more than one {what}: make a state of each"),
        );
    }

    fn does_something(&self, reader: &Reader) {
        let State { kind, name, .. } = &self.state;
        let nothing = match kind {
            Kind::Task(call) => call.is_none(),
            Kind::Wait(wait) => wait.is_none(),
            Kind::Include(include) => include.is_none(),
            _ => self.bodies.is_empty(),
        };
        let Some((_, hint)) = does(kind).filter(|_| nothing) else {
            return;
        };
        match (kind, self.state.lets.first()) {
            (Kind::Task(_), Some(first)) => reader.errors.at(
                first.binding.span(),
                format!("the first `let` of task `{name}` calls no task: write {hint}, or make it a `pass` state"),
            ),
            _ if self.state.broken => {}
            _ => reader.errors.at(
                name.span(),
                format!("{} `{name}` does nothing: write {hint}", kind.word()),
            ),
        }
    }

    /// Whether the `let` that stands next computes: in a pass or a wait, or with the result of a parallel, a map or an
    /// include.
    fn computes(&self, input: ParseStream) -> bool {
        let begins = match &self.state.kind {
            Kind::Pass | Kind::Wait(_) => return true,
            Kind::Include(include) => return include.is_some(),
            Kind::Parallel => "branch",
            Kind::Map(_) => "for",
            _ => return false,
        };
        let ahead = input.fork();
        !self.bodies.is_empty()
            && Binding::parse(&ahead).is_ok()
            && reader::word(&ahead).is_none_or(|word| word != begins)
    }

    /// The values of a succeed, a fail or an exit.
    fn values(&mut self, input: ParseStream, reader: &Reader) -> Result<()> {
        match &mut self.state.kind {
            Kind::Succeed(value) => *value = Some(reader.expression(input)?),
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
            self.state.kind.word(),
            self.state.name
        )))
    }

    /// Reads `next X;` or `end value;`, where one stands. A state ends in exactly one of them.
    fn transition(&mut self, word: &str, input: ParseStream, reader: &Reader) -> Result<bool> {
        if !matches!(word, "next" | "end") {
            return Ok(false);
        }
        let keyword = take_word(input)?;
        let span = keyword.span();
        let (way, target) = if word == "next" {
            (Way::Next, Some(name(input, "a state")?))
        } else if input.is_empty() || input.peek(Token![;]) {
            (Way::End(keyword, None), None)
        } else {
            (Way::End(keyword, Some(reader.expression(input)?)), None)
        };
        reader.semicolon(input);
        if let Some(message) = goes_nowhere(&self.state) {
            reader.errors.at(span, message);
        } else if self.state.way.is_some() {
            let name = &self.state.name;
            reader.errors.at(
                span,
                format!("state `{name}` has two transitions: it ends in exactly one `next State;` or `end value;`"),
            );
        }
        if self.state.way.is_none() {
            self.state.way = Some(way);
            if let Some(name) = target {
                self.edges.insert(0, Edge::next(name));
            }
        }
        Ok(true)
    }

    fn unknown(&self, found: &str, input: ParseStream) -> syn::Error {
        let own: &[&str] = match self.state.kind {
            Kind::Task(_) => task::WORDS,
            Kind::Pass => &["let"],
            Kind::Choice(_) => choice::WORDS,
            Kind::Wait(_) => wait::WORDS,
            Kind::Parallel => parallel::WORDS,
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
                self.state.kind.word()
            ),
        )
    }
}

impl Edge {
    fn next(name: Ident) -> Edge {
        Edge {
            kind: EdgeKind::Next,
            name,
            to: None,
            lets: Vec::new(),
            raw: Vec::new(),
            assigns: Vec::new(),
        }
    }
}

/// What a state of a kind does exactly once, and how it is written.
fn does(kind: &Kind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        Kind::Task(_) => ("call", "`let result = some_task(input);`"),
        Kind::Parallel => ("set of branches", "`branch { .. } branch { .. };`"),
        Kind::Include(_) => ("fragment", "`let result = Fragment(input);`"),
        Kind::Map(_) => ("`for`", "`for item in list { .. };`"),
        Kind::Wait(_) => ("`seconds` or `timestamp`", "`seconds 5m;`"),
        _ => return None,
    })
}

/// Why a state of this kind has no transition: a choice goes where its arms go; a succeed and a fail are where things end.
fn goes_nowhere(state: &State) -> Option<String> {
    let name = &state.name;
    Some(match state.kind {
        Kind::Choice(_) => {
            format!("choice `{name}` goes where its arms go: write `otherwise => State;`")
        }
        Kind::Succeed(_) => format!(
            "`{name}` ends the workflow and has no transition; its value stands alone: `succeed {name} {{ value }}`"
        ),
        Kind::Exit(_) => format!(
            "`{name}` leaves the fragment and has no transition: whoever includes it says where it leads"
        ),
        Kind::Fail(_) => format!("`{name}` ends the workflow and has no transition"),
        _ => return None,
    })
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
        "task" => Kind::Task(None),
        "pass" => Kind::Pass,
        "choice" => Kind::Choice(Choice::default()),
        "wait" => Kind::Wait(None),
        "succeed" => Kind::Succeed(None),
        "fail" => Kind::Fail(Fail::default()),
        "parallel" => Kind::Parallel,
        "map" => Kind::Map(Map::default()),
        "include" => Kind::Include(None),
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
