//! `map Pack { let packed = for item in order.items { .. }; next X; }`

use super::binding::Binding;
use super::distributed::{Access, Batch, DistributedOption};
use super::reader::{Expression, Reader, name, take_word, word};
use super::state::Body;
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Result, Token, Type};

/// What a map runs over what.
#[derive(Default)]
pub(crate) struct Map {
    pub(crate) runs: Vec<For>,
    pub(crate) max_concurrency: Vec<(Ident, Expression)>,
    /// `iterator;`: the body stands under its old name.
    pub(crate) iterator: Option<Ident>,
    /// The options that only a distributed map has.
    pub(crate) options: Vec<DistributedOption>,
}

/// `let results = for item in list { .. };`
pub(crate) struct For {
    pub(crate) binding: Option<Binding>,
    pub(crate) item: Ident,
    pub(crate) ty: Option<Type>,
    /// `None` stands for `reader`.
    pub(crate) list: Option<Expression>,
    pub(crate) body: Body,
}

pub(super) const WORDS: &[&str] = &[
    "let",
    "for",
    "max_concurrency",
    "iterator",
    "distributed",
    "label",
    "tolerated_failures",
    "reader",
    "batch",
    "writer",
];

impl Map {
    /// Reads the statement that begins with `word`, where it is one of a map.
    pub(super) fn statement(
        &mut self,
        word: &str,
        input: ParseStream,
        reader: &Reader,
    ) -> Result<bool> {
        match word {
            "let" | "for" => self.runs.push(For::parse(input, reader)?),
            "max_concurrency" => {
                let keyword = take_word(input)?;
                let limit = reader.expression(input)?;
                reader.semicolon(input);
                self.max_concurrency.push((keyword, limit));
            }
            "iterator" => {
                self.iterator = Some(take_word(input)?);
                reader.semicolon(input);
            }
            other => {
                let option = DistributedOption::parse(other, input, reader)?;
                let known = option.is_some();
                self.options.extend(option);
                return Ok(known);
            }
        }
        Ok(true)
    }
}

/// How a map is distributed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Children {
    Standard,
    Express,
}

impl Map {
    /// Whether it is distributed, and what its children are.
    pub(crate) fn children(&self) -> Option<Children> {
        self.options.iter().find_map(|option| match option {
            DistributedOption::Distributed(_, Some(kind)) if kind == "express" => {
                Some(Children::Express)
            }
            DistributedOption::Distributed(..) => Some(Children::Standard),
            _ => None,
        })
    }

    /// How its items are put together.
    pub(crate) fn batch(&self) -> Option<&Batch> {
        self.options.iter().find_map(|option| match option {
            DistributedOption::Batch(batch) => Some(batch),
            _ => None,
        })
    }

    /// Where its results are written.
    pub(crate) fn writer(&self) -> Option<&Access> {
        self.options.iter().find_map(|option| match option {
            DistributedOption::Writer(writer) => Some(writer),
            _ => None,
        })
    }
}

impl For {
    fn parse(input: ParseStream, reader: &Reader) -> Result<For> {
        let binding = if input.peek(Token![let]) {
            Some(reader.attempt(input, Binding::parse)?)
        } else {
            None
        };
        if !input.peek(Token![for]) {
            return Err(input.error("expected `for item in list { .. }`: a map runs over a list"));
        }
        input.parse::<Token![for]>()?;
        let item = name(input, "the item")?;
        let ty = if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            Some(input.parse()?)
        } else {
            None
        };
        input.parse::<Token![in]>()?;
        let from_reader =
            word(input).is_some_and(|word| word == "reader") && input.peek2(syn::token::Brace);
        let list = if from_reader {
            take_word(input)?;
            None
        } else {
            Some(reader.expression_before_brace(input)?)
        };
        if !input.peek(syn::token::Brace) {
            return Err(input.error("expected `{` and the states that run for each item"));
        }
        let body = Body::parse(input, reader)?;
        reader.semicolon(input);
        Ok(For {
            binding,
            item,
            ty,
            list,
            body,
        })
    }
}
