//! The statements of a state: its work, once, and its transition.

use super::reader::{self, SyntaxReader, name, take_word, word};
use super::task::Statement;
use super::{choice, fragment, map, option, parallel, task, wait};
use crate::functions::is_type;
use crate::machine::{
    Draft, Edge, EdgeKind, Let, LetBinding, Raised, State, StateExit, StateWork, Wait, own_name,
};
use crate::name::text;
use crate::suggest::closest;
use proc_macro2::{Span, TokenStream};
use syn::parse::ParseStream;
use syn::{Expr, Path, Result, Token};

impl Draft {
    pub(super) fn statement(&mut self, input: ParseStream, reader: &SyntaxReader) -> Result<()> {
        if matches!(
            self.state.kind,
            StateWork::Succeed(_) | StateWork::Fail(_) | StateWork::Exit(_)
        ) && !starts_an_option(input)
            && !input.peek(Token![let])
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
            let one = Let::parse(input, reader)?;
            if self.has_work() {
                self.state.lets.push(one)
            } else {
                self.state.before.push(one)
            }
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

    /// Parses the statement that begins with `word`, if it belongs to this kind of state.
    fn own(&mut self, word: &str, input: ParseStream, reader: &SyntaxReader) -> Result<bool> {
        let state = &mut self.state;
        match &mut state.kind {
            StateWork::Task(_) => {
                let statement = task::parse(word, input, reader)?;
                let known = statement.is_some();
                if let Some(statement) = statement {
                    self.call(statement, reader);
                }
                return Ok(known);
            }
            StateWork::Wait(before) => {
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
            StateWork::Choice(choice) => {
                let (edges, of) = (&mut self.edges, &state.name);
                return choice::statement(choice, edges, word, of, input, reader);
            }
            StateWork::Parallel => {
                let Some((binding, branches)) = parallel::branches(word, input, reader)? else {
                    return Ok(false);
                };
                if self.gives(!self.bodies.is_empty(), binding, reader) {
                    self.bodies = branches;
                }
            }
            StateWork::Map(map) => {
                if !matches!(word, "let" | "for") {
                    return map::option(map, word, &state.name, input, reader);
                }
                let (binding, run, body) = map::run(input, reader)?;
                if self.gives(!self.bodies.is_empty(), binding, reader) {
                    self.bodies.push(body);
                    if let StateWork::Map(map) = &mut self.state.kind {
                        map.run = Some(run);
                    }
                }
            }
            StateWork::Include(_) if word == "exit" => {
                self.edges.push(fragment::exit(input, reader)?)
            }
            StateWork::Include(before) => {
                let Some((binding, call)) = fragment::include(word, input, reader)? else {
                    return Ok(false);
                };
                let again = before.is_some();
                before.get_or_insert(call);
                self.gives(again, binding, reader);
            }
            StateWork::Pass
            | StateWork::Succeed(_)
            | StateWork::Fail(_)
            | StateWork::Exit(_)
            | StateWork::Unknown => {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds a statement of a task.
    fn call(&mut self, statement: Statement, reader: &SyntaxReader) {
        let (call, binding, then) = match statement {
            Statement::Call(binding, call) => (Some(call), binding, None),
            Statement::Computed(call, then) => (call, None, Some(then)),
        };
        if let (Some(call), StateWork::Task(before)) = (call, &mut self.state.kind) {
            let again = before.is_some();
            before.get_or_insert(call);
            self.gives(again, binding, reader);
        }
        if self.has_work() {
            self.state.lets.extend(then)
        } else {
            self.state.before.extend(then)
        }
    }

    /// Names the result of a call, branches, a map or an include. If it is the second one in this
    /// state, it is reported, and the name has any type.
    fn gives(&mut self, again: bool, binding: Option<LetBinding>, reader: &SyntaxReader) -> bool {
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

    /// Reports a second piece of work: a task makes exactly one call, a parallel has one set of
    /// branches, a map one `for`, a wait one `seconds` or `timestamp`.
    fn one_thing(&self, span: Span, reader: &SyntaxReader) {
        let (kind, name) = (self.state.kind.word(), &self.state.name);
        let Some((what, _)) = does(&self.state.kind) else {
            return;
        };
        reader.errors.at(
            span,
            format!("{kind} `{name}` has more than one {what}: make a state of each"),
        );
    }

    /// Whether the statements so far contain the state's work. A `let` before it computes a value
    /// for the work, and a `let` after it one from the result.
    fn has_work(&self) -> bool {
        match &self.state.kind {
            StateWork::Task(call) => call.is_some(),
            StateWork::Wait(wait) => wait.is_some(),
            StateWork::Include(include) => include.is_some(),
            StateWork::Parallel | StateWork::Map(_) => !self.bodies.is_empty(),
            StateWork::Choice(choice) => choice.subject.is_some() || !self.edges.is_empty(),
            StateWork::Succeed(value) => value.is_some(),
            StateWork::Exit(exit) => exit.value.is_some(),
            StateWork::Fail(fail) => fail.error.is_some() || fail.raised.is_some(),
            StateWork::Pass | StateWork::Unknown => true,
        }
    }

    pub(super) fn does_something(&self, reader: &SyntaxReader) {
        let State { kind, name, .. } = &self.state;
        let nothing = !self.has_work();
        let Some((_, hint)) = does(kind).filter(|_| nothing) else {
            return;
        };
        match (kind, self.state.before.first()) {
            (StateWork::Task(_), Some(first)) => reader.errors.at(
                first.binding.span(),
                format!("the `let`s of task `{name}` call no task: write {hint}, or make it a `pass` state"),
            ),
            _ if self.state.broken => {}
            _ => reader.errors.at(
                name.span(),
                format!("{} `{name}` does nothing: write {hint}", kind.word()),
            ),
        }
    }

    /// Whether the next `let` is a computation, and not the state's work with the name of its
    /// result. The parser of tasks distinguishes both itself.
    fn computes(&self, input: ParseStream) -> bool {
        let ahead = input.fork();
        let is_binding = LetBinding::parse(&ahead).is_ok();
        let begins = |begins: &str| reader::word(&ahead).is_some_and(|word| word == begins);
        match &self.state.kind {
            StateWork::Pass | StateWork::Wait(_) => true,
            StateWork::Choice(_)
            | StateWork::Succeed(_)
            | StateWork::Fail(_)
            | StateWork::Exit(_) => !self.has_work(),
            StateWork::Include(_) => {
                self.has_work() || is_binding && !fragment::is_include_alone(&ahead)
            }
            StateWork::Parallel => is_binding && !begins("branch"),
            StateWork::Map(_) => is_binding && !begins("for"),
            StateWork::Task(_) | StateWork::Unknown => false,
        }
    }

    /// Parses the values of a succeed, a fail or an exit.
    fn values(&mut self, input: ParseStream, reader: &SyntaxReader) -> Result<()> {
        match &mut self.state.kind {
            StateWork::Succeed(value) => *value = Some(reader.expression(input)?),
            StateWork::Exit(exit) => exit.value = Some(reader.expression(input)?),
            StateWork::Fail(fail) => {
                let error = reader.expression(input)?;
                fail.raised =
                    Raised::of(&error.syn, is_variant, |value| reader.number(value.clone()));
                let is_typed = fail.raised.is_some();
                fail.error = (!is_typed).then_some(error);
                if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
                    let cause = reader.expression(input)?;
                    if is_typed {
                        reader.errors.on(
                            &cause.syn,
                            format!(
                                "the error of fail `{}` contains its cause: remove this value",
                                self.state.name
                            ),
                        );
                    } else {
                        fail.cause = Some(cause);
                    }
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

    /// Parses `next X;` or `end value;`, if it is next. A state has exactly one of them.
    fn transition(
        &mut self,
        word: &str,
        input: ParseStream,
        reader: &SyntaxReader,
    ) -> Result<bool> {
        if !matches!(word, "next" | "end") {
            return Ok(false);
        }
        let keyword = take_word(input)?;
        let span = keyword.span();
        let (exit, target) = if word == "next" {
            (StateExit::Next, Some(name(input, "a state")?))
        } else if input.is_empty() || input.peek(Token![;]) {
            (StateExit::End(keyword, None), None)
        } else {
            (
                StateExit::End(keyword, Some(reader.expression(input)?)),
                None,
            )
        };
        reader.semicolon(input);
        if let Some(message) = goes_nowhere(&self.state) {
            reader.errors.at(span, message);
        } else if self.state.exit.is_some() {
            let name = &self.state.name;
            reader.errors.at(
                span,
                format!("state `{name}` has two transitions: it ends in exactly one `next State;` or `end value;`"),
            );
        }
        if self.state.exit.is_none() {
            self.state.exit = Some(exit);
            if let Some(name) = target {
                self.edges.insert(0, Edge::new(EdgeKind::Next, name));
            }
        }
        Ok(true)
    }

    fn unknown(&self, found: &str, input: ParseStream) -> syn::Error {
        let own: &[&str] = match self.state.kind {
            StateWork::Task(_) => task::WORDS,
            StateWork::Pass => &["let"],
            StateWork::Choice(_) => choice::WORDS,
            StateWork::Wait(_) => wait::WORDS,
            StateWork::Parallel => parallel::WORDS,
            StateWork::Map(_) => map::WORDS,
            StateWork::Include(_) => fragment::WORDS,
            StateWork::Succeed(_)
            | StateWork::Fail(_)
            | StateWork::Exit(_)
            | StateWork::Unknown => &[],
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
                "`{found}` is not a statement of a {} state{hint}",
                self.state.kind.word()
            ),
        )
    }
}

/// The work that a kind of state has exactly once, and its syntax.
fn does(kind: &StateWork) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        StateWork::Task(_) => ("call", "`let result = some_task(input);`"),
        StateWork::Parallel => ("set of branches", "`branch { .. } branch { .. };`"),
        StateWork::Include(_) => ("fragment", "`let result = Fragment(input);`"),
        StateWork::Map(_) => ("`for`", "`for item in list { .. };`"),
        StateWork::Wait(_) => ("`seconds` or `timestamp`", "`seconds 5m;`"),
        _ => return None,
    })
}

/// Why a state of this kind has no transition: a choice uses those of its arms; a succeed and a
/// fail end the execution.
fn goes_nowhere(state: &State) -> Option<String> {
    let name = &state.name;
    Some(match state.kind {
        StateWork::Choice(_) => {
            format!(
                "choice `{name}` has no transition besides its arms: write `otherwise => State;`"
            )
        }
        StateWork::Succeed(_) => format!(
            "`{name}` ends the workflow and has no transition; write only its value: `succeed {name} {{ value }}`"
        ),
        StateWork::Exit(_) => format!(
            "`{name}` leaves the fragment and has no transition: the `include` sets the target of each exit"
        ),
        StateWork::Fail(_) => format!("`{name}` ends the workflow and has no transition"),
        _ => return None,
    })
}

/// Whether a path names a variant or a tuple struct, and not a constant with a text.
fn is_variant(path: &Path) -> bool {
    let name = own_name(path).map(text).unwrap_or_default();
    is_type(&name) && name.contains(char::is_lowercase)
}

/// Whether an option is next and not an expression: a word of the options without an operator after
/// it.
fn starts_an_option(input: ParseStream) -> bool {
    let Some((first, rest)) = input.cursor().ident() else {
        return false;
    };
    let first = first.to_string();
    if !option::WORDS.contains(&first.as_str()) {
        return false;
    }
    match first.as_str() {
        "raw" | "parameters" | "result" | "result_selector" | "output"
            if rest.group(proc_macro2::Delimiter::Brace).is_some() =>
        {
            true
        }
        "raw" => false,
        "end" => rest.ident().is_some() || rest.punct().is_some_and(|(p, _)| p.as_char() == ';'),
        _ => rest.ident().is_some() || rest.literal().is_some(),
    }
}
