//! The workflow's type and its `impl Workflow`.

use super::{bind, flow};
use crate::check::Machine;
use crate::errors::Mistake;
use crate::syntax::WorkflowOption;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn item(machine: &Machine, mistakes: &[Mistake]) -> TokenStream {
    let workflow = machine.workflow;
    let attributes = &workflow.attributes;
    let visibility = &workflow.visibility;
    let name = &workflow.name;
    let text = name.to_string();
    let input = match &workflow.parameter {
        Some((_, ty)) => quote!(#ty),
        None => quote!(()),
    };
    let output = match &workflow.output {
        Some(ty) => quote!(#ty),
        None => quote!(::stepwright::__::serde_json::Value),
    };
    let express = workflow
        .options
        .iter()
        .any(|option| matches!(option, WorkflowOption::Express(_)));
    let machine_type = if express {
        quote!(Express)
    } else {
        quote!(Standard)
    };
    let conditions = conditions(machine);
    let flow = if mistakes.is_empty() {
        flow::flow(machine)
    } else {
        // The mistakes stand beside it; this only has to have the right type.
        quote!(loop {})
    };
    let bind = bind::bind(machine);
    quote! {
        #(#attributes)*
        #[derive(Clone, Copy, Debug)]
        #visibility struct #name;

        #conditions
        #[automatically_derived]
        impl ::stepwright::__::Workflow for #name {
            type Input = #input;
            type Output = #output;
            const NAME: &'static str = #text;
            const TYPE: ::stepwright::__::MachineType = ::stepwright::__::MachineType::#machine_type;

            #[allow(unused, unreachable_code, clippy::all, clippy::pedantic, clippy::nursery)]
            fn build() -> ::core::result::Result<::stepwright::__::Definition, ::stepwright::__::Faults> {
                #flow
            }

            #[allow(unused_variables, unused_parens)]
            fn bind<__B: ::stepwright::__::Binder>(__binder: &mut __B) {
                #bind
            }
        }

        #conditions
        impl #name {
            /// The definition of this workflow: its ASL, ready to be written out.
            ///
            /// # Panics
            ///
            /// When something in it cannot be said in ASL, with a list of what and where. `Workflow::build` gives the
            /// list instead.
            #[allow(dead_code)]
            #[must_use]
            #visibility fn definition() -> ::stepwright::__::Definition {
                <#name as ::stepwright::__::Workflow>::definition()
            }
        }
    }
}

/// The workflow's `#[cfg(..)]`, which all of its items share.
pub(super) fn conditions(machine: &Machine) -> TokenStream {
    let attributes = machine.workflow.attributes.iter();
    let conditions = attributes.filter(|attribute| attribute.path().is_ident("cfg"));
    quote!(#(#conditions)*)
}
