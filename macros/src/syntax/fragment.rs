//! What only fragments have: `exit` states, and the `include` that puts a fragment's states in place.

use super::binding::Binding;
use super::catch::arrow;
use super::reader::{Expression, Reader, name, take_word};
use super::target::Target;
use proc_macro2::Ident;
use proc_macro2::extra::DelimSpan;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Path, Result, Token, Type};

/// `exit Refused -> String { reason }`
#[derive(Default)]
pub(crate) struct Exit {
    pub(crate) ty: Option<Type>,
    pub(crate) value: Option<Expression>,
}

/// What an include puts in its place, and where the ways out of it lead.
#[derive(Default)]
pub(crate) struct Include {
    pub(crate) calls: Vec<IncludeLet>,
    pub(crate) exits: Vec<ExitArm>,
}

/// `let payment = Charge(order.card);`
pub(crate) struct IncludeLet {
    pub(crate) binding: Option<Binding>,
    pub(crate) path: Path,
    pub(crate) arguments: Vec<Expression>,
    pub(crate) parentheses: DelimSpan,
}

/// `exit Refused as reason => Reject;`
pub(crate) struct ExitArm {
    pub(crate) keyword: Ident,
    pub(crate) name: Ident,
    pub(crate) value: Option<Ident>,
    pub(crate) target: Target,
}

pub(super) const WORDS: &[&str] = &["let", "exit"];

impl Exit {
    /// Reads the type between the name and the braces.
    pub(super) fn parse_type(&mut self, input: ParseStream, reader: &Reader) -> Result<()> {
        if input.peek(Token![->]) {
            input.parse::<Token![->]>()?;
            self.ty = Some(reader.attempt(input, |ahead| ahead.parse::<Type>())?);
        }
        Ok(())
    }
}

impl Include {
    /// Reads the statement that begins with `word`, where it is one of an include.
    pub(super) fn statement(
        &mut self,
        word_: &str,
        input: ParseStream,
        reader: &Reader,
    ) -> Result<bool> {
        match word_ {
            "exit" => self.exits.push(ExitArm::parse(input, reader)?),
            "let" => {
                let binding = reader.attempt(input, Binding::parse)?;
                self.calls
                    .push(IncludeLet::parse(Some(binding), input, reader)?);
            }
            _ if super::task::is_call(input) => {
                self.calls.push(IncludeLet::parse(None, input, reader)?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl IncludeLet {
    fn parse(binding: Option<Binding>, input: ParseStream, reader: &Reader) -> Result<IncludeLet> {
        let path = reader
            .attempt(input, Path::parse_mod_style)
            .map_err(|error| {
                syn::Error::new(
                    error.span(),
                    "an include names a fragment: `Fragment(input)`",
                )
            })?;
        if !input.peek(syn::token::Paren) {
            return Err(syn::Error::new(
                path.span(),
                "an include names a fragment with its arguments: `Fragment(input)`, or `Fragment()`",
            ));
        }
        let content;
        let parentheses = syn::parenthesized!(content in input).span;
        let arguments = reader.expressions_between_commas(&content);
        if input.peek(Token![.]) || input.peek(Token![?]) {
            return Err(input.error(
                "an include takes one fragment and nothing after it: a later state computes with the result",
            ));
        }
        reader.semicolon(input);
        Ok(IncludeLet {
            binding,
            path,
            arguments,
            parentheses,
        })
    }
}

impl ExitArm {
    fn parse(input: ParseStream, reader: &Reader) -> Result<ExitArm> {
        let keyword = take_word(input)?;
        let of = name(input, "an exit of the fragment")?;
        let mut value = None;
        if input.peek(Token![as]) {
            input.parse::<Token![as]>()?;
            value = if input.peek(Token![_]) {
                input.parse::<Token![_]>()?;
                None
            } else {
                Some(name(input, "the exit's value")?)
            };
        }
        arrow(input)?;
        let target = Target::parse(input, reader)?;
        if input.peek(Token![,]) {
            let _ = input.parse::<Token![,]>();
        } else if !target.braced || input.peek(Token![;]) {
            reader.semicolon(input);
        }
        Ok(ExitArm {
            keyword,
            name: of,
            value,
            target,
        })
    }
}

/// `include Charge as Pay(..)`, as other languages write it.
pub(super) fn named_first(input: ParseStream) -> Result<()> {
    if input.peek(Token![as]) || input.peek(Token![::]) || input.peek(syn::token::Paren) {
        return Err(input.error(
            "an include has a name, and in its braces the fragment: `include Pay { let paid = Charge(card); next Done; }`",
        ));
    }
    Ok(())
}
