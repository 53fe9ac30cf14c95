//! The assignments and targets of transitions.

use super::TypeBlock;
use crate::check::{is_silent, without_location};
use crate::editor;
use crate::machine::{Edge, Let, LetBinding, StateNode};
use crate::name::identifier;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

impl TypeBlock<'_> {
    /// Names the target states of a state's edges, for editors.
    pub(super) fn targets(&self, node: &StateNode) -> TokenStream {
        let edges = node.edges.iter();
        // An editor also completes an incomplete name.
        let known = edges.filter(|edge| edge.to.is_some() || editor::is_here());
        let names = known.map(|edge| &edge.name);
        quote!(#(__State::#names;)*)
    }

    /// The variables that an edge assigns and that a pattern on it binds.
    pub(super) fn bound(&self, edge: &Edge) -> Vec<(&Ident, Ident)> {
        let bound = edge.bound().into_iter();
        let taken = bound.filter(|(name, _)| edge.output() != Some(*name));
        let variable = |name: &Ident| {
            let assigned = edge.assigns.iter();
            let mut assigned = assigned.map(|variable| &self.machine.variables[*variable]);
            assigned.find(|variable| variable.name == *name)
        };
        taken
            .filter_map(|(name, _)| {
                // If the types disagree, rustc reports it at the name in this pattern.
                let temporary = format_ident!("__bound_{}", name, span = name.span());
                Some((&variable(name)?.name, temporary))
            })
            .collect()
    }

    /// The `let`s of an edge.
    pub(super) fn lets_of(&self, edge: &Edge) -> TokenStream {
        let lets = (0..edge.lets.len()).map(|at| self.assign_let(&edge.lets, at));
        quote!(#(#lets)*)
    }

    /// `let name = expression;` as an assignment.
    pub(super) fn assign_let(&self, lets: &[Let], at: usize) -> TokenStream {
        let (earlier, Let { binding, value }) = (&lets[..at], &lets[at]);
        let value = self.expression(value);
        match single(binding) {
            Some(name) if is_silent(name) => {
                local(binding, &self.of_replaced(name, binding, earlier, value))
            }
            Some(name) if replaced(name, earlier).is_some() => {
                self.assign(binding, &self.of_replaced(name, binding, earlier, value))
            }
            _ => self.assign(binding, &value),
        }
    }

    /// Assigns a value to the names of a `let`.
    pub(super) fn assign(&self, binding: &LetBinding, value: &TokenStream) -> TokenStream {
        // A name that begins with `_` is not a variable, but later `let`s of its state can read it.
        let silent = binding.named().filter(|name| is_silent(name));
        let declared = quote!(#(let #silent;)*);
        let place = names(binding);
        let Some(ty) = &binding.ty else {
            return quote!(#declared #place = #value;);
        };
        // If this type and the variable's type disagree, rustc reports it at the `=` between them.
        let typed = Ident::new("__typed", binding.equals);
        quote!(#declared { let #typed: #ty = #value; #place = #typed; })
    }

    /// `let name = expression;` as a local, in a state that ends.
    pub(super) fn local_let(&self, lets: &[Let], at: usize) -> TokenStream {
        let (earlier, Let { binding, value }) = (&lets[..at], &lets[at]);
        let value = self.expression(value);
        match single(binding) {
            Some(name) => local(binding, &self.of_replaced(name, binding, earlier, value)),
            None => local(binding, &value),
        }
    }

    /// The value of a `let` in a function, with the type of the variable that it assigns.
    ///
    /// If a transition assigns `total` twice, its first value has the name `_total`. A local of a
    /// state that ends hides the variable of its name.
    fn of_replaced(
        &self,
        name: &Ident,
        binding: &LetBinding,
        earlier: &[Let],
        value: TokenStream,
    ) -> TokenStream {
        if self.machine.workflow.function.is_none() || binding.ty.is_some() {
            return value;
        }
        // An earlier value of the state has the type that the variable was declared with.
        let variable = || {
            let mut variables = self.machine.variables.iter();
            let variable = variables.find(|variable| variable.text == root(name));
            variable.map(|variable| &variable.name)
        };
        let same = replaced(name, earlier).or_else(variable);
        match same.map(without_location) {
            Some(same) => {
                quote!({ let mut __value = __s::copy(&#same); __value = #value; __value })
            }
            None => value,
        }
    }
}

/// The name of a variable, which its earlier values of the same state have after a `_`.
fn root(name: &Ident) -> String {
    crate::name::text(name).trim_start_matches('_').to_owned()
}

/// The name of the variable's earlier value that a `let` replaces.
fn replaced<'l>(name: &Ident, earlier: &'l [Let]) -> Option<&'l Ident> {
    let mut before = earlier.iter().rev().filter_map(|one| single(&one.binding));
    before.find(|before| root(before) == root(name))
}

/// The name of a `let` that has one.
fn single(binding: &LetBinding) -> Option<&Ident> {
    match (&*binding.names, binding.tuple) {
        ([Some(name)], false) => Some(name),
        _ => None,
    }
}

/// Binds a value to the names of a `let`, inside of its state.
pub(super) fn local(binding: &LetBinding, value: &TokenStream) -> TokenStream {
    let place = names(binding);
    let ty = binding.ty.as_ref().map(|ty| quote!(: #ty));
    quote!(let #place #ty = #value;)
}

/// The names as an assignee or as a pattern.
fn names(binding: &LetBinding) -> TokenStream {
    let mut names = binding.names.iter().map(|name| match name {
        Some(name) => name.to_token_stream(),
        None => quote!(_),
    });
    if binding.tuple {
        quote!((#(#names,)*))
    } else {
        names.next().unwrap_or_else(|| quote!(_))
    }
}

/// The name that a pattern binds, derived from the variable that holds its value.
pub(super) fn original(temporary: &Ident) -> Ident {
    let text = temporary.to_string();
    identifier(text.trim_start_matches("__bound_"), temporary.span())
        .unwrap_or_else(|| temporary.clone())
}
