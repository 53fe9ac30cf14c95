//! A fragment's type and its `impl Fragment`.

use super::{bind, flow, item};
use crate::check::needs_standard;
use crate::errors::MacroDiagnostic;
use crate::machine::{Include, Machine, State, StateWork};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};

pub(super) fn item(machine: &Machine, diagnostics: &[MacroDiagnostic]) -> TokenStream {
    let fragment = &machine.workflow;
    let attributes = &fragment.attributes;
    let visibility = &fragment.visibility;
    let name = &fragment.name;
    let text = crate::name::text(name);
    let output = match &fragment.output {
        Some(ty) => quote!(#ty),
        None => quote!(()),
    };
    let (names, types): (Vec<_>, Vec<_>) = machine
        .workflow
        .parameters()
        .map(|(name, ty)| (name, ty))
        .unzip();
    let exits = exits(machine);
    let (longest, standard, states) = if diagnostics.is_empty() {
        (longest(machine), standard(machine), flow::fragment(machine))
    } else {
        // The errors are emitted next to it; these only need the right type.
        (
            quote!(0),
            quote!(::core::option::Option::None),
            quote!(loop {}),
        )
    };
    // rustc reports a missing exit, or wrong arguments, at the fragment's name.
    let enum_of_exits = Ident::new("Exits", name.span());
    let check = Ident::new("include", name.span());
    let bind = bind::bind(machine);
    let conditions = item::conditions(machine);
    quote! {
        #(#attributes)*
        #[derive(Clone, Copy, Debug)]
        #visibility struct #name;

        #conditions
        #[doc(hidden)]
        const _: () = {
            use ::stepwright::__ as __s;

            #[allow(dead_code, non_camel_case_types, missing_docs, missing_debug_implementations, private_interfaces)]
            pub enum #enum_of_exits { #exits }

            #[allow(unused_variables, clippy::all, clippy::pedantic, clippy::nursery)]
            fn #check(#(#names: #types),*) -> #output {
                __s::any()
            }

            #[automatically_derived]
            impl __s::Fragment for #name {
                type Output = #output;
                type Exit = Exits;
                type Include = fn(#(#types),*) -> #output;
                const INCLUDE: fn(#(#types),*) -> #output = include;
                const NAME: &'static str = #text;
                const LONGEST: usize = #longest;
                const STANDARD: ::core::option::Option<&'static str> = #standard;

                fn parameters() -> ::std::vec::Vec<fn() -> __s::Shape> {
                    ::std::vec![#(<#types as __s::Payload>::shape),*]
                }

                #[allow(unused, unreachable_code, clippy::all, clippy::pedantic, clippy::nursery)]
                fn body() -> __s::Body {
                    #states
                }

                #[allow(unused_variables, unused_parens)]
                fn bind<__B: __s::Binder>(
                    __binder: &mut __B,
                    __deploy: ::core::option::Option<__s::Deploy>,
                ) {
                    #bind
                }
            }
        };
    }
}

/// A variant for each exit.
fn exits(machine: &Machine) -> TokenStream {
    let mut variants = TokenStream::new();
    for node in &machine.states {
        if let (StateWork::Exit(exit), 0, false) = (&node.state.kind, node.scope, node.duplicate) {
            let name = &node.state.name;
            match &exit.ty {
                Some(ty) => quote!(#name(#ty),).to_tokens(&mut variants),
                None => quote!(#name(()),).to_tokens(&mut variants),
            }
        }
    }
    variants
}

/// The length of the longest state name, in characters.
fn longest(machine: &Machine) -> TokenStream {
    let own = machine.states.iter().map(|node| length(&node.state)).max();
    let own = Literal::usize_unsuffixed(own.unwrap_or_default());
    let included = includes(machine).map(|(state, call)| {
        let path = &call.path;
        // The name of the include, followed by a dot.
        let prefix = Literal::usize_unsuffixed(length(state) + 1);
        quote!(#prefix + <#path as __s::Fragment>::LONGEST)
    });
    quote!(__s::longest(&[#own, #(#included),*]))
}

/// The length of a state's name, in characters.
pub(super) fn length(state: &State) -> usize {
    state.wire_name().chars().count()
}

fn standard(machine: &Machine) -> TokenStream {
    let own = match needs_standard(machine) {
        Some((name, why)) => {
            let text = format!(
                "an Express execution cannot include this fragment: its state `{name}` {why}"
            );
            quote!(::core::option::Option::Some(#text))
        }
        None => quote!(::core::option::Option::None),
    };
    let included = includes(machine).map(|(_, call)| {
        let path = &call.path;
        quote!(<#path as __s::Fragment>::STANDARD)
    });
    quote!(__s::first_of(&[#own, #(#included),*]))
}

/// Every include of a fragment or workflow.
fn includes(machine: &Machine) -> impl Iterator<Item = (&State, &Include)> {
    let states = machine.states.iter().map(|node| &node.state);
    states.filter_map(|state| Some((state, state.include()?)))
}
