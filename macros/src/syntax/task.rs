//! `task Charge { let payment = charge_card(..); .. }`

use super::binding::Binding;
use super::object::Object;
use super::reader::{Expression, Reader, take_word, word};
use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Ident, Span};
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{LitStr, Path, Result, Token};

/// `let result = call;` or `call;`
pub(crate) struct TaskLet {
    pub(crate) binding: Option<Binding>,
    pub(crate) call: Call,
}

/// What a task state calls.
pub(crate) struct Call {
    /// `wait_for_task_token`
    pub(crate) wait: Option<Ident>,
    pub(crate) callee: Callee,
}

/// Whom a task state calls.
pub(crate) enum Callee {
    /// `charge_card(payment)`
    Task {
        path: Path,
        arguments: Vec<Expression>,
        parentheses: DelimSpan,
    },
    /// `service "arn:.." { Key: value }`
    Service {
        keyword: Ident,
        resource: LitStr,
        /// None is handed the state's input.
        arguments: Option<Object>,
    },
    /// `workflow Fulfilment(order)`, `start workflow Fulfilment(order)`
    Workflow {
        start: Option<Ident>,
        path: Path,
        arguments: Vec<Expression>,
        parentheses: DelimSpan,
    },
}

pub(super) const WORDS: &[&str] = &["let", "wait_for_task_token", "start", "workflow", "service"];

/// Reads the call, with or without its `let`, where one stands.
pub(super) fn parse(word: &str, input: ParseStream, reader: &Reader) -> Result<Option<TaskLet>> {
    let binding = match word {
        "let" => Some(reader.attempt(input, Binding::parse)?),
        "wait_for_task_token" | "workflow" | "service" => None,
        "start" if second_word(input).is_some_and(|word| word == "workflow") => None,
        _ if is_call(input) => None,
        _ => return Ok(None),
    };
    let call = Call::parse(input, reader)?;
    if input.peek(Token![.]) || input.peek(Token![?]) {
        return Err(input.error(
            "a task state makes one call and nothing after it: a later state, or `end value;`, computes with the result",
        ));
    }
    reader.semicolon(input);
    Ok(Some(TaskLet { binding, call }))
}

impl Call {
    fn parse(input: ParseStream, reader: &Reader) -> Result<Call> {
        let mut wait = None;
        if word(input).is_some_and(|word| word == "wait_for_task_token") {
            wait = Some(take_word(input)?);
        }
        let callee = match word(input).as_deref() {
            Some("service") if !is_call(input) => {
                let keyword = take_word(input)?;
                let resource = input.parse::<LitStr>().map_err(|error| {
                    syn::Error::new(error.span(), "expected the service's resource in quotes")
                })?;
                let arguments = if input.peek(syn::token::Brace) {
                    Some(Object::parse(input, reader)?)
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
                let (arguments, parentheses) = arguments(input, reader)?;
                Callee::Workflow {
                    start,
                    path,
                    arguments,
                    parentheses,
                }
            }
            Some(_) => {
                let path = reader
                    .attempt(input, Path::parse_mod_style)
                    .map_err(|error| not_a_call(error.span()))?;
                if !input.peek(syn::token::Paren) {
                    return Err(not_a_call(path.span()));
                }
                let (arguments, parentheses) = arguments(input, reader)?;
                Callee::Task {
                    path,
                    arguments,
                    parentheses,
                }
            }
            None => return Err(not_a_call(input.span())),
        };
        Ok(Call { wait, callee })
    }
}

fn arguments(input: ParseStream, reader: &Reader) -> Result<(Vec<Expression>, DelimSpan)> {
    if !input.peek(syn::token::Paren) {
        return Err(input.error("expected `(` and the arguments"));
    }
    let content;
    let span = syn::parenthesized!(content in input).span;
    Ok((reader.expressions_between_commas(&content), span))
}

fn not_a_call(span: Span) -> syn::Error {
    syn::Error::new(
        span,
        "a task state calls a task, a service or a workflow; a `pass` state computes values",
    )
}

/// Whether `name(` or `name::` stands next.
pub(super) fn is_call(input: ParseStream) -> bool {
    let Some((_, rest)) = input.cursor().ident() else {
        return false;
    };
    rest.group(Delimiter::Parenthesis).is_some()
        || rest.punct().is_some_and(|(punct, _)| {
            punct.as_char() == ':' && punct.spacing() == proc_macro2::Spacing::Joint
        })
}

fn second_word(input: ParseStream) -> Option<String> {
    let (_, rest) = input.cursor().ident()?;
    rest.ident().map(|(ident, _)| ident.to_string())
}
