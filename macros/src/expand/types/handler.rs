//! `retry` and `catch`, as patterns of the task's own error.

use super::Checker;
use super::edge::bound_variables;
use super::state::group_of_braces;
use crate::check::{EdgeKind, error_fields, predefined};
use crate::syntax::{ErrorPattern, Kind, StateOption};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Pat;

impl Checker<'_, '_> {
    /// The patterns of a state's `retry` and `catch`. `call` is the checked call, of a state that calls a task.
    pub(super) fn handlers(&self, state: usize, call: Option<&Ident>) -> TokenStream {
        let node = &self.machine.states[state];
        let mut tokens = TokenStream::new();
        for option in &node.state.options {
            if let StateOption::Retry(retry) = option {
                for pattern in &retry.errors {
                    self.matched(pattern, call, &TokenStream::new())
                        .to_tokens(&mut tokens);
                }
            }
        }
        if !matches!(
            node.state.kind,
            Kind::Task(_) | Kind::Parallel(_) | Kind::Map(_)
        ) {
            return tokens;
        }
        for edge in 0..node.edges.len() {
            if let EdgeKind::Catch(_) = node.edges[edge].kind {
                self.catch(state, edge, call).to_tokens(&mut tokens);
            }
        }
        self.catch_every(state, call).to_tokens(&mut tokens);
        tokens
    }

    fn catch(&self, state: usize, edge: usize, call: Option<&Ident>) -> TokenStream {
        let EdgeKind::Catch(catch) = self.machine.states[state].edges[edge].kind else {
            return TokenStream::new();
        };
        let lets = self.lets_of(&catch.target);
        let mut tokens = TokenStream::new();
        for (index, pattern) in catch.errors.iter().enumerate() {
            let names = match pattern {
                ErrorPattern::Fields(_, fields) if index == 0 => {
                    error_fields(fields).unwrap_or_default()
                }
                _ => Vec::new(),
            };
            let names: Vec<&Ident> = names.into_iter().map(|(_, name)| name).collect();
            let bound = bound_variables(self.machine, state, edge, &names);
            let inside = if names.is_empty() {
                TokenStream::new()
            } else {
                lets.clone()
            };
            self.bind(&bound, |keep| {
                self.matched(pattern, call, &quote!(#keep #inside))
            })
            .to_tokens(&mut tokens);
            if index == 0 && names.is_empty() {
                self.output(catch.output.as_ref(), &lets)
                    .to_tokens(&mut tokens);
            }
        }
        tokens
    }

    /// `catch { .. }`: one `match` without a `_` of ours, so that rustc says which error is missing.
    fn catch_every(&self, state: usize, call: Option<&Ident>) -> TokenStream {
        let node = &self.machine.states[state];
        let mut tokens = TokenStream::new();
        for option in &node.state.options {
            let StateOption::CatchEvery(every) = option else {
                continue;
            };
            let mut before = TokenStream::new();
            let mut arms = TokenStream::new();
            let mut after = TokenStream::new();
            for arm in &every.arms {
                let edge = node.edges.iter().position(
                    |edge| matches!(edge.kind, EdgeKind::CatchArm(other) if std::ptr::eq(other, arm)),
                );
                let first = match &arm.pattern {
                    Pat::Or(or) => or.cases.first().unwrap_or(&arm.pattern),
                    single => single,
                };
                let names: Vec<&Ident> = error_fields(first)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(_, name)| name)
                    .collect();
                let bound = edge
                    .map(|edge| bound_variables(self.machine, state, edge, &names))
                    .unwrap_or_default();
                let pattern = unit(&arm.pattern);
                let lets = self.lets_of(&arm.target);
                let output = self.output(arm.output.as_ref(), &lets);
                for (variable, temporary) in &bound {
                    quote!(let #temporary;).to_tokens(&mut before);
                    quote!(#variable = #temporary;).to_tokens(&mut after);
                }
                let keep = bound.iter().map(|(_, temporary)| {
                    let name = temporary.to_string();
                    let name = Ident::new(name.trim_start_matches("__bound_"), temporary.span());
                    quote!(#temporary = #name;)
                });
                quote!((#pattern) => { #(#keep)* #output }).to_tokens(&mut arms);
            }
            // "non-exhaustive patterns" is said of the keyword.
            let error = match call {
                Some(call) => quote_spanned!(every.keyword.span()=> __s::Checked::error(&#call)),
                None => quote_spanned!(every.keyword.span()=> __s::any()),
            };
            let arms = group_of_braces(every.braces, arms);
            quote!({ #before match #error #arms #after }).to_tokens(&mut tokens);
        }
        tokens
    }

    /// The `let`s of an edge, with the caught error under its name.
    fn output(&self, name: Option<&Ident>, lets: &TokenStream) -> TokenStream {
        match name {
            Some(name) if !name.to_string().starts_with('_') => quote! {
                #name = __s::any::<__s::ErrorOutput>();
                { let #name: __s::ErrorOutput = __s::any(); #lets }
            },
            _ => quote!({ #lets }),
        }
    }

    /// Matches the error of a call, or any error, against one pattern.
    fn matched(
        &self,
        pattern: &ErrorPattern,
        call: Option<&Ident>,
        then: &TokenStream,
    ) -> TokenStream {
        if predefined(pattern).is_some() {
            return TokenStream::new();
        }
        let error = match call {
            Some(call) => quote!(__s::Checked::error(&#call)),
            None => quote!(__s::any()),
        };
        match pattern {
            ErrorPattern::Text(_) => TokenStream::new(),
            // `{ .. }` fits unit, tuple and struct variants. The parentheses keep rustc from pasting suggestions into
            // the user's line.
            ErrorPattern::Path(path) => {
                quote!(match #error { (#path { .. }) => { #then } _ => {} })
            }
            ErrorPattern::Fields(_, pattern) => {
                quote!(match #error { (#pattern) => { #then } _ => {} })
            }
        }
    }

    /// Hands what a pattern binds to the workflow variables of the same names.
    pub(super) fn bind(
        &self,
        bound: &[(&Ident, Ident)],
        body: impl FnOnce(&TokenStream) -> TokenStream,
    ) -> TokenStream {
        let temporaries: Vec<&Ident> = bound.iter().map(|(_, temporary)| temporary).collect();
        let variables = bound.iter().map(|(variable, _)| variable);
        let names = temporaries.iter().map(|temporary| {
            let name = temporary.to_string();
            Ident::new(name.trim_start_matches("__bound_"), temporary.span())
        });
        let keep = quote!(#(#temporaries = #names;)*);
        let body = body(&keep);
        if bound.is_empty() {
            return body;
        }
        quote!({ #(let #temporaries;)* #body #(#variables = #temporaries;)* })
    }
}

/// A variant's bare path as a pattern that fits whatever fields it has.
fn unit(pattern: &Pat) -> TokenStream {
    match pattern {
        Pat::Path(path) => {
            let path = &path.path;
            quote!(#path { .. })
        }
        Pat::Or(or) => {
            let cases = or.cases.iter().map(unit);
            quote!(#(#cases)|*)
        }
        other => other.to_token_stream(),
    }
}
