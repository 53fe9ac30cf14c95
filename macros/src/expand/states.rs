//! A hidden enum with a variant for each state, with which an editor completes, describes and finds
//! their names.

use crate::machine::Machine;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

pub(super) fn states(machine: &Machine) -> TokenStream {
    let mut variants = TokenStream::new();
    // A second state with the same name is already reported.
    for node in machine.states.iter().filter(|node| !node.duplicate) {
        let name = &node.state.name;
        match &node.state.docs {
            Some(docs) => quote!(#[doc = #docs] #name,).to_tokens(&mut variants),
            None => quote!(#name,).to_tokens(&mut variants),
        }
    }
    quote! {
        #[allow(dead_code, non_camel_case_types, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        enum __State { #variants }
    }
}
