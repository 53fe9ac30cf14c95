//! The attributes `#[state(Name)]` of a function, each of which names one state.
//!
//! The translator clones code, so each attribute gets a number: `#[state(Name, 3)]`. An attribute
//! whose number no state takes has no effect, and is an error.

use super::graph::StateName;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::parse::{Parse, ParseStream};
use syn::{Block, LitInt, Result, Token};

/// The attributes that have named no state yet, by their numbers.
#[derive(Default)]
pub(super) struct NameAttributes(BTreeMap<usize, Ident>);

impl NameAttributes {
    /// Numbers the attributes of a function. Returns `None` if it has none.
    pub(super) fn of(block: &Block) -> Option<(Block, NameAttributes)> {
        let mut attributes = NameAttributes::default();
        let tokens = attributes.number(block.to_token_stream());
        if attributes.0.is_empty() {
            return None;
        }
        Some((syn::parse2(tokens).ok()?, attributes))
    }

    /// The attributes that name no state.
    pub(super) fn unused(&self) -> impl Iterator<Item = &Ident> {
        self.0.values()
    }

    pub(super) fn take(&mut self, name: &StateName) {
        if let Some(number) = name.attribute {
            self.0.remove(&number);
        }
    }

    /// Takes the attributes of code that is never reached.
    pub(super) fn take_all(&mut self, code: &impl ToTokens) {
        let mut tokens = code.to_token_stream().into_iter().peekable();
        while let Some(token) = tokens.next() {
            if is_hash(&token)
                && let Some(TokenTree::Group(group)) = tokens.peek()
                && let Some(arguments) = arguments(group)
                && let Ok(name) = syn::parse2::<NumberedName>(arguments.stream())
                && let Some(number) = name.number
            {
                self.0.remove(&number);
            }
            if let TokenTree::Group(group) = token {
                self.take_all(&group.stream());
            }
        }
    }

    fn number(&mut self, tokens: TokenStream) -> TokenStream {
        let mut numbered = Vec::new();
        let mut after_hash = false;
        for token in tokens {
            let is_attribute = std::mem::replace(&mut after_hash, is_hash(&token));
            numbered.push(match token {
                TokenTree::Group(group) => {
                    let before = self.0.len();
                    let changed = self.group(&group, is_attribute);
                    // The text of an assertion has the spaces of the source, which a copy of its
                    // tokens loses.
                    TokenTree::Group(match self.0.len() == before {
                        true => group,
                        false => changed,
                    })
                }
                other => other,
            });
        }
        numbered.into_iter().collect()
    }

    fn group(&mut self, group: &Group, is_attribute: bool) -> Group {
        let name = arguments(group)
            .filter(|_| is_attribute)
            .and_then(|arguments| {
                let name = syn::parse2::<Ident>(arguments.stream()).ok()?;
                Some((arguments, name))
            });
        let stream = match name {
            Some((arguments, name)) => {
                let number = self.0.len();
                let inner = TokenStream::from_iter([
                    TokenTree::Ident(name.clone()),
                    TokenTree::Punct(Punct::new(',', Spacing::Alone)),
                    TokenTree::Literal(Literal::usize_unsuffixed(number)),
                ]);
                self.0.insert(number, name);
                let mut with_number = Group::new(Delimiter::Parenthesis, inner);
                with_number.set_span(arguments.span());
                let word = group.stream().into_iter().take(1);
                word.chain([TokenTree::Group(with_number)]).collect()
            }
            None => self.number(group.stream()),
        };
        let mut numbered = Group::new(group.delimiter(), stream);
        numbered.set_span(group.span());
        numbered
    }
}

fn is_hash(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
}

/// The parentheses in `[state(..)]`.
fn arguments(group: &Group) -> Option<Group> {
    let mut tokens = group.stream().into_iter();
    match (
        group.delimiter(),
        tokens.next(),
        tokens.next(),
        tokens.next(),
    ) {
        (
            Delimiter::Bracket,
            Some(TokenTree::Ident(word)),
            Some(TokenTree::Group(arguments)),
            None,
        ) if word == "state" => Some(arguments),
        _ => None,
    }
}

/// `Name` or `Name, 3`
pub(super) struct NumberedName {
    pub(super) name: Ident,
    pub(super) number: Option<usize>,
}

impl Parse for NumberedName {
    fn parse(input: ParseStream) -> Result<NumberedName> {
        let name = input.parse()?;
        let number = match input.parse::<Option<Token![,]>>()? {
            Some(_) => Some(input.parse::<LitInt>()?.base10_parse()?),
            None => None,
        };
        Ok(NumberedName { name, number })
    }
}
