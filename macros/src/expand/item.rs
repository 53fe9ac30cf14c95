//! The workflow's type and its `impl Workflow`.

use super::{bind, flow, picture};
use crate::checked_type::{self, DeclaredType};
use crate::errors::MacroDiagnostic;
use crate::machine::Machine;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Type, Visibility};

/// The data about a workflow that its type needs, for all macros that declare workflows.
pub(crate) struct WorkflowItem<'a> {
    pub(crate) attributes: &'a [Attribute],
    pub(crate) visibility: &'a Visibility,
    pub(crate) name: &'a Ident,
    pub(crate) input: Option<&'a Type>,
    pub(crate) output: Option<DeclaredType>,
    pub(crate) express: bool,
    /// The body of `Workflow::build`.
    pub(crate) build: TokenStream,
    /// The body of `Workflow::bind`.
    pub(crate) bind: TokenStream,
    /// The doc attribute with its picture.
    pub(crate) picture: TokenStream,
}

pub(super) fn item(machine: &Machine, diagnostics: &[MacroDiagnostic]) -> TokenStream {
    let workflow = &machine.workflow;
    let flow = if diagnostics.is_empty() {
        flow::flow(machine)
    } else {
        // The errors are emitted next to it; this only needs the right type.
        quote!(loop {})
    };
    WorkflowItem {
        attributes: &workflow.attributes,
        visibility: &workflow.visibility,
        name: &workflow.name,
        input: workflow.parameter.as_ref().map(|(_, ty)| ty),
        output: workflow.output.clone(),
        express: workflow.options.express.is_some(),
        build: flow,
        bind: bind::bind(machine),
        picture: picture::picture(machine),
    }
    .item()
}

impl WorkflowItem<'_> {
    /// The type, its `impl Workflow` and its `definition()`.
    pub(crate) fn item(&self) -> TokenStream {
        let WorkflowItem {
            attributes,
            visibility,
            name,
            build,
            bind,
            picture,
            ..
        } = self;
        let text = crate::name::text(name);
        let input = match self.input {
            Some(ty) => checked_type::payload(ty),
            None => quote!(()),
        };
        let output = match &self.output {
            Some(ty) => quote!(#ty),
            None => quote!(::stepwright::__::serde_json::Value),
        };
        let machine_type = if self.express {
            quote!(Express)
        } else {
            quote!(Standard)
        };
        let conditions = conditions_of(attributes);
        quote! {
            #(#attributes)*
            #picture
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
                fn build() -> ::core::result::Result<::stepwright::__::Definition, ::stepwright::__::InvalidWorkflow> {
                    #build
                }

                #[allow(unused_variables, unused_parens)]
                fn bind<__B: ::stepwright::__::Binder>(__binder: &mut __B) {
                    #bind
                }
            }

            #conditions
            impl #name {
                /// Returns the definition of this workflow, which contains its ASL.
                ///
                /// # Panics
                ///
                /// When ASL cannot express something in it, with a list of the faults.
                /// `Workflow::build` returns the list instead.
                #[allow(dead_code)]
                #[must_use]
                #visibility fn definition() -> ::stepwright::__::Definition {
                    <#name as ::stepwright::__::Workflow>::definition()
                }
            }
        }
    }
}

/// The workflow's `#[cfg(..)]`, which all of its items share.
pub(super) fn conditions(machine: &Machine) -> TokenStream {
    conditions_of(&machine.workflow.attributes)
}

fn conditions_of(attributes: &[Attribute]) -> TokenStream {
    let attributes = attributes.iter();
    let conditions = attributes.filter(|attribute| attribute.path().is_ident("cfg"));
    quote!(#(#conditions)*)
}
