//! Transitions, and what they assign.

use super::super::pattern::pattern;
use super::{Writer, raw};
use crate::check::{
    Edge, EdgeKind, PatternShape, Value, error_fields, error_path, is_silent, pattern as shape,
};
use crate::syntax::{Arm, Binding, ErrorPattern, Let, State, Target};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::Pat;

impl Writer<'_, '_> {
    /// A `catch`; the other edges are written with their state's kind.
    pub(super) fn edge(&mut self, state: &State, edge: &Edge) -> TokenStream {
        match edge.kind {
            EdgeKind::Catch(catch) => {
                let names = self.names(&catch.errors);
                let mut way = self.way(&catch.target);
                if let Some(ErrorPattern::Fields(_, fields)) = catch.errors.first() {
                    way = self.caught(way, fields);
                }
                let way = output(way, catch.output.as_ref());
                let lets = self.lets(&catch.target);
                quote!(.catch(__s::Catch::on::<__s::Text>(#names, #way #lets)))
            }
            EdgeKind::CatchArm(arm) => {
                let cases: Vec<&Pat> = match &arm.pattern {
                    Pat::Or(or) => or.cases.iter().collect(),
                    single => vec![single],
                };
                let mut names = TokenStream::new();
                for case in &cases {
                    let name = match error_path(case) {
                        Some(path) => self.values.error_name(&path),
                        None => quote!(__s::Text::Borrowed("States.ALL")),
                    };
                    quote!(#name,).to_tokens(&mut names);
                }
                let mut way = self.way(&arm.target);
                if let Some(first) = cases.first() {
                    way = self.caught(way, first);
                }
                let way = output(way, arm.output.as_ref());
                let lets = self.lets(&arm.target);
                quote!(.catch(__s::Catch::on::<__s::Text>(::std::vec![#names], #way #lets)))
            }
            EdgeKind::Next => {
                let mut tokens = TokenStream::new();
                if let Some(binding) = state.result() {
                    assign(binding, &quote!(__s::Expr::result())).to_tokens(&mut tokens);
                }
                for one in state.lets() {
                    self.assign_let(one).to_tokens(&mut tokens);
                }
                tokens
            }
            EdgeKind::Exit(exit) => {
                let name = crate::name::text(&exit.name);
                let mut way = self.way(&exit.target);
                if let Some(variable) = variable(exit.value.as_ref()) {
                    way = quote!(#way.assign(#variable, __s::Expr::result()));
                }
                let lets = self.lets(&exit.target);
                quote!(.exit(#name, #way #lets))
            }
            EdgeKind::Rule(_) | EdgeKind::Otherwise(_) | EdgeKind::Arm(_) => TokenStream::new(),
        }
    }

    /// Assigns what an error's pattern binds.
    pub(super) fn caught(&mut self, way: TokenStream, from: &Pat) -> TokenStream {
        let (Some(path), Ok(fields)) = (error_path(from), error_fields(from)) else {
            return way;
        };
        let mut way = way;
        for (field, name) in fields {
            let Some(name) = variable(Some(name)) else {
                continue;
            };
            let value = self.values.value(&Value::ErrorField(path.clone(), field));
            quote!(.assign(#name, #value)).to_tokens(&mut way);
        }
        way
    }

    pub(super) fn arm(&mut self, arm: &Arm) -> TokenStream {
        let shape = shape(&arm.pattern).unwrap_or(PatternShape::Wildcard);
        let pattern = pattern(&shape);
        let guard = match &arm.guard {
            Some(guard) => {
                let guard = self.expression(guard);
                quote!(::core::option::Option::Some(#guard))
            }
            None => quote!(::core::option::Option::None),
        };
        let edge = self.target(&arm.target);
        quote!(__s::Arm::new(#pattern, #guard, #edge),)
    }

    /// An edge with the `let`s on it.
    pub(super) fn target(&mut self, target: &Target) -> TokenStream {
        let way = self.way(target);
        let lets = self.lets(target);
        quote!(#way #lets)
    }

    /// An edge without them.
    pub(super) fn way(&self, target: &Target) -> TokenStream {
        let name = self.name_of(&target.name);
        let fields = raw::fields(&target.raw);
        quote!(__s::Edge::to(#name) #fields)
    }

    pub(super) fn lets(&mut self, target: &Target) -> TokenStream {
        let mut tokens = TokenStream::new();
        for one in &target.lets {
            self.assign_let(one).to_tokens(&mut tokens);
        }
        tokens
    }

    /// `.assign(..)` for a `let`; of a tuple that is written out, each item for itself.
    pub(super) fn assign_let(&mut self, one: &Let) -> TokenStream {
        let Let { binding, value } = one;
        if let (true, Some(Value::Tuple(items))) = (binding.tuple, &self.machine.values[value.id])
            && items.len() == binding.names.len()
        {
            let mut tokens = TokenStream::new();
            for (name, item) in binding.names.iter().zip(items) {
                if let Some(name) = variable(name.as_ref()) {
                    let item = self.values.value(item);
                    quote!(.assign(#name, #item)).to_tokens(&mut tokens);
                }
            }
            return tokens;
        }
        let value = self.expression(value);
        assign(binding, &value)
    }
}

/// `.assign(..)` for each name.
fn assign(binding: &Binding, value: &TokenStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    for (index, name) in binding.names.iter().enumerate() {
        let Some(name) = variable(name.as_ref()) else {
            continue;
        };
        if binding.tuple {
            let index = Literal::usize_unsuffixed(index);
            quote!(.assign(#name, #value.tuple_field(#index))).to_tokens(&mut tokens);
        } else {
            quote!(.assign(#name, #value)).to_tokens(&mut tokens);
        }
    }
    tokens
}

/// The variable that a name makes: none, where it is `_` or begins with it.
fn variable(name: Option<&Ident>) -> Option<String> {
    name.filter(|name| !is_silent(name)).map(crate::name::text)
}

/// Assigns what `as` names.
fn output(way: TokenStream, name: Option<&Ident>) -> TokenStream {
    match variable(name) {
        Some(name) => quote!(#way.assign(#name, __s::Expr::error_output())),
        None => way,
    }
}
