//! `#[task]`: the marker of an async function that a workflow calls.

mod attributes;
mod expand;
mod function;
mod signature_types;

pub(crate) use self::function::TaskReturnType;
pub(crate) use self::signature_types::SignatureTypes;

use crate::method::is_method;
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser;

/// Returns the function and its marker, or its errors with the parts that can still be emitted.
pub(crate) fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse2::<function::TaskFunction>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = syn::Error::new(error.span(), "`#[task]` is an attribute of an `async fn`")
                .into_compile_error();
            // An item that is not a function is emitted unchanged, so that the rest of the file can
            // refer to it.
            return quote!(const _: () = { #error }; #item);
        }
    };
    let options = attributes::Options::parse.parse2(arguments);
    let mut errors = Vec::new();
    let options = options.unwrap_or_else(|error| {
        errors.push(error);
        attributes::Options::default()
    });
    let task = function::Task::read(&function, &options, &mut errors);
    let is_method = is_method(&function.visibility, &function.signature);
    if is_method && function.signature.receiver().is_none() {
        errors.push(syn::Error::new(
            function.signature.ident.span(),
            "a task is a free function, not a function of a type: write it outside of the `impl`",
        ));
    }
    let code = expand::expand(&function, &options, task.as_ref(), is_method, &errors);
    options.root.put_into(code)
}
