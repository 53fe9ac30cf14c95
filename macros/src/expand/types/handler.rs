//! `retry` and `catch`, as patterns of the task's own error.

use super::Checker;
use super::edge::{bound_variables, original};
use super::state::group_of_braces;
use crate::check::{
    EdgeKind, Machine, catches_everything, error_fields, error_path, failing_tasks, is_silent,
    predefined,
};
use crate::syntax::{CatchEvery, ErrorPattern, Kind, StateOption};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Pat, Path};

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
            Kind::Task(_) | Kind::Parallel(_) | Kind::Map(_) | Kind::Include(_)
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

    /// `catch { .. }`: `match`es without a `_` of ours, so that rustc says which error is missing.
    ///
    /// A task has one error type. Of a parallel or a map each enum that the arms name has a `match` of its own, and each
    /// task inside has one of these enums.
    fn catch_every(&self, state: usize, call: Option<&Ident>) -> TokenStream {
        let node = &self.machine.states[state];
        let mut tokens = TokenStream::new();
        for option in &node.state.options {
            if let StateOption::CatchEvery(every) = option {
                self.catch_all_of(state, every, call).to_tokens(&mut tokens);
            }
        }
        tokens
    }

    fn catch_all_of(&self, state: usize, every: &CatchEvery, call: Option<&Ident>) -> TokenStream {
        let node = &self.machine.states[state];
        let inside = matches!(node.state.kind, Kind::Parallel(_) | Kind::Map(_));
        let mut before = TokenStream::new();
        let mut after = TokenStream::new();
        let mut groups: Vec<(String, TokenStream)> = Vec::new();
        let mut wild = None;
        for arm in &every.arms {
            let edge = node.edges.iter().position(
                |edge| matches!(edge.kind, EdgeKind::CatchArm(other) if std::ptr::eq(other, arm)),
            );
            let cases = cases(&arm.pattern);
            let names: Vec<&Ident> = cases
                .first()
                .and_then(|first| error_fields(first).ok())
                .unwrap_or_default()
                .into_iter()
                .map(|(_, name)| name)
                .collect();
            let bound = edge
                .map(|edge| bound_variables(self.machine, state, edge, &names))
                .unwrap_or_default();
            let lets = self.lets_of(&arm.target);
            let output = self.output(arm.output.as_ref(), &lets);
            for (variable, temporary) in &bound {
                quote!(let #temporary;).to_tokens(&mut before);
                quote!(#variable = #temporary;).to_tokens(&mut after);
            }
            let keep = bound.iter().map(|(_, temporary)| {
                let name = original(temporary);
                quote!(#temporary = #name;)
            });
            let then = quote!({ #(#keep)* #output });
            if !inside {
                let pattern = unit(&arm.pattern);
                add(&mut groups, String::new(), &quote!((#pattern) => #then));
                continue;
            }
            for case in cases {
                match error_path(case) {
                    Some(path) => {
                        let pattern = unit(case);
                        add(&mut groups, enum_of(&path), &quote!((#pattern) => #then));
                    }
                    None => wild = Some(then.clone()),
                }
            }
        }
        // "non-exhaustive patterns" is said of the keyword.
        let span = every.keyword.span();
        if !inside {
            let error = match call {
                Some(call) => quote_spanned!(span=> __s::Checked::error(&#call)),
                None => quote_spanned!(span=> __s::any()),
            };
            let arms = groups.pop().map(|(_, arms)| arms);
            let arms = group_of_braces(every.braces, quote!(#arms));
            return quote!({ #before match #error #arms #after });
        }
        let mut matches = TokenStream::new();
        let mut caught = quote!((__s::Witness::<__s::NoError>::new(), ()));
        for (index, (_, arms)) in groups.iter().enumerate() {
            let group = Ident::new(&format!("__group_{index}"), span);
            let error = quote_spanned!(span=> #group.get());
            let others = wild.as_ref().map(|_| quote!(_ => {}));
            let arms = group_of_braces(every.braces, quote!(#arms #others));
            quote!(let #group = __s::Witness::new(); match #error #arms).to_tokens(&mut matches);
            caught = quote!((#group, #caught));
        }
        let covered = match wild {
            Some(then) => then,
            None => {
                let tasks = failing_tasks(self.machine, state);
                // "the errors of .. are not caught" is said of the keyword.
                let covered = tasks.iter().map(|task| {
                    quote_spanned!(span=> __s::covered::<<(#task) as __s::Task>::Error, _, _>(&__caught);)
                });
                quote!(let __caught = #caught; #(#covered)*)
            }
        };
        quote!({ #before #matches #covered #after })
    }

    /// With `deny unhandled_errors;`, a `match` of the errors that a state catches, which rustc holds against all that its
    /// task has.
    pub(super) fn unhandled(&self, state: usize, call: &Ident, task: Span) -> TokenStream {
        let machine = self.machine;
        if !machine.denies("unhandled_errors") || self.is_handled(state) {
            return TokenStream::new();
        }
        let mut arms = TokenStream::new();
        for option in &machine.states[state].state.options {
            let StateOption::Catch(_, catch) = option else {
                continue;
            };
            for pattern in &catch.errors {
                match pattern {
                    _ if predefined(pattern).is_some() => {}
                    ErrorPattern::Text(_) => {}
                    ErrorPattern::Path(path) | ErrorPattern::Fields(path, _) => {
                        quote!((#path { .. }) => {}).to_tokens(&mut arms);
                    }
                }
            }
        }
        let error = quote_spanned!(task=> __s::Checked::error(&#call));
        let arms = group_of_braces(task, arms);
        quote!(match #error #arms)
    }

    /// Whether the state, or one around it, catches whatever its task fails with.
    fn is_handled(&self, state: usize) -> bool {
        let machine = self.machine;
        let mut here = Some(state);
        while let Some(state) = here {
            let node = &machine.states[state];
            if catches_everything(node.state) || names_inner_errors(machine, state) {
                return true;
            }
            here = machine.scopes[node.scope].owner;
        }
        false
    }

    /// The `let`s of an edge, with the caught error under its name.
    fn output(&self, name: Option<&Ident>, lets: &TokenStream) -> TokenStream {
        match name {
            Some(name) if !is_silent(name) => quote! {
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
        let names = temporaries.iter().map(|temporary| original(temporary));
        let keep = quote!(#(#temporaries = #names;)*);
        let body = body(&keep);
        if bound.is_empty() {
            return body;
        }
        quote!({ #(let #temporaries;)* #body #(#variables = #temporaries;)* })
    }
}

/// Whether a state around others says by name which of their errors it catches: those are held against the definition,
/// when it is built.
fn names_inner_errors(machine: &Machine, state: usize) -> bool {
    let node = &machine.states[state];
    !node.inner.is_empty()
        && node.state.options.iter().any(|option| {
            matches!(option, StateOption::Catch(_, catch)
                if catch.errors.iter().any(|pattern| pattern.path().is_none() || predefined(pattern).is_none()))
        })
}

/// The alternatives of an arm.
fn cases(pattern: &Pat) -> Vec<&Pat> {
    match pattern {
        Pat::Or(or) => or.cases.iter().collect(),
        single => vec![single],
    }
}

/// What stands before a variant's name: the enum, as the user wrote it.
fn enum_of(path: &Path) -> String {
    let mut text = path.to_token_stream().to_string();
    text.truncate(text.rfind("::").unwrap_or(0));
    text
}

fn add(groups: &mut Vec<(String, TokenStream)>, key: String, arm: &TokenStream) {
    match groups.iter_mut().find(|(other, _)| *other == key) {
        Some((_, arms)) => arm.to_tokens(arms),
        None => groups.push((key, arm.clone())),
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
