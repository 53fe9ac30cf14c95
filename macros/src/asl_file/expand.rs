//! The workflow's type for the text of a file.

use super::definition::{BoundCall, DefinitionFile};
use super::parse::{BoundTarget, Workflow};
use crate::checked_type::DeclaredType;
use crate::expand::WorkflowItem;
use proc_macro2::TokenStream;
use quote::quote;

/// The `Definition` of a file without a workflow type.
pub(super) fn definition(source: &DefinitionFile) -> TokenStream {
    let name = &source.stem;
    let text = text(source);
    quote! {
        match ::stepwright::__::Definition::from_json(#name, ::stepwright::__::MachineType::Standard, #text) {
            ::core::result::Result::Ok(definition) => definition,
            ::core::result::Result::Err(faults) => ::core::panic!("{}", faults),
        }
    }
}

pub(super) fn workflow(
    workflow: &Workflow,
    source: Option<&DefinitionFile>,
    bindings: &[BoundCall<'_>],
) -> TokenStream {
    let name = &workflow.name;
    let build = match source {
        Some(source) => {
            let text = text(source);
            quote!(::stepwright::__::Definition::from_json(
                <#name as ::stepwright::__::Workflow>::NAME,
                <#name as ::stepwright::__::Workflow>::TYPE,
                #text,
            ))
        }
        // The errors are emitted next to it; this only needs the right type.
        None => quote!(loop {}),
    };
    let bind = bindings.iter().map(bind);
    WorkflowItem {
        attributes: &workflow.attributes,
        visibility: &workflow.visibility,
        name,
        input: workflow.input.as_ref(),
        output: workflow.output.clone().map(DeclaredType::payload),
        express: workflow.express,
        build,
        bind: quote!(#(#bind)*),
        picture: TokenStream::new(),
    }
    .item()
}

fn bind(bound: &BoundCall<'_>) -> TokenStream {
    let resource = &bound.resource;
    let target = match &bound.target {
        Some(target) => quote!(::core::option::Option::Some(#target)),
        None => quote!(::core::option::Option::None),
    };
    match bound.to {
        BoundTarget::Task(path) => quote! {
            <(#path) as ::stepwright::__::Task>::bind(
                __binder,
                ::stepwright::__::Address::in_definition::<(#path)>(#resource, #target),
            );
        },
        BoundTarget::Workflow(path) => quote! {
            __binder.workflow::<(#path)>(
                ::stepwright::__::Address::of_machine_in_definition(#resource, #target),
            );
        },
    }
}

/// Includes the file's text, so that the compiler watches the file.
fn text(source: &DefinitionFile) -> TokenStream {
    let path = source.path.to_string_lossy();
    quote!(::core::include_str!(#path))
}
