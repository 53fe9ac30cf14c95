//! `#[derive(TaskError)]`: the name and cause of an error in Step Functions.

mod attributes;
mod expand;

use crate::root::Root;
use proc_macro2::TokenStream;
use syn::DeriveInput;

/// Returns the implementation, or the errors in the type's attributes.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    syn::parse2::<DeriveInput>(input)
        .and_then(|input| {
            let root = Root::of(&input.attrs, "task_error", &["name"])?;
            expand::expand(&input).map(|code| root.put_into(code))
        })
        .unwrap_or_else(syn::Error::into_compile_error)
}
