//! `choice Triage { when .. => A; otherwise => B; }` and `choice Decide { match value { .. } }`

use super::catch::{arms, arrow};
use super::reader::{SyntaxReader, after, take_word, word};
use super::target::{EdgeTarget, fields, is_raw};
use crate::machine::{ChoiceState, Condition, Edge, EdgeKind, Subject};
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Pat, Result, Token};

pub(super) const WORDS: &[&str] = &["when", "otherwise", "match"];

/// Parses the statement that begins with `found`, if it belongs to a choice.
pub(super) fn statement(
    choice: &mut ChoiceState,
    edges: &mut Vec<Edge>,
    found: &str,
    of: &Ident,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<bool> {
    match found {
        "when" => edges.push(rule(input, reader)?),
        "otherwise" => {
            let keyword = take_word(input)?;
            let is_otherwise = |edge: &Edge| matches!(edge.kind, EdgeKind::Otherwise(_));
            if choice.fails.is_some() || edges.iter().any(is_otherwise) {
                let message = format!("choice `{of}` has two `otherwise` arms");
                reader.errors.at(keyword.span(), message);
            }
            match otherwise(&keyword, input, reader)? {
                Some(edge) => edges.push(edge),
                None => choice.fails = Some(keyword),
            }
        }
        "match" => {
            let (subject, arms) = subject(input, reader)?;
            if choice.subject.is_some() {
                let message =
                    format!("choice `{of}` has two `match`es: make a second choice state");
                reader.errors.at(subject.keyword, message);
            }
            choice.subject.get_or_insert(subject);
            edges.extend(arms);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn rule(input: ParseStream, reader: &SyntaxReader) -> Result<Edge> {
    let keyword = take_word(input)?;
    let condition = if is_raw(input) {
        Condition::Raw(fields(input, reader)?)
    } else {
        Condition::Expression(reader.expression(input)?)
    };
    arrow(input)?;
    let target = EdgeTarget::parse(input, reader)?;
    target.separator(input, reader);
    Ok(target.edge(EdgeKind::Rule { keyword, condition }))
}

/// Parses `otherwise` after the keyword; `otherwise fail;` has no target.
fn otherwise(keyword: &Ident, input: ParseStream, reader: &SyntaxReader) -> Result<Option<Edge>> {
    if word(input).is_some_and(|word| word == "fail") {
        take_word(input)?;
        reader.semicolon(input);
        return Ok(None);
    }
    if !input.peek(Token![=>]) {
        return Err(input.error("expected `=>` and a state, or `fail`, after `otherwise`"));
    }
    arrow(input)?;
    let target = EdgeTarget::parse(input, reader)?;
    target.separator(input, reader);
    Ok(Some(target.edge(EdgeKind::Otherwise(keyword.clone()))))
}

/// `match value { pattern if guard => target, .. }`
fn subject(input: ParseStream, reader: &SyntaxReader) -> Result<(Subject, Vec<Edge>)> {
    let keyword = input.parse::<Token![match]>()?.span();
    let value = reader.expression_before_brace(input)?;
    if !input.peek(syn::token::Brace) {
        return Err(input.error("expected `{` and the arms of the `match`"));
    }
    let content;
    let braces = syn::braced!(content in input).span.join();
    let arms = arms(&content, reader, |input| {
        let pattern = reader.pattern(input, Pat::parse_multi_with_leading_vert)?;
        let guard = after::<Token![if], _>(input, |input| reader.expression(input))?;
        Ok(EdgeKind::Arm { pattern, guard })
    });
    let _ = input.parse::<Option<Token![;]>>();
    let subject = Subject {
        keyword,
        value,
        braces,
    };
    Ok((subject, arms))
}
