//! `Workflow::bind`: registers every task and every nested workflow once.

use crate::machine::{Callee, Machine, State, StateWork};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::HashSet;

pub(super) fn bind(machine: &Machine) -> TokenStream {
    let deploy = default(machine);
    let mut seen = HashSet::new();
    let mut tokens = TokenStream::new();
    for node in &machine.states {
        rows(machine, &node.state).to_tokens(&mut tokens);
        let call = node.state.call().map(|call| &call.callee);
        let (is_task, path) = match (call, node.state.include()) {
            (Some(Callee::Task(call)), _) => (true, &call.path),
            (Some(Callee::Workflow { call, .. }), _) => (false, &call.path),
            (_, Some(include)) => (false, &include.path),
            _ => continue,
        };
        if !seen.insert((is_task, path.to_token_stream().to_string())) {
            continue;
        }
        if node.state.include().is_some() {
            quote!(<#path as ::stepwright::__::Fragment>::bind(__binder, #deploy);)
        } else if is_task && machine.workflow.function.is_some() {
            quote!(<(#path) as ::stepwright::__::plain::Callable>::bind_call(__binder, #deploy);)
        } else if is_task {
            quote! {
                <(#path) as ::stepwright::__::Task>::bind(
                    __binder,
                    ::stepwright::__::Address::of::<(#path)>(#deploy),
                );
            }
        } else {
            quote! {
                __binder.workflow::<(#path)>(::stepwright::__::Address::of_workflow::<(#path)>());
            }
        }
        .to_tokens(&mut tokens);
    }
    tokens
}

/// The item type of a reader.
fn rows(machine: &Machine, state: &State) -> Option<TokenStream> {
    let StateWork::Map(map) = &state.kind else {
        return None;
    };
    let run = map.run.as_ref().filter(|run| run.list.is_none())?;
    let ty = run.ty.as_ref()?;
    // A fragment's states get their names only where it is included, and a type may contain `_` for
    // the compiler to infer.
    if machine.workflow.fragment.is_some() || has_blank(quote!(#ty)) {
        return None;
    }
    let (name, is_batched) = (state.wire_name(), map.distributed.batch.is_some());
    Some(quote!(__binder.items::<#ty>(#name, #is_batched);))
}

/// Whether the tokens contain `_`.
fn has_blank(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "_",
        TokenTree::Group(group) => has_blank(group.stream()),
        _ => false,
    })
}

/// The default deployment of tasks, as an `Option<Deploy>`.
pub(super) fn default(machine: &Machine) -> TokenStream {
    match place(machine) {
        // The including workflow passes this to a fragment.
        None if machine.workflow.fragment.is_some() => quote!(__deploy),
        Some(place) => quote!(::core::option::Option::Some(#place)),
        None => quote!(::core::option::Option::None),
    }
}

/// `deploy ..;` as a `Deploy`.
pub(super) fn place(machine: &Machine) -> Option<TokenStream> {
    let place = machine.workflow.options.deploy.as_ref()?;
    Some(match place.to_string().as_str() {
        "activity" => quote!(::stepwright::__::Deploy::Activity),
        "lambda_arn" => quote!(::stepwright::__::Deploy::LambdaArn),
        _ => quote!(::stepwright::__::Deploy::Lambda),
    })
}
