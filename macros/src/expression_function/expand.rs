//! The code of a function with `#[expression]`: the function, and the type with its body.

use super::signature::{Parameter, Signature, owned};
use crate::check::{StandaloneExpression, witness_name};
use crate::editor;
use crate::errors::{CompileError, MacroDiagnostic};
use crate::expand::{TermWriter, at, file, tree_of};
use crate::functions::{computed_call, written};
use crate::machine::Term;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprPath, ItemFn, Type};

/// The function and its type. Without a `valid` body the type remains, so that the functions that
/// call it report nothing more.
pub(super) fn expand(
    function: &ItemFn,
    signature: &Signature<'_>,
    body: &Expr,
    valid: Option<&StandaloneExpression>,
    diagnostics: &[MacroDiagnostic],
) -> TokenStream {
    let name = &function.sig.ident;
    let visibility = &function.vis;
    let conditions: Vec<_> = function
        .attrs
        .iter()
        .filter(|one| one.path().is_ident("cfg"))
        .collect();
    let source = match diagnostics {
        [] => source(function, valid),
        errors => stub(function, errors),
    };
    let output = match &signature.output {
        Some(ty) => quote!(#ty),
        None => quote!(()),
    };
    let tree = match valid {
        Some(lowered) => {
            let check = check(signature, &output, body, lowered);
            let inlined = inlined(name, signature, body, lowered);
            quote!(#check #inlined)
        }
        None => quote!(let _ = arguments; __s::Expr::none()),
    };
    // rustc reports the bound if a workflow awaits the function, or calls it in a task state, as a
    // task. Without `for` it would report it here.
    let refused = |bound: &str, method: &str| {
        let (bound, method) = (format_ident!("{bound}"), format_ident!("{method}"));
        quote! {
            #(#conditions)*
            #[doc(hidden)]
            #[allow(dead_code)]
            impl #name where for<'__a> #name: ::stepwright::__::plain::#bound {
                #visibility fn #method() {}
            }
        }
    };
    let awaited = refused("ComputedInAState", "plain");
    let called = refused("CalledByAState", "called");
    quote! {
        #source
        #(#conditions)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, missing_debug_implementations)]
        #visibility struct #name {}
        #awaited
        #called
        #(#conditions)*
        #[doc(hidden)]
        const _: () = {
            use ::stepwright::__ as __s;
            #[automatically_derived]
            impl __s::ExpressionFunction for #name {
                type Computed<T> = T;
                fn computed<T>(value: T) -> T {
                    value
                }
                #[allow(unused_variables, unreachable_code, clippy::all, clippy::pedantic)]
                fn inlined(arguments: ::std::vec::Vec<__s::Expr>) -> __s::Expr {
                    #tree
                }
            }
            #[automatically_derived]
            impl __s::ValueFunction for #name {
                type Computed<T> = T;
                fn computed<T>(value: T) -> T {
                    value
                }
            }
        };
    }
}

/// The function as the user wrote it. rustc reports a call of a function without `#[expression]`
/// where it checks the body, and nothing about the value of the call.
fn source(function: &ItemFn, valid: Option<&StandaloneExpression>) -> TokenStream {
    struct Calls(HashSet<String>);
    impl VisitMut for Calls {
        fn visit_expr_mut(&mut self, value: &mut Expr) {
            visit_mut::visit_expr_mut(self, value);
            if let Expr::Call(call) = value
                && let Expr::Path(ExprPath { path, .. }) = &*call.func
                && self.0.contains(&written(path))
            {
                *value = Expr::Verbatim(computed_call(path, call, false));
            }
        }
    }
    // An editor would find two definitions for one location.
    let mut calls = Calls(HashSet::new());
    if let Some(lowered) = valid.filter(|_| !editor::is_here()) {
        lowered.value.walk(&mut |part| {
            if let Term::Inlined(path, _) = part {
                calls.0.insert(written(path));
            }
        });
    }
    let mut function = function.clone();
    calls.visit_block_mut(&mut function.block);
    function.to_token_stream()
}

/// The function with the errors, and without its code, about which rustc would report what follows
/// from them.
pub(super) fn stub(function: &ItemFn, diagnostics: &[MacroDiagnostic]) -> TokenStream {
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
        ..
    } = function;
    let errors = diagnostics.iter().map(CompileError::expression);
    // An editor completes names in the code.
    let code = if editor::is_here() {
        quote!(#block)
    } else {
        quote!(::core::unreachable!())
    };
    quote! {
        #(#attrs)*
        #[allow(unused, clippy::all)]
        #vis #sig {
            #(#errors;)*
            #code
        }
    }
}

/// The block in which rustc checks the body and infers the types of its witnesses. It never runs.
fn check(
    signature: &Signature<'_>,
    output: &TokenStream,
    body: &Expr,
    lowered: &StandaloneExpression,
) -> TokenStream {
    let parameters = signature.parameters.iter().map(|Parameter { name, ty }| {
        let name = name.map_or_else(|| quote!(_), |name| quote!(#name));
        quote!(let #name: #ty = __s::any();)
    });
    let code = lowered.rewritten.as_ref().map_or(body, |one| &one.code);
    let names = lowered.used.proof("Expression");
    let functions = lowered.used.functions.imports();
    let seen = (0..lowered.witnesses.len()).map(witness_name);
    let tree = tree_of(&lowered.witnesses);
    quote! {
        #functions
        #[allow(
            dead_code, unused, unreachable_code, deprecated,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction
        )]
        fn type_check() -> ::std::vec::Vec<__s::TypeData> {
            __s::known(|| {
                loop {}
                #(#parameters)*
                #names
                #(let #seen = __s::Witness::new();)*
                let _ = || -> #output { loop {} #code };
                #tree
            })
        }
    }
}

/// The tree of a call.
fn inlined(
    name: &Ident,
    signature: &Signature<'_>,
    body: &Expr,
    lowered: &StandaloneExpression,
) -> TokenStream {
    let text = name.unraw().to_string();
    let mut values = TermWriter::default();
    let tree = values.value(&lowered.value);
    let witnesses = values.witnesses();
    let file = file();
    let place = at(body.span());
    let parameters = signature.parameters.iter().enumerate();
    let parameters = parameters.map(|(index, Parameter { name, ty })| {
        let name = match name {
            Some(name) => name.unraw().to_string(),
            None => format!("unused{index}"),
        };
        let shape = shape(ty);
        quote!((#name, #shape))
    });
    let output = signature.output.as_ref().map(shape);
    quote! {
        __s::inlined(
            __s::InlinedFunction::of::<Self>(#text),
            ::std::vec![#(#parameters),*],
            arguments,
            || {
                let __known = type_check();
                let __tree = {
                    #file
                    #witnesses
                    let __tree = #tree;
                    __tree #place
                };
                __tree.typed(#output)
            },
        )
    }
}

/// The shape of the value that a state passes. rustc reports "cannot be passed between workflow
/// states" at the type.
fn shape(ty: &Type) -> TokenStream {
    let owned = owned(ty);
    let shape = quote_spanned!(ty.span()=> shape);
    quote!(<#owned as __s::Payload>::#shape)
}
