//! Transitions, with their assignments.

use super::super::pattern::pattern;
use super::super::written;
use super::{FlowWriter, raw};
use crate::check::is_silent;
use crate::machine::{Edge, EdgeKind, Let, LetBinding, MatchPattern, State, Term, UserExpr};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::Pat;

impl FlowWriter<'_> {
    /// The assignments of a `next`, a `catch` or an exit; the edges of a choice are written with
    /// the choice.
    pub(super) fn edge(&mut self, state: &State, edge: &Edge) -> TokenStream {
        match &edge.kind {
            EdgeKind::Catch { errors, .. } => {
                let names = self.names(errors);
                let target = self.target(edge);
                quote!(.catch_any(__s::Catch::on_errors(#names, #target)))
            }
            EdgeKind::CatchArm { pattern, .. } => {
                let names = self.arm_names(pattern);
                let target = self.target(edge);
                quote!(.catch_any(__s::Catch::on_errors(#names, #target)))
            }
            EdgeKind::Next => {
                let mut tokens = TokenStream::new();
                if let Some(binding) = &state.result {
                    assign(binding, &quote!(__s::Expr::result())).to_tokens(&mut tokens);
                }
                let before = state.before.iter().filter(|one| !one.binding.is_local);
                for one in before.chain(&state.lets) {
                    self.assign_let(one).to_tokens(&mut tokens);
                }
                tokens
            }
            EdgeKind::Exit { name, .. } => {
                let name = crate::name::text(name);
                let target = self.target(edge);
                quote!(.exit(#name, #target))
            }
            EdgeKind::Rule { .. } | EdgeKind::Otherwise(_) | EdgeKind::Arm { .. } => {
                TokenStream::new()
            }
        }
    }

    pub(super) fn arm(&mut self, edge: &Edge, from: &Pat, guard: Option<&UserExpr>) -> TokenStream {
        let pattern = pattern(&MatchPattern::of(from).unwrap_or(MatchPattern::Wildcard));
        let guard = match guard {
            Some(guard) => {
                let guard = self.expression(guard);
                quote!(::core::option::Option::Some(#guard))
            }
            None => quote!(::core::option::Option::None),
        };
        let target = self.target(edge);
        quote!(__s::Arm::new(#pattern, #guard, #target),)
    }

    /// An edge's target, and its assignments. Names that an arm's pattern binds are written with
    /// the pattern; names that a `catch` binds are assigned if something reads them.
    pub(super) fn target(&mut self, edge: &Edge) -> TokenStream {
        let name = self.name_of(&edge.name);
        let fields = raw::fields(&edge.raw);
        let mut tokens = quote!(__s::Edge::to(#name) #fields);
        if matches!(edge.kind, EdgeKind::Rule { .. } | EdgeKind::Arm { .. })
            && let Some(comment) = written::comment(edge)
        {
            quote!(.comment(#comment)).to_tokens(&mut tokens);
        }
        for (name, value) in edge.bound() {
            let Some(name) = variable(Some(name)).filter(|_| !matches!(value, Term::Local(_)))
            else {
                continue;
            };
            let declared = edge.assigns.iter();
            let mut declared = declared.filter(|one| self.machine.variables[**one].text == name);
            let is_read = declared.next().is_none_or(|one| self.read.contains(one));
            let assign = match (edge.is_catch(), is_read) {
                (true, false) => continue,
                (true, true) => quote!(bind),
                (false, _) => quote!(assign),
            };
            let value = self.terms.value(&value);
            quote!(.#assign(#name, #value)).to_tokens(&mut tokens);
        }
        for one in &edge.lets {
            self.assign_let(one).to_tokens(&mut tokens);
        }
        tokens
    }

    /// `.assign(..)` for a `let`; for a tuple literal, one for each item.
    fn assign_let(&mut self, one: &Let) -> TokenStream {
        let Let { binding, value } = one;
        if let (true, Some(Term::Tuple(items))) = (binding.tuple, &self.machine.terms[value.id])
            && items.len() == binding.names.len()
        {
            let mut tokens = TokenStream::new();
            for (name, item) in binding.names.iter().zip(items) {
                if let Some(name) = variable(name.as_ref()) {
                    let item = self.terms.value(item);
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
fn assign(binding: &LetBinding, value: &TokenStream) -> TokenStream {
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

/// The variable of a name: `None` if the name is `_` or begins with it.
fn variable(name: Option<&Ident>) -> Option<String> {
    name.filter(|name| !is_silent(name)).map(crate::name::text)
}
