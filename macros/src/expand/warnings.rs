//! Warnings. A macro cannot emit warnings on stable Rust, so each is a use of a deprecated item, at
//! the user's token.

use crate::machine::Machine;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

pub(super) fn warnings(machine: &Machine) -> TokenStream {
    let warnings = machine.warnings.iter().map(|warning| {
        let message = &warning.message;
        let used = Ident::new(warning.lint.name(), warning.span);
        let declared = Ident::new(warning.lint.name(), Span::call_site());
        quote! {
            const _: () = {
                #[deprecated(note = #message)]
                #[allow(non_upper_case_globals)]
                const #declared: () = ();
                #used
            };
        }
    });
    quote!(#(#warnings)*)
}
