//! `task Charge { let payment = charge_card(..); .. }`

use super::called;
use super::reader::{SyntaxReader, take_word, text, word};
use crate::functions::is_task;
use crate::machine::{Application, Call, Callee, Let, LetBinding, ObjectLiteral};
use proc_macro2::{Delimiter, Span};
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Expr, Path, Result, Token};

/// A statement of a task state: a call, with or without a `let` whose whole value it is, or a `let`
/// that computes a value, with or without a call in it.
pub(super) enum Statement {
    Call(Option<LetBinding>, Call),
    Computed(Option<Call>, Let),
}

pub(super) const WORDS: &[&str] = &["let", "wait_for_task_token", "start", "workflow", "service"];

/// Parses a call, with or without its `let`, or a `let` without a call.
pub(super) fn parse(
    word: &str,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<Option<Statement>> {
    let binding = match word {
        "let" => Some(reader.attempt(input, LetBinding::parse)?),
        "wait_for_task_token" | "workflow" | "service" => None,
        "start" if second_word(input).is_some_and(|word| word == "workflow") => None,
        _ if is_call(input) => None,
        _ => return Ok(None),
    };
    match binding {
        Some(binding) if !call_alone(input) => computed(binding, input, reader).map(Some),
        binding => {
            let call = Call::parse(input, reader)?;
            finished(input, reader)?;
            Ok(Some(Statement::Call(binding, call)))
        }
    }
}

/// Checks the end of a call without a `let`.
fn finished(input: ParseStream, reader: &SyntaxReader) -> Result<()> {
    if input.peek(Token![.]) || input.peek(Token![?]) {
        return Err(input.error(
            "a call without a `let` has no result to compute with: give it a name, `let value = ..;`",
        ));
    }
    reader.semicolon(input);
    Ok(())
}

/// Whether a call is next that is the whole value of its `let`.
fn call_alone(input: ParseStream) -> bool {
    match word(input).as_deref() {
        Some("wait_for_task_token" | "start" | "workflow" | "service") if !is_call(input) => true,
        _ => {
            let ahead = input.fork();
            let Ok(path) = Path::parse_mod_style(&ahead) else {
                return false;
            };
            let Some((_, _, rest)) = ahead.cursor().group(Delimiter::Parenthesis) else {
                return false;
            };
            let is_indexed = rest.group(Delimiter::Bracket).is_some();
            let goes_on = is_indexed
                || rest.punct().is_some_and(|(punct, _)| {
                    matches!(
                        punct.as_char(),
                        '.' | '?' | '+' | '-' | '*' | '/' | '%' | '=' | '<' | '>' | '!' | '&' | '|'
                    )
                })
                || rest.ident().is_some_and(|(word, _)| word == "as");
            is_task(&path) && !goes_on
        }
    }
}

/// `let total = quote(order).amount * 1.2;`: a value that is computed from a call's result, or
/// without a call.
fn computed(binding: LetBinding, input: ParseStream, reader: &SyntaxReader) -> Result<Statement> {
    let mut value = reader.expression(input)?;
    reader.semicolon(input);
    let mut calls = called::take(&mut value.syn);
    let one = Let { binding, value };
    if calls.found.len() > 1 {
        let second = calls.found.swap_remove(1).0;
        return Err(syn::Error::new(
            second.func.span(),
            "a task state makes one call, and this is the second: make a state of each",
        ));
    }
    let Some((call, name)) = calls.found.pop() else {
        return Ok(Statement::Computed(None, one));
    };
    if let Some(awaited) = calls.awaited {
        return Err(syn::Error::new(
            awaited,
            "a task state waits for its call: remove `.await`; the value of a function with `#[expression]` needs no task state, so call that in a `pass` state or after `end`",
        ));
    }
    if let Some((span, what)) = calls.refused {
        return Err(syn::Error::new(
            span,
            format!(
                "a task state makes its call exactly once, and {what} may run zero or many times: put a choice before this \
                 state, or repeat the call with a map"
            ),
        ));
    }
    let Expr::Path(path) = *call.func else {
        return Err(not_a_call(call.func.span()));
    };
    let arguments = call.args.into_iter();
    let call = Call {
        wait: None,
        callee: Callee::Task(Application {
            path: path.path,
            arguments: arguments.map(|one| reader.number(one)).collect(),
            parentheses: call.paren_token.span,
        }),
        called: Some(name),
        reader: None,
        end: None,
    };
    Ok(Statement::Computed(Some(call), one))
}

impl Call {
    fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<Call> {
        let mut wait = None;
        if word(input).is_some_and(|word| word == "wait_for_task_token") {
            wait = Some(take_word(input)?);
        }
        let callee = match word(input).as_deref() {
            Some("service") if !is_call(input) => {
                let keyword = take_word(input)?;
                let resource = text(input, "expected the service's resource in quotes")?;
                let arguments = if input.peek(syn::token::Brace) {
                    Some(ObjectLiteral::parse(input, reader)?)
                } else if input.peek(Token![;]) {
                    None
                } else {
                    return Err(input.error("expected the service's arguments: `{ Key: value }`"));
                };
                Callee::Service {
                    keyword,
                    resource,
                    arguments,
                }
            }
            Some("start" | "workflow") if !is_call(input) => {
                let start = if word(input).is_some_and(|word| word == "start") {
                    Some(take_word(input)?)
                } else {
                    None
                };
                if word(input).is_none_or(|word| word != "workflow") {
                    return Err(input.error("expected `workflow` after `start`"));
                }
                take_word(input)?;
                let path = Path::parse_mod_style(input).map_err(|error| {
                    syn::Error::new(error.span(), "expected the name of a workflow")
                })?;
                Callee::Workflow {
                    start,
                    call: Application::parse(path, input, reader)?,
                }
            }
            Some(_) => {
                let path = reader
                    .attempt(input, Path::parse_mod_style)
                    .map_err(|error| not_a_call(error.span()))?;
                if !input.peek(syn::token::Paren) {
                    return Err(not_a_call(path.span()));
                }
                Callee::Task(Application::parse(path, input, reader)?)
            }
            None => return Err(not_a_call(input.span())),
        };
        Ok(Call {
            wait,
            callee,
            called: None,
            reader: None,
            end: None,
        })
    }
}

impl Application {
    /// Parses the arguments after the path.
    pub(super) fn parse(
        path: Path,
        input: ParseStream,
        reader: &SyntaxReader,
    ) -> Result<Application> {
        if !input.peek(syn::token::Paren) {
            return Err(input.error("expected `(` and the arguments"));
        }
        let content;
        let parentheses = syn::parenthesized!(content in input).span;
        Ok(Application {
            path,
            arguments: reader.expressions_between_commas(&content),
            parentheses,
        })
    }
}

fn not_a_call(span: Span) -> syn::Error {
    syn::Error::new(
        span,
        "a task state calls a task, a service or a workflow; a `pass` state computes values",
    )
}

/// Words of statements that are followed by an expression, which may begin with a parenthesis:
/// `end (a, b);`.
const BEFORE_VALUES: &[&str] = &["end", "timeout", "heartbeat", "credentials"];

/// Whether `name(` or `name::` is next; words such as `end` are not names of calls.
pub(super) fn is_call(input: ParseStream) -> bool {
    let Some((first, rest)) = input.cursor().ident() else {
        return false;
    };
    let is_word = BEFORE_VALUES.iter().any(|word| first == word);
    rest.group(Delimiter::Parenthesis).is_some() && !is_word
        || rest.punct().is_some_and(|(punct, _)| {
            punct.as_char() == ':' && punct.spacing() == proc_macro2::Spacing::Joint
        })
}

fn second_word(input: ParseStream) -> Option<String> {
    let (_, rest) = input.cursor().ident()?;
    rest.ident().map(|(ident, _)| ident.to_string())
}
