//! A fragment's type and its `impl Fragment`.

use super::{bind, flow, item};
use crate::check::needs_standard;
use crate::checked_type;
use crate::errors::MacroDiagnostic;
use crate::machine::{Callee, Include, Machine, State, StateWork};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

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
    let (names, types): (Vec<_>, Vec<_>) = fragment
        .parameters()
        .map(|(name, ty)| (name, checked_type::payload(ty)))
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
    let parameter_names = names.iter().copied().map(crate::name::text);
    // A function has the name of the type as a value.
    let (end, raises) = match &fragment.function {
        Some(function) if diagnostics.is_empty() => {
            let error = quote!(<#function as __s::CallOutcome>::Error);
            (
                quote!({}),
                quote!(!<#error as __s::TaskError>::VARIANTS.is_empty()),
            )
        }
        Some(_) => (quote!({}), quote!(false)),
        None => (quote!(;), quote!(false)),
    };
    quote! {
        #(#attributes)*
        #[derive(Clone, Copy, Debug)]
        #[allow(non_camel_case_types, dead_code)]
        #visibility struct #name #end

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
            #[allow(unused_parens)]
            impl __s::Fragment for #name {
                type Output = #output;
                type Exit = Exits;
                type Include = fn(#(#types),*) -> #output;
                const INCLUDE: fn(#(#types),*) -> #output = include;
                const NAME: &'static str = #text;
                const LONGEST: usize = #longest;
                const STANDARD: ::core::option::Option<&'static str> = #standard;
                const PARAMETERS: &'static [&'static str] = &[#(#parameter_names),*];
                const RAISES: ::core::primitive::bool = #raises;

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
    let included = inner_states(machine).map(|(state, inner)| {
        let name = Literal::usize_unsuffixed(length(state));
        let longest = inner.constant("LONGEST");
        quote!(__s::inner_name_length(#name, #longest))
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
    let included = inner_states(machine).map(|(_, inner)| inner.constant("STANDARD"));
    quote!(__s::first_of(&[#own, #(#included),*]))
}

/// The states that a state may stand for.
pub(super) enum InnerStates<'m> {
    /// Those of an include of a fragment or workflow.
    Include(&'m Include),
    /// Those of a call in a function: only its type decides whether it is a fragment.
    Call(&'m Path),
}

impl InnerStates<'_> {
    /// A constant of the fragment.
    pub(super) fn constant(&self, name: &str) -> TokenStream {
        match self {
            InnerStates::Include(include) => {
                let path = &include.path;
                let name = Ident::new(name, path.span());
                quote!(<#path as __s::Fragment>::#name)
            }
            InnerStates::Call(path) => {
                let name = Ident::new(name, path.span());
                quote_spanned!(path.span()=> <(#path) as __s::plain::Callable>::#name)
            }
        }
    }
}

/// Every include, and in a function every call of a task, a fragment or a workflow.
fn inner_states(machine: &Machine) -> impl Iterator<Item = (&State, InnerStates<'_>)> {
    let is_function = machine.workflow.function.is_some();
    let states = machine.states.iter().map(|node| &node.state);
    states.filter_map(move |state| {
        let called = || match &state.call()?.callee {
            Callee::Task(call) if is_function => Some(InnerStates::Call(&call.path)),
            _ => None,
        };
        let inner = state.include().map(InnerStates::Include);
        Some((state, inner.or_else(called)?))
    })
}
