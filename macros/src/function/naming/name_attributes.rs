//! The attributes `#[state(Name)]` of a function, each of which names one state.
//!
//! The translator clones code, so each attribute gets a number: `#[state(Name, 3)]`. An attribute
//! whose number no state takes has no effect, and is an error.

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::BTreeMap;
use syn::parse::{Parse, ParseStream};
use syn::visit_mut::VisitMut;
use syn::{AttrStyle, Attribute, Block, LitInt, Macro, Meta, Result, Token};

/// The attributes that have named no state yet, by their numbers.
#[derive(Default)]
pub(crate) struct NameAttributes(BTreeMap<usize, Ident>);

impl NameAttributes {
    /// Numbers the attributes of a function.
    pub(crate) fn of(block: &mut Block) -> NameAttributes {
        let mut attributes = NameAttributes::default();
        attributes.visit_block_mut(block);
        attributes
    }

    /// The attributes that name no state.
    pub(crate) fn unused(&self) -> impl Iterator<Item = &Ident> {
        self.0.values()
    }

    /// Takes the attribute with this number, which names a state.
    pub(crate) fn take(&mut self, number: Option<usize>) {
        if let Some(number) = number {
            self.0.remove(&number);
        }
    }

    /// Takes the attributes of code that is never reached.
    pub(crate) fn take_all(&mut self, code: &impl ToTokens) {
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
                    TokenTree::Group(if self.0.len() == before {
                        group
                    } else {
                        changed
                    })
                }
                other => other,
            });
        }
        numbered.into_iter().collect()
    }

    /// `Name, 3`
    fn numbered(&mut self, name: Ident) -> TokenStream {
        let number = Literal::usize_unsuffixed(self.0.len());
        let numbered = quote!(#name, #number);
        self.0.insert(self.0.len(), name);
        numbered
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
                let mut with_number = Group::new(Delimiter::Parenthesis, self.numbered(name));
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

impl VisitMut for NameAttributes {
    fn visit_attribute_mut(&mut self, attribute: &mut Attribute) {
        if let (AttrStyle::Outer, Meta::List(list)) = (attribute.style, &mut attribute.meta)
            && list.path.is_ident("state")
            && let Ok(name) = syn::parse2::<Ident>(list.tokens.clone())
        {
            list.tokens = self.numbered(name);
        }
    }

    /// The tokens of a macro are parsed later.
    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let before = self.0.len();
        let numbered = self.number(mac.tokens.clone());
        if self.0.len() > before {
            mac.tokens = numbered;
        }
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
pub(crate) struct NumberedName {
    pub(crate) name: Ident,
    pub(crate) number: Option<usize>,
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
