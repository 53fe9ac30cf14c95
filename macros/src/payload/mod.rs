//! `#[derive(Payload)]`: the JSON shape of a type, as serde serializes it.

mod attributes;
mod case;
mod expand;

use crate::root::Root;
use proc_macro2::TokenStream;
use syn::DeriveInput;

/// Returns the implementation, or the errors in the type's attributes.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    syn::parse2::<DeriveInput>(input)
        .and_then(|input| {
            let root = Root::of(&input.attrs, "payload", &[])?;
            expand::expand(&input).map(|code| root.put_into(code))
        })
        .unwrap_or_else(syn::Error::into_compile_error)
}

#[cfg(test)]
mod tests;
