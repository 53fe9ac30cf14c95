//! The code of a task's marker.

use super::attributes::{Options, Runs};
use super::function::{Task, TaskFunction, TaskReturnType};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Error};

pub(super) fn expand(
    function: &TaskFunction,
    options: &Options,
    task: Option<&Task>,
    errors: &[Error],
) -> TokenStream {
    // With `const _`, rustc's name resolution continues for the rest of the crate; a bare `compile_error!` item stops it.
    let errors = errors.iter().map(|error| {
        let error = error.to_compile_error();
        quote!(const _: () = { #error };)
    });
    let marker = marker(function, options, task);
    let function = source(function);
    quote! {
        #function
        #marker
        #(#errors)*
    }
}

/// The function as the user wrote it.
fn source(function: &TaskFunction) -> TokenStream {
    let Some(body) = &function.body else {
        return TokenStream::new();
    };
    // rustc itself reports a `self` outside of an `impl`, and one message is enough.
    if function.signature.receiver().is_some() {
        return TokenStream::new();
    }
    let TaskFunction {
        attributes,
        visibility,
        signature,
        ..
    } = function;
    quote!(#(#attributes)* #visibility #signature #body)
}

fn marker(function: &TaskFunction, options: &Options, task: Option<&Task>) -> TokenStream {
    let visibility = &function.visibility;
    let name = &function.signature.ident;
    let attributes = function
        .attributes
        .iter()
        .filter(|attribute| stays(attribute));
    let conditions: Vec<_> = function
        .attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .collect();
    let marker = quote! {
        #(#attributes)*
        #[allow(non_camel_case_types, dead_code, missing_debug_implementations)]
        #visibility struct #name {}
    };
    let Some(task) = task else {
        return marker;
    };
    let (output, error) = answer(&task.returns);
    let names: Vec<_> = task.parameters.iter().map(|p| &p.name).collect();
    let types: Vec<_> = task.parameters.iter().map(|p| &p.ty).collect();
    let checked = task.parameters.iter().map(|p| &p.checked);
    let keys = names.iter().map(|name| name.unraw().to_string());
    let plain = name.unraw().to_string();
    let wire = options
        .name
        .as_ref()
        .map_or_else(|| pascal(&plain), |name| name.value());
    let deploy = options.deploy.tokens();
    let sends_context = options.context;
    let runs = options.runs.tokens();
    let idempotent = options.idempotent.map(|_| {
        quote!(
            const IDEMPOTENT: ::core::primitive::bool = true;
        )
    });
    let (input, record, taken) = match task.parameters.as_slice() {
        [only] => {
            let ty = &only.ty;
            (quote!(#ty), TokenStream::new(), quote!(input))
        }
        _ => {
            let record = quote! {
                #[derive(::stepwright::__::serde::Serialize, ::stepwright::__::serde::Deserialize)]
                #[serde(crate = "::stepwright::__::serde")]
                #[allow(missing_docs, missing_debug_implementations)]
                pub struct __Input { #(#names: #types),* }
            };
            (quote!(__Input), record, quote!(#(input.#names),*))
        }
    };
    // rustc points here for "associated function defined here": at the user's function.
    let called_as = syn::Ident::new("called", name.span());
    // The span of the user's type: rustc reports "cannot be passed between workflow states" there.
    let parameter_types = types
        .iter()
        .map(|ty| quote_spanned!(ty.span()=> ::stepwright::__::payload::<#ty>()));
    let arguments = match types.as_slice() {
        [only] => quote!(#only),
        several => quote!((#(#several),*)),
    };
    // A task with errors is emitted as a declaration, so that workflows still find the task and report nothing more.
    let is_blocking = options.runs == Runs::Blocking;
    let callable = function.body.is_some()
        && function.signature.asyncness.is_some() != is_blocking
        && !task.broken;
    let (handed, handler) = if callable {
        let takes_context = task.takes_context;
        let context = takes_context.then(|| quote!(&context,));
        let unused = (!takes_context).then(|| quote!(let _ = &context;));
        let empty = task
            .parameters
            .is_empty()
            .then(|| quote!(let __Input {} = input;));
        let awaited = (!is_blocking).then(|| quote!(.await));
        let called = quote!(#name(#context #taken) #awaited);
        let called = match &task.returns {
            TaskReturnType::Result(..) => called,
            TaskReturnType::Other(ty) => {
                quote_spanned!(ty.span()=> ::stepwright::__::TaskReturn::into_result(#called))
            }
        };
        // The span of the user's `async`: rustc reports "future cannot be sent between threads" there.
        let running = quote_spanned!(function.signature.asyncness.span()=> async move);
        let handler = quote_spanned! {task.returns.span()=>
            impl ::stepwright::__::Handler for #name {
                const TAKES_CONTEXT: ::core::primitive::bool = #takes_context;

                #[allow(clippy::manual_async_fn)]
                fn call(
                    context: ::stepwright::__::TaskContext,
                    input: Self::Input,
                ) -> impl ::core::future::Future<
                    Output = ::core::result::Result<Self::Output, Self::Error>,
                > + ::core::marker::Send + 'static {
                    #running {
                        #unused
                        #empty
                        #called
                    }
                }
            }
        };
        (quote!(handler), handler)
    } else {
        (quote!(declaration), TokenStream::new())
    };
    let called = quote_spanned!(task.returns.span()=> ::stepwright::__::Called<#output, #error>);
    // rustc reports errors of the return type at the return type, wherever it is used.
    let task_impl = quote_spanned! {task.returns.span()=>
        #[automatically_derived]
        impl ::stepwright::__::Task for #name {
            type Input = #input;
            type Arguments = #arguments;
            type Output = #output;
            type Error = #error;
            const NAME: &'static str = #wire;
            const FUNCTION: &'static str = #plain;
            const PARAMETERS: &'static [&'static str] = &[#(#keys),*];
            const DEPLOY: ::stepwright::__::Deploy = #deploy;
            const SENDS_CONTEXT: ::core::primitive::bool = #sends_context;
            #runs
            #idempotent

            fn parameter_types() -> ::std::vec::Vec<::stepwright::__::ParameterType> {
                ::std::vec![#(#parameter_types),*]
            }

            fn bind<B: ::stepwright::__::TaskBinder>(binder: &mut B, address: ::stepwright::__::Address) {
                binder.#handed::<Self>(address);
            }
        }
    };
    let returned = match &task.returns {
        TaskReturnType::Result(output, error) => quote!(::core::result::Result<#output, #error>),
        TaskReturnType::Other(ty) => quote!(#ty),
    };
    let run = if callable {
        quote!(::stepwright::__::plain::run_task::<Self>(
            context, arguments
        ))
    } else {
        quote!(::core::option::Option::None)
    };
    let callable_impl = quote_spanned! {task.returns.span()=>
        #[automatically_derived]
        impl ::stepwright::__::plain::Callable for #name {
            type Arguments = #arguments;
            type Output = #output;
            type Error = #error;
            type Kind = ::stepwright::__::plain::TaskKind;
            const FUNCTION: &'static str = #plain;

            #[allow(unused_variables)]
            fn run(
                context: ::stepwright::__::TaskContext,
                arguments: ::std::vec::Vec<::stepwright::__::serde_json::Value>,
            ) -> ::core::option::Option<::stepwright::__::plain::Started<Self>> {
                #run
            }
        }
    };
    quote! {
        #marker

        #(#conditions)*
        impl #name {
            #[doc(hidden)]
            #[allow(unused_variables, dead_code, clippy::too_many_arguments, clippy::needless_pass_by_value)]
            #visibility fn #called_as(
                #(#names: #checked),*
            ) -> #called {
                ::stepwright::__::Called::new()
            }

            #[doc(hidden)]
            #[allow(dead_code, clippy::too_many_arguments)]
            #visibility fn plain(
                #(#names: impl ::stepwright::__::plain::Argument<#types>),*
            ) -> ::stepwright::__::plain::TaskCall<Self, #returned, #output> {
                ::stepwright::__::plain::TaskCall::new(::std::vec![
                    #(::stepwright::__::plain::Argument::json(#names)),*
                ])
            }
        }

        #(#conditions)*
        const _: () = {
            #record

            #task_impl

            #[automatically_derived]
            impl ::stepwright::__::TaskWithInput<#arguments> for #name {}

            #callable_impl

            #handler
        };
    }
}

/// The result and error types of the task. All tokens have the span of the user's type, where rustc reports errors.
pub(crate) fn answer(returns: &TaskReturnType) -> (TokenStream, TokenStream) {
    match returns {
        TaskReturnType::Result(output, error) => {
            (output.to_token_stream(), error.to_token_stream())
        }
        TaskReturnType::Other(ty) => {
            let span = ty.span();
            let named = quote_spanned!(span=> <#ty as ::stepwright::__::TaskReturn>);
            (
                quote_spanned!(span=> #named::Output),
                quote_spanned!(span=> #named::Error),
            )
        }
    }
}

/// Attributes that the marker shares with its function.
fn stays(attribute: &Attribute) -> bool {
    let path = attribute.path();
    path.is_ident("doc") || path.is_ident("cfg") || path.is_ident("deprecated")
}

/// The deployed name of `charge_card` is `ChargeCard`.
fn pascal(name: &str) -> String {
    name.split('_')
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().to_string() + letters.as_str()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::pascal;

    #[test]
    fn a_task_has_the_name_of_its_function_in_pascal_case() {
        assert_eq!(pascal("charge_card"), "ChargeCard");
        assert_eq!(pascal("ship"), "Ship");
        assert_eq!(pascal("_v2_pay"), "V2Pay");
    }
}
