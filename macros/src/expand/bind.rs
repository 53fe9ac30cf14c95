//! `Workflow::bind`: every task and every nested workflow, once.

use super::fragment::includes;
use crate::check::Machine;
use crate::syntax::{Callee, Kind, WorkflowOption};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::collections::HashSet;

pub(super) fn bind(machine: &Machine) -> TokenStream {
    let deploy = default(machine);
    let mut seen = HashSet::new();
    let mut tokens = TokenStream::new();
    for (_, call) in includes(machine) {
        let path = &call.path;
        if seen.insert((true, path.to_token_stream().to_string())) {
            quote!(<#path as ::stepwright::__::Fragment>::bind(__binder, #deploy);)
                .to_tokens(&mut tokens);
        }
    }
    for node in &machine.states {
        let Kind::Task(calls) = &node.state.kind else {
            continue;
        };
        for call in calls {
            match &call.call.callee {
                Callee::Task { path, .. } => {
                    if seen.insert((false, path.to_token_stream().to_string())) {
                        quote! {
                            <(#path) as ::stepwright::__::Task>::bind(
                                __binder,
                                ::stepwright::__::Address::of::<(#path)>(#deploy),
                            );
                        }
                        .to_tokens(&mut tokens);
                    }
                }
                Callee::Workflow { path, .. } => {
                    if seen.insert((true, path.to_token_stream().to_string())) {
                        quote! {
                            __binder.workflow::<(#path)>(::stepwright::__::Address::of_workflow::<(#path)>());
                        }
                        .to_tokens(&mut tokens);
                    }
                }
                Callee::Service { .. } => {}
            }
        }
    }
    tokens
}

/// Where tasks live that do not say it themselves, as an `Option<Deploy>`.
pub(super) fn default(machine: &Machine) -> TokenStream {
    match place(machine) {
        // A fragment is told by whoever includes it.
        None if machine.workflow.fragment.is_some() => quote!(__deploy),
        Some(place) => quote!(::core::option::Option::Some(#place)),
        None => quote!(::core::option::Option::None),
    }
}

/// `deploy ..;` as a `Deploy`.
pub(super) fn place(machine: &Machine) -> Option<TokenStream> {
    machine
        .workflow
        .options
        .iter()
        .rev()
        .find_map(|option| match option {
            WorkflowOption::Deploy(_, place) => Some(match place.to_string().as_str() {
                "activity" => quote!(::stepwright::__::Deploy::Activity),
                "lambda_arn" => quote!(::stepwright::__::Deploy::LambdaArn),
                _ => quote!(::stepwright::__::Deploy::Lambda),
            }),
            _ => None,
        })
}
