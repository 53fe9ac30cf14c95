//! `catch PaymentError::Declined { reason } => Reject;` and the exhaustive `catch { .. }`.

use super::reader::{SyntaxReader, after, name, skip_to_comma};
use super::target::EdgeTarget;
use crate::machine::{CatchEvery, Edge, EdgeKind, ErrorPattern};
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Pat, Result, Token};

/// Parses one `catch`, after the keyword.
pub(super) fn one(input: ParseStream, reader: &SyntaxReader) -> Result<Edge> {
    let errors = ErrorPattern::several(input, reader)?;
    let output = output(input)?;
    arrow(input)?;
    let target = EdgeTarget::parse(input, reader)?;
    target.semicolon(input, reader);
    Ok(target.edge(EdgeKind::Catch { errors, output }))
}

/// Parses `catch { .. }` from the braces on, with its arms.
pub(super) fn every(
    keyword: Ident,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<(CatchEvery, Vec<Edge>)> {
    let content;
    let braces = syn::braced!(content in input).span.join();
    let arms = arms(&content, reader, |input| {
        let pattern = reader.pattern(input, Pat::parse_multi_with_leading_vert)?;
        let output = output(input)?;
        Ok(EdgeKind::CatchArm { pattern, output })
    });
    let _ = input.parse::<Option<Token![;]>>();
    Ok((CatchEvery { keyword, braces }, arms))
}

/// Parses arms between commas; `read` parses the part before the arrow.
pub(super) fn arms(
    content: ParseStream,
    reader: &SyntaxReader,
    read: impl Fn(ParseStream) -> Result<EdgeKind>,
) -> Vec<Edge> {
    let mut arms = Vec::new();
    let arm = |input: ParseStream| {
        let kind = read(input)?;
        arrow(input)?;
        let target = EdgeTarget::parse(input, reader)?;
        Ok((target.braced, target.edge(kind)))
    };
    while !content.is_empty() {
        match arm(content) {
            Ok((braced, arm)) => {
                arms.push(arm);
                if braced && !content.peek(Token![,]) {
                    continue;
                }
            }
            Err(error) => {
                reader.errors.syn(&error);
                skip_to_comma(content);
            }
        }
        reader.comma(content);
    }
    arms
}

/// `as error`
fn output(input: ParseStream) -> Result<Option<Ident>> {
    after::<Token![as], _>(input, |input| name(input, "the caught error"))
}

/// `=>`
pub(super) fn arrow(input: ParseStream) -> Result<()> {
    if input.peek(Token![=>]) {
        input.parse::<Token![=>]>()?;
        return Ok(());
    }
    Err(input.error("expected `=>` and the state to go to"))
}
