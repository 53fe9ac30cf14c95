//! The workflow's type over the file's text.

use super::definition::{Bound, Source};
use super::parse::{Target, Workflow};
use proc_macro2::TokenStream;
use quote::quote;

/// `Definition` of a file alone.
pub(super) fn definition(source: &Source) -> TokenStream {
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
    source: Option<&Source>,
    bindings: &[Bound<'_>],
) -> TokenStream {
    let attributes = &workflow.attributes;
    let visibility = &workflow.visibility;
    let name = &workflow.name;
    let text_name = name.to_string();
    let input = match &workflow.input {
        Some(ty) => quote!(#ty),
        None => quote!(()),
    };
    let output = match &workflow.output {
        Some(ty) => quote!(#ty),
        None => quote!(::stepwright::__::serde_json::Value),
    };
    let machine_type = if workflow.express {
        quote!(Express)
    } else {
        quote!(Standard)
    };
    let build = match source {
        Some(source) => {
            let text = text(source);
            quote!(::stepwright::__::Definition::from_json(
                <#name as ::stepwright::__::Workflow>::NAME,
                <#name as ::stepwright::__::Workflow>::TYPE,
                #text,
            ))
        }
        // The mistakes stand beside it; this only has to have the right type.
        None => quote!(loop {}),
    };
    let bind = bindings.iter().map(bind);
    let conditions: Vec<_> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .collect();
    quote! {
        #(#attributes)*
        #[derive(Clone, Copy, Debug)]
        #visibility struct #name;

        #(#conditions)*
        #[automatically_derived]
        impl ::stepwright::__::Workflow for #name {
            type Input = #input;
            type Output = #output;
            const NAME: &'static str = #text_name;
            const TYPE: ::stepwright::__::MachineType = ::stepwright::__::MachineType::#machine_type;

            fn build() -> ::core::result::Result<::stepwright::__::Definition, ::stepwright::__::Faults> {
                #build
            }

            #[allow(unused_variables, unused_parens)]
            fn bind<__B: ::stepwright::__::Binder>(__binder: &mut __B) {
                #(#bind)*
            }
        }

        #(#conditions)*
        impl #name {
            /// The definition of this workflow, as it stands in its file.
            #[allow(dead_code)]
            #[must_use]
            #visibility fn definition() -> ::stepwright::__::Definition {
                <#name as ::stepwright::__::Workflow>::definition()
            }
        }
    }
}

fn bind(bound: &Bound<'_>) -> TokenStream {
    let resource = &bound.resource;
    let target = match &bound.target {
        Some(target) => quote!(::core::option::Option::Some(#target)),
        None => quote!(::core::option::Option::None),
    };
    match bound.to {
        Target::Task(path) => quote! {
            <(#path) as ::stepwright::__::Task>::bind(
                __binder,
                ::stepwright::__::Address::in_definition::<(#path)>(#resource, #target),
            );
        },
        Target::Workflow(path) => quote! {
            __binder.workflow::<(#path)>(
                ::stepwright::__::Address::of_machine_in_definition(#resource, #target),
            );
        },
    }
}

/// The file's text, so that the compiler watches the file.
fn text(source: &Source) -> TokenStream {
    let path = source.path.to_string_lossy();
    quote!(::core::include_str!(#path))
}
