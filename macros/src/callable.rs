//! The type that function workflows call: a task, a fragment or another function workflow.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Type, Visibility};

/// The implementation of `Callable` for the type of a task, a fragment or a function workflow.
pub(crate) struct CallableType<'a> {
    pub(crate) visibility: &'a Visibility,
    pub(crate) name: &'a Ident,
    /// The Rust name of the function, and its location, where rustc reports "associated function
    /// defined here".
    pub(crate) function: (String, Span),
    pub(crate) parameters: Vec<(&'a Ident, &'a Type)>,
    /// The types that calls of `workflow!` check, one for each parameter.
    pub(crate) checked: Vec<TokenStream>,
    /// The types of the parameters in the methods.
    pub(crate) outside: &'a [TokenStream],
    /// The type of the function's result in the methods, and its location, where rustc reports
    /// errors of that type.
    pub(crate) returned: (TokenStream, Span),
    pub(crate) output: &'a TokenStream,
    pub(crate) error: &'a TokenStream,
    /// `TaskKind`, `FragmentKind` or `WorkflowKind`.
    pub(crate) kind: &'static str,
    /// The value of `Callable::run`.
    pub(crate) run: TokenStream,
}

impl CallableType<'_> {
    /// `()`, one type, or a tuple.
    pub(crate) fn arguments(&self) -> TokenStream {
        match self.parameters.as_slice() {
            [(_, only)] => only.to_token_stream(),
            several => {
                let types = several.iter().map(|(_, ty)| ty);
                quote!((#(#types),*))
            }
        }
    }

    /// The functions that are called instead of the user's: `called` in the code that checks types,
    /// `plain` in a plain run.
    pub(crate) fn methods(&self) -> TokenStream {
        let CallableType {
            visibility,
            checked,
            outside,
            name,
            ..
        } = self;
        let called = Ident::new("called", self.function.1);
        let (returned, span) = &self.returned;
        let outcome = quote_spanned!(*span=> <#name as ::stepwright::__::CallOutcome>);
        let result =
            quote_spanned!(*span=> ::stepwright::__::Called<#outcome::Output, #outcome::Error>);
        let names: Vec<_> = self.parameters.iter().map(|(name, _)| name).collect();
        quote! {
            #[doc(hidden)]
            #[allow(unused_variables, dead_code, clippy::too_many_arguments, clippy::needless_pass_by_value, clippy::type_complexity)]
            #visibility fn #called(#(#names: #checked),*) -> #result {
                ::stepwright::__::Called::new()
            }

            #[doc(hidden)]
            #[allow(dead_code, clippy::too_many_arguments, clippy::type_complexity)]
            #visibility fn plain(
                #(#names: impl ::stepwright::__::plain::ArgumentFor<#outside>),*
            ) -> ::stepwright::__::plain::TaskCall<Self, #returned, #outcome::Output> {
                ::stepwright::__::plain::TaskCall::new(::std::vec![
                    #(::stepwright::__::plain::ArgumentFor::json(#names)),*
                ])
            }
        }
    }

    /// The implementation of `Callable`.
    pub(crate) fn implementation(&self) -> TokenStream {
        let CallableType {
            name,
            function,
            output,
            error,
            run,
            ..
        } = self;
        let text = &function.0;
        let arguments = self.arguments();
        let span = self.returned.1;
        let kind = Ident::new(self.kind, span);
        quote_spanned! {span=>
            #[automatically_derived]
            impl ::stepwright::__::CallOutcome for #name {
                type Output = #output;
                type Error = #error;
            }

            #[automatically_derived]
            impl ::stepwright::__::plain::Callable for #name {
                type Arguments = #arguments;
                type Kind = ::stepwright::__::plain::#kind;
                const FUNCTION: &'static str = #text;

                #[allow(unused_variables)]
                fn run(
                    context: ::stepwright::__::TaskContext,
                    arguments: ::std::vec::Vec<::stepwright::__::serde_json::Value>,
                ) -> ::core::option::Option<::stepwright::__::plain::Started<Self>> {
                    #run
                }
            }
        }
    }
}
