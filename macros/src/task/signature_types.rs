//! The types of a signature in the code of its attribute.

use super::function::TaskReturnType;
use crate::checked_type;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

/// Aliases of the types of a signature, which rustc checks once. All tokens have the span of the
/// user's type, where rustc reports errors.
pub(crate) struct SignatureTypes {
    /// The declarations, for the block that contains the code.
    pub(crate) aliases: TokenStream,
    pub(crate) parameters: Vec<Type>,
    /// The types of the parameters outside of the block.
    pub(crate) outside: Vec<TokenStream>,
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
        let parameters: Vec<&Type> = parameters.collect();
        let outside = parameters.iter().map(|ty| checked_type::payload(ty));
        let outside = outside.collect();
        let mut aliases = TokenStream::new();
        let mut alias = |name: &str, span: Span, checked: TokenStream| {
            if checked_type::is_shown() {
                return checked;
            }
            let name = Ident::new(name, span);
            quote!(type #name = #checked;).to_tokens(&mut aliases);
            name.into_token_stream()
        };
        let parameters = parameters.iter().enumerate().map(|(index, ty)| {
            let name = format!("__Parameter{index}");
            Type::Verbatim(alias(&name, ty.span(), checked_type::payload(ty)))
        });
        let parameters = parameters.collect();
        let (returned, output, error) = match returns {
            TaskReturnType::Result(output, error) => {
                let output = alias("__Output", output.span(), checked_type::payload(output));
                let error = alias("__Error", error.span(), checked_type::task_error(error));
                (
                    quote!(::core::result::Result<#output, #error>),
                    output,
                    error,
                )
            }
            TaskReturnType::Other(ty) => {
                let span = ty.span();
                let ty = alias("__Returned", span, checked_type::task_return(ty));
                let named = quote_spanned!(span=> <#ty as ::stepwright::__::TaskReturn>);
                (
                    ty,
                    quote_spanned!(span=> #named::Output),
                    quote_spanned!(span=> #named::Error),
                )
            }
        };
        SignatureTypes {
            aliases,
            parameters,
            outside,
            returned,
            output,
            error,
        }
    }

    /// The return type of the function, outside of the block.
    pub(crate) fn returned_outside(name: &Ident, returns: &TaskReturnType) -> TokenStream {
        match returns {
            TaskReturnType::Result(..) => {
                let span = returns.span();
                quote_spanned! {span=> ::core::result::Result<
                    <#name as ::stepwright::__::CallOutcome>::Output,
                    <#name as ::stepwright::__::CallOutcome>::Error,
                >}
            }
            TaskReturnType::Other(ty) => checked_type::task_return(ty),
        }
    }
}
