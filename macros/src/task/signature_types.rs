//! The types of a signature in the code of its attribute.

use super::function::TaskReturnType;
use crate::checked_type;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Type, parse_quote};

/// Aliases of the types of a signature, which rustc checks once. All tokens have the span of the
/// user's type, where rustc reports errors.
pub(crate) struct SignatureTypes {
    /// The declarations, for the block that contains the code.
    pub(crate) aliases: TokenStream,
    pub(crate) parameters: Vec<Type>,
    /// The return type of the function.
    pub(crate) returned: TokenStream,
    pub(crate) output: TokenStream,
    pub(crate) error: TokenStream,
}

impl SignatureTypes {
    pub(crate) fn of<'t>(
        parameters: impl Iterator<Item = &'t Type>,
        returns: &TaskReturnType,
    ) -> SignatureTypes {
        let mut aliases = TokenStream::new();
        let mut alias = |name: &str, span: Span, checked: TokenStream| {
            let name = Ident::new(name, span);
            quote!(type #name = #checked;).to_tokens(&mut aliases);
            name
        };
        let parameters = parameters.enumerate().map(|(index, ty)| {
            let name = format!("__Parameter{index}");
            let name = alias(&name, ty.span(), checked_type::payload(ty));
            parse_quote!(#name)
        });
        let parameters = parameters.collect();
        let (returned, output, error) = match returns {
            TaskReturnType::Result(output, error) => {
                let output = alias("__Output", output.span(), checked_type::payload(output));
                let error = alias("__Error", error.span(), checked_type::task_error(error));
                (
                    quote!(::core::result::Result<#output, #error>),
                    output.into_token_stream(),
                    error.into_token_stream(),
                )
            }
            TaskReturnType::Other(ty) => {
                let span = ty.span();
                let ty = alias("__Returned", span, checked_type::task_return(ty));
                let named = quote_spanned!(span=> <#ty as ::stepwright::__::TaskReturn>);
                (
                    ty.into_token_stream(),
                    quote_spanned!(span=> #named::Output),
                    quote_spanned!(span=> #named::Error),
                )
            }
        };
        SignatureTypes {
            aliases,
            parameters,
            returned,
            output,
            error,
        }
    }
}
