//! `retry` and `catch`, as patterns of the task's own error.

use super::TypeBlock;
use super::edge::original;
use super::state::group_of_braces;
use crate::check::{catches_everything, failing_tasks, is_silent, raised_inside};
use crate::machine::{
    CatchEvery, Edge, EdgeKind, ErrorPattern, StateNode, StateWork, cases, error_path,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use stepwright_asl::front_end::Lint;
use syn::spanned::Spanned;
use syn::{Pat, Path};

impl TypeBlock<'_> {
    /// Matches the patterns of a state's `retry` and `catch` with the error of the task that it
    /// calls, or with any error.
    pub(super) fn errors(&self, index: usize) -> TokenStream {
        let node = &self.machine.states[index];
        let of_task = node.state.task().is_some();
        let mut tokens = TokenStream::new();
        let retries = node.state.options.retries.iter();
        for pattern in retries.flat_map(|retry| &retry.errors) {
            self.matched(pattern, of_task, &TokenStream::new())
                .to_tokens(&mut tokens);
        }
        for edge in &node.edges {
            if let EdgeKind::Catch { errors, .. } = &edge.kind {
                self.catch(edge, errors, of_task).to_tokens(&mut tokens);
            }
        }
        if let Some(every) = &node.state.options.catch_every {
            self.catch_every(index, every, of_task)
                .to_tokens(&mut tokens);
        }
        if let Some(task) = node.state.task() {
            self.unhandled(index, task.span()).to_tokens(&mut tokens);
        }
        tokens
    }

    fn catch(&self, edge: &Edge, errors: &[ErrorPattern], of_task: bool) -> TokenStream {
        let lets = self.lets_of(edge);
        let binds = !edge.caught().is_empty();
        let bound = self.bound(edge);
        let mut tokens = TokenStream::new();
        for (index, pattern) in errors.iter().enumerate() {
            if index == 0 && binds {
                self.bind(&bound, |keep| {
                    self.matched(pattern, of_task, &quote!(#keep #lets))
                })
                .to_tokens(&mut tokens);
                continue;
            }
            self.matched(pattern, of_task, &TokenStream::new())
                .to_tokens(&mut tokens);
            if index == 0 {
                self.output(edge, &lets).to_tokens(&mut tokens);
            }
        }
        tokens
    }

    /// `catch { .. }`: `match`es without a generated `_`, so that rustc reports missing errors.
    ///
    /// A task has one error type. For a parallel or a map, each enum that the arms name has a
    /// separate `match`, and each task inside must have one of these enums.
    fn catch_every(&self, index: usize, every: &CatchEvery, of_task: bool) -> TokenStream {
        let node = &self.machine.states[index];
        let inside = matches!(node.state.kind, StateWork::Parallel | StateWork::Map(_));
        let mut before = TokenStream::new();
        let mut after = TokenStream::new();
        let mut groups: Vec<(String, TokenStream)> = Vec::new();
        let mut wild = None;
        for edge in &node.edges {
            let EdgeKind::CatchArm { pattern, .. } = &edge.kind else {
                continue;
            };
            let bound = self.bound(edge);
            let output = self.output(edge, &self.lets_of(edge));
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
                let pattern = unit(pattern);
                add(&mut groups, String::new(), &quote!((#pattern) => #then));
                continue;
            }
            for case in cases(pattern) {
                match error_path(case) {
                    Some(path) => {
                        let pattern = unit(case);
                        add(&mut groups, enum_of(&path), &quote!((#pattern) => #then));
                    }
                    None => wild = Some(then.clone()),
                }
            }
        }
        // rustc reports "non-exhaustive patterns" at the keyword.
        let span = every.keyword.span();
        if !inside {
            let error = error(of_task, span);
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
                let tasks = failing_tasks(self.machine, index);
                // rustc reports "the errors of .. are not caught" at the keyword.
                let covered = tasks.iter().map(|task| {
                    quote_spanned!(span=> __s::covered::<<(#task) as __s::CallOutcome>::Error, _, _>(&__caught);)
                });
                let raised = raised_inside(self.machine, index);
                let raised = raised.iter().map(|path| {
                    let of = quote!(|__error| match __error { #path { .. } => {} _ => {} });
                    quote_spanned!(span=> __s::covered_error(#of, &__caught);)
                });
                quote!(let __caught = #caught; #(#covered)* #(#raised)*)
            }
        };
        quote!({ #before #matches #covered #after })
    }

    /// With `deny unhandled_errors;`, a `match` of the errors that a state catches; rustc checks
    /// that it covers all errors of the task.
    fn unhandled(&self, index: usize, task: Span) -> TokenStream {
        let machine = self.machine;
        if !machine.workflow.denies(Lint::UnhandledErrors) || self.is_handled(index) {
            return TokenStream::new();
        }
        let mut arms = TokenStream::new();
        for pattern in machine.states[index].catches().flatten() {
            if let Some(path) = pattern.path().filter(|_| pattern.is_own()) {
                let variant = with_any_fields(path);
                quote!((#variant) => {}).to_tokens(&mut arms);
            }
        }
        let error = error(true, task);
        let arms = group_of_braces(task, arms);
        quote!(match #error #arms)
    }

    /// Whether the state, or an outer one, catches every error of its task.
    fn is_handled(&self, index: usize) -> bool {
        let machine = self.machine;
        let around = |index: &usize| machine.scopes[machine.states[*index].scope].owner;
        std::iter::successors(Some(index), around).any(|index| {
            let node = &machine.states[index];
            catches_everything(node) || names_inner_errors(node)
        })
    }

    /// The `let`s of an edge, with the caught error bound to its name.
    fn output(&self, edge: &Edge, lets: &TokenStream) -> TokenStream {
        match edge.output() {
            Some(name) if !is_silent(name) => quote! {
                #name = __s::any::<__s::ErrorOutput>();
                { let #name: __s::ErrorOutput = __s::any(); #lets }
            },
            _ => quote!({ #lets }),
        }
    }

    /// Matches the error of the call, or any error, with one pattern.
    fn matched(&self, pattern: &ErrorPattern, of_task: bool, then: &TokenStream) -> TokenStream {
        if !pattern.is_own() {
            return TokenStream::new();
        }
        // In a function, rustc compares the pattern with the error of the call there.
        let is_function = self.machine.workflow.function.is_some();
        let error = error(of_task && !is_function, Span::call_site());
        match pattern {
            ErrorPattern::Text(_) | ErrorPattern::Every(_) => TokenStream::new(),
            // `{ .. }` matches unit, tuple and struct variants. The parentheses prevent rustc from
            // inserting suggestions into the user's line. rustc checks it in the function.
            ErrorPattern::Path(_) if is_function && then.is_empty() => TokenStream::new(),
            ErrorPattern::Path(path) => {
                let variant = with_any_fields(path);
                quote!(match #error { (#variant) => { #then } _ => {} })
            }
            ErrorPattern::Fields(_, pattern) => {
                quote!(match #error { (#pattern) => { #then } _ => {} })
            }
        }
    }

    /// Assigns the names that a pattern binds to the workflow variables with the same names.
    fn bind(
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

/// The error of the call, which is stored in `__call`, or any error.
fn error(of_task: bool, span: Span) -> TokenStream {
    if of_task {
        let call = Ident::new("__call", Span::call_site());
        quote_spanned!(span=> __s::Called::error(&#call))
    } else {
        quote_spanned!(span=> __s::any())
    }
}

/// Whether an outer state names errors of its inner states that it catches: these are checked when
/// the definition is built.
fn names_inner_errors(node: &StateNode) -> bool {
    !node.inner.is_empty()
        && node
            .catches()
            .flatten()
            .any(|pattern| pattern.predefined().is_none())
}

/// The part of the path before a variant's name: the enum, as the user wrote it.
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

/// `path { .. }`, whose range is that of the path: rustc reports a variant of another error there.
fn with_any_fields(path: &Path) -> TokenStream {
    let span = path
        .segments
        .last()
        .map_or_else(Span::call_site, Spanned::span);
    let fields = group_of_braces(span, quote!(..));
    quote!(#path #fields)
}

/// Turns a variant's bare path into a pattern that matches all its fields.
fn unit(pattern: &Pat) -> TokenStream {
    match pattern {
        Pat::Path(path) => with_any_fields(&path.path),
        Pat::Or(or) => {
            let cases = or.cases.iter().map(unit);
            quote!(#(#cases)|*)
        }
        other => other.to_token_stream(),
    }
}
