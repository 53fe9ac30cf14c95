//! `#[derive(Payload)]`: the JSON shape of a type, as serde writes it.

mod attributes;
mod case;
mod expand;

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// The implementation, or the errors in the type's attributes.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    syn::parse2::<DeriveInput>(input)
        .and_then(|input| expand::expand(&input))
        .unwrap_or_else(syn::Error::into_compile_error)
}

#[cfg(test)]
mod tests;
