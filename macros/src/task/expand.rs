//! The code of a task's marker.

use super::attributes::{Options, Runs};
use super::function::{Task, TaskFunction, TaskReturnType};
use super::signature_types::SignatureTypes;
use crate::callable::CallableType;
use crate::name::pascal;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Error};

pub(super) fn expand(
    function: &TaskFunction,
    options: &Options,
    task: Option<&Task>,
    is_method: bool,
    errors: &[Error],
) -> TokenStream {
    if is_method {
        return method(function, errors);
    }
    // With `const _`, rustc's name resolution continues for the rest of the crate; a bare
    // `compile_error!` item stops it.
    let errors = errors.iter().map(|error| {
        let error = error.to_compile_error();
        quote!(const _: () = { #error };)
    });
    let marker = marker(function, options, task);
    let function = source(function, task);
    quote! {
        #function
        #marker
        #(#errors)*
    }
}

/// The function in an `impl`, where the other items cannot be.
fn method(function: &TaskFunction, errors: &[Error]) -> TokenStream {
    let TaskFunction {
        attributes,
        visibility,
        signature,
        ..
    } = function;
    let errors = errors.iter().map(Error::to_compile_error);
    quote! {
        #(#attributes)*
        #[allow(unused, clippy::all)]
        #visibility #signature {
            #(#errors)*
        }
    }
}

/// The function as the user wrote it. Without a body it is a function that no code calls: rustc
/// would report a call without `.await` as a misspelled struct.
fn source(function: &TaskFunction, task: Option<&Task>) -> TokenStream {
    let Some(body) = &function.body else {
        return task.map_or_else(TokenStream::new, |task| declared(function, task));
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

fn declared(function: &TaskFunction, task: &Task) -> TokenStream {
    let TaskFunction {
        attributes,
        visibility,
        signature,
        ..
    } = function;
    let name = &signature.ident;
    let conditions = attributes.iter().filter(|one| one.path().is_ident("cfg"));
    let names = task.parameters.iter().map(|parameter| &parameter.name);
    let types = task.parameters.iter().map(|parameter| &parameter.ty);
    quote! {
        #(#conditions)*
        #[doc(hidden)]
        #[allow(unused_variables, dead_code, clippy::too_many_arguments, clippy::needless_pass_by_value)]
        #visibility fn #name(#(#names: #types),*) -> ::stepwright::__::DeclaredTask {
            ::stepwright::__::DeclaredTask
        }
    }
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
    let names: Vec<_> = task.parameters.iter().map(|p| &p.name).collect();
    let types = task.parameters.iter().map(|parameter| &parameter.ty);
    let types = SignatureTypes::of(types, &task.returns);
    let checked = task.parameters.iter().zip(&types.outside);
    let checked = checked.map(|(parameter, ty)| {
        // A call may pass any value for an `impl Trait`, which is reported already.
        if parameter.is_any {
            quote!(impl ::core::marker::Sized)
        } else {
            ty.clone()
        }
    });
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
        [_] => {
            let ty = &types.parameters[0];
            (quote!(#ty), TokenStream::new(), quote!(input))
        }
        _ => {
            let types = &types.parameters;
            let record = quote! {
                #[derive(::stepwright::__::serde::Serialize, ::stepwright::__::serde::Deserialize)]
                #[serde(crate = "::stepwright::__::serde")]
                #[allow(missing_docs, missing_debug_implementations)]
                pub struct __Input { #(#names: #types),* }
            };
            (quote!(__Input), record, quote!(#(input.#names),*))
        }
    };
    let parameter_types = types
        .parameters
        .iter()
        .map(|ty| quote!(::stepwright::__::ParameterType::of::<#ty>()));
    let handler = handler(function, options, task, &types, &taken);
    let is_runnable = handler.is_some();
    let handed = if is_runnable {
        quote!(handler)
    } else {
        quote!(declaration)
    };
    let callable = CallableType {
        visibility,
        name,
        function: (plain.clone(), name.span()),
        parameters: names.iter().copied().zip(&types.parameters).collect(),
        checked: checked.collect(),
        outside: &types.outside,
        returned: (
            SignatureTypes::returned_outside(name, &task.returns),
            task.returns.span(),
        ),
        output: &types.output,
        error: &types.error,
        kind: "TaskKind",
        run: if is_runnable {
            quote!(::stepwright::__::plain::run_task::<Self>(
                context, arguments
            ))
        } else {
            quote!(::core::option::Option::None)
        },
    };
    let aliases = &types.aliases;
    let arguments = callable.arguments();
    let (methods, callable_impl) = (callable.methods(), callable.implementation());
    // rustc reports errors of the return type at the return type, wherever it is used.
    let task_impl = quote_spanned! {task.returns.span()=>
        #[automatically_derived]
        impl ::stepwright::__::Task for #name {
            type Input = #input;
            type Arguments = #arguments;
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
    quote! {
        #marker

        #(#conditions)*
        impl #name {
            #methods
        }

        #(#conditions)*
        const _: () = {
            #aliases

            #record

            #task_impl

            #[automatically_derived]
            impl ::stepwright::__::TaskWithInput<#arguments> for #name {}

            #callable_impl

            #handler
        };
    }
}

/// Returns the implementation of the trait that runs a task. A task with errors has none: it is
/// emitted as a declaration, so that workflows still find the task and report nothing more.
fn handler(
    function: &TaskFunction,
    options: &Options,
    task: &Task,
    types: &SignatureTypes,
    taken: &TokenStream,
) -> Option<TokenStream> {
    let is_blocking = options.runs == Runs::Blocking;
    let is_runnable = function.body.is_some()
        && function.signature.asyncness.is_some() != is_blocking
        && !task.broken;
    if !is_runnable {
        return None;
    }
    let name = &function.signature.ident;
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
        TaskReturnType::Other(_) => {
            let ty = &types.returned;
            quote!(<#ty as ::stepwright::__::TaskReturn>::into_result(#called))
        }
    };
    // The span of the user's `async`: rustc reports "future cannot be sent between threads" there.
    let running = quote_spanned!(function.signature.asyncness.span()=> async move);
    Some(quote_spanned! {task.returns.span()=>
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
    })
}

/// Attributes that the marker shares with its function.
fn stays(attribute: &Attribute) -> bool {
    let path = attribute.path();
    path.is_ident("doc") || path.is_ident("cfg") || path.is_ident("deprecated")
}
