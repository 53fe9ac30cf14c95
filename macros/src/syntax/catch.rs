//! `catch PaymentError::Declined { reason } => Reject;` and the exhaustive `catch { .. }`.

use super::json::comma;
use super::pattern::ErrorPattern;
use super::reader::{Reader, name, skip_to_comma};
use super::target::Target;
use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Pat, Result, Token};

/// One `catch`.
pub(crate) struct Catch {
    pub(crate) errors: Vec<ErrorPattern>,
    /// `as error`
    pub(crate) output: Option<Ident>,
    pub(crate) target: Target,
}

/// `catch { .. }`: rustc checks that its arms name every error.
pub(crate) struct CatchEvery {
    pub(crate) keyword: Ident,
    pub(crate) braces: Span,
    pub(crate) arms: Vec<CatchArm>,
}

/// An arm of a [`CatchEvery`].
pub(crate) struct CatchArm {
    pub(crate) pattern: Pat,
    pub(crate) output: Option<Ident>,
    pub(crate) target: Target,
}

impl Catch {
    /// Reads from behind the keyword.
    pub(crate) fn parse(input: ParseStream, reader: &Reader) -> Result<Catch> {
        let errors = ErrorPattern::several(input, reader)?;
        let output = output(input)?;
        arrow(input)?;
        let target = Target::parse(input, reader)?;
        if target.braced && !input.peek(Token![;]) {
            // Braces end a statement as well as a semicolon does.
        } else {
            reader.semicolon(input);
        }
        Ok(Catch {
            errors,
            output,
            target,
        })
    }
}

impl CatchEvery {
    /// Reads from the braces on.
    pub(crate) fn parse(keyword: Ident, input: ParseStream, reader: &Reader) -> Result<CatchEvery> {
        let content;
        let braces = syn::braced!(content in input).span.join();
        let mut arms = Vec::new();
        while !content.is_empty() {
            match CatchArm::parse(&content, reader) {
                Ok(arm) => {
                    let braced = arm.target.braced;
                    arms.push(arm);
                    if braced && !content.peek(Token![,]) {
                        continue;
                    }
                }
                Err(error) => {
                    reader.errors.syn(&error);
                    skip_to_comma(&content);
                }
            }
            comma(&content, reader);
        }
        let _ = input.parse::<Option<Token![;]>>();
        Ok(CatchEvery {
            keyword,
            braces,
            arms,
        })
    }
}

impl CatchArm {
    fn parse(input: ParseStream, reader: &Reader) -> Result<CatchArm> {
        let pattern = reader.attempt(input, Pat::parse_multi_with_leading_vert)?;
        let output = output(input)?;
        arrow(input)?;
        let target = Target::parse(input, reader)?;
        Ok(CatchArm {
            pattern,
            output,
            target,
        })
    }
}

/// `as error`
fn output(input: ParseStream) -> Result<Option<Ident>> {
    if !input.peek(Token![as]) {
        return Ok(None);
    }
    input.parse::<Token![as]>()?;
    name(input, "the caught error").map(Some)
}

/// `=>`
pub(super) fn arrow(input: ParseStream) -> Result<()> {
    if input.peek(Token![=>]) {
        input.parse::<Token![=>]>()?;
        return Ok(());
    }
    Err(input.error("expected `=>` and the state to go to"))
}
