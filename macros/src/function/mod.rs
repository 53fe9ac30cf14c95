//! `#[workflow]` and `#[fragment]`: an async function as a workflow, or as states of its callers.
//!
//! The function is compiled twice. rustc compiles it as it is, with the calls of tasks replaced
//! ([`plain`]): tests call it as plain Rust. And its control flow becomes a graph of states
//! ([`statements`]), which ends in the same [`Machine`] as `workflow!`: [`check`] and [`expand`]
//! treat both alike.

mod arm_forms;
mod branches;
mod call;
mod call_options;
mod choices;
mod durations;
mod ends;
mod graph;
mod hoist;
mod join_errors;
mod loops;
mod mutable;
mod naming;
mod object_items;
mod options;
mod placed;
mod plain;
mod proofs;
mod result_arms;
mod service_call;
mod source;
mod statements;
#[cfg(test)]
mod tests;
mod translator;

use self::graph::Graph;
use self::graph::linker;
use self::options::Options;
use self::source::signature::{FunctionKind, Signature};
use self::source::unmarked_functions::ModuleSource;
use self::source::{called_macros, json, refused};
use self::translator::Translator;
use crate::callable::CallableType;
use crate::errors::{CompileError, Errors, MacroDiagnostic};
use crate::machine::{Machine, MachineBody, StateExit, StateWork, Workflow, WorkflowOptions};
use crate::method::is_method;
use crate::task::{SignatureTypes, TaskReturnType};
use crate::{check, editor, expand};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Block, FnArg, ItemFn, Pat, TraitItemFn, parse_quote};

/// Returns the function, its workflow and its marker, or the errors with the parts that can still
/// be emitted.
pub(crate) fn workflow(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(FunctionKind::Workflow, arguments, item)
}

/// Returns the function and the fragment, or the errors with the parts that can still be emitted.
pub(crate) fn fragment(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(FunctionKind::Fragment, arguments, item)
}

fn attribute(kind: FunctionKind, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => return no_function(kind, &item, error),
    };
    let errors = Errors::new();
    let options = (|input: syn::parse::ParseStream<'_>| Options::parse(input, kind))
        .parse2(arguments)
        .unwrap_or_else(|error| {
            errors.syn(&error);
            Options::default()
        });
    let root = options.root.clone();
    root.put_into(expanded(kind, &function, options, errors))
}

/// The error of an item that is not a function with a body.
fn no_function(kind: FunctionKind, item: &TokenStream, error: syn::Error) -> TokenStream {
    if let Ok(TraitItemFn {
        attrs,
        sig,
        default: None,
        semi_token,
        ..
    }) = syn::parse2(item.clone())
    {
        let semicolon = semi_token.map_or_else(Span::call_site, |token| token.span);
        let error = syn::Error::new(
            semicolon,
            format!("a {kind} is its code: write the body of the function, `{{ .. }}`"),
        );
        let error = error.to_compile_error();
        return quote!(#(#attrs)* #sig { #error });
    }
    let mut tokens = item.clone().into_iter();
    let is_function = tokens.any(|token| matches!(&token, TokenTree::Ident(name) if name == "fn"));
    let error = if is_function {
        error
    } else {
        syn::Error::new(
            error.span(),
            format!(
                "`#[{kind}]` belongs to an `async fn`: write the function, or the states in `workflow! {{ .. }}`"
            ),
        )
    };
    let error = error.to_compile_error();
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    match tokens.last() {
        // The code would only repeat the error.
        Some(TokenTree::Group(code)) if is_function && !editor::is_here() => {
            let mut body = Group::new(Delimiter::Brace, error);
            body.set_span(code.span());
            tokens.pop();
            quote!(#[allow(unused)] #(#tokens)* #body)
        }
        _ => quote!(const _: () = { #error }; #item),
    }
}

fn expanded(
    kind: FunctionKind,
    function: &ItemFn,
    mut options: Options,
    errors: Errors,
) -> TokenStream {
    let mut signature = Signature::of(kind, function, &errors);
    let is_method = is_method(&function.vis, &function.sig);
    if is_method && function.sig.receiver().is_none() {
        errors.on(
            &function.sig.ident,
            format!("a {kind} is a free function, not a function of a type: write it outside of the `impl`"),
        );
    }
    let is_broken = errors.count() > 0 && !editor::is_here();
    if is_broken && (is_method || function.sig.receiver().is_some()) {
        // A method is in an `impl`, where the other items cannot be.
        return stub(function, &errors.finish());
    }
    if is_broken {
        signature.parameters.clear();
        signature.returns = TaskReturnType::of(parse_quote!(()));
    }
    let is_fragment = kind == FunctionKind::Fragment;
    let name = name_of(kind, function, &options, &errors);
    // rustc warns about unused variables of the function itself.
    options
        .workflow
        .allow
        .push(format_ident!("unused_variables"));
    let parameters = signature.parameters.iter().map(|(name, _)| name.clone());
    let module = ModuleSource::around(function.sig.ident.clone());
    let mut translator = Translator::new(&errors, module, parameters.collect());
    translator.fragment = is_fragment.then(|| name.clone());
    translator.output = Some(signature.returns.output());
    let graph = if is_broken {
        Graph::default()
    } else {
        translator.function(&mut code_of(function, &errors))
    };
    let mut proofs = translator.proofs.tokens();
    if !is_broken {
        called_macros::proofs(&function.block, &errors).to_tokens(&mut proofs);
    }
    let (mut body, expressions) = linker::linked(graph, &translator.names.finish(), &errors);
    if is_fragment {
        end_with_values(&mut body);
    }
    let (parameter, fragment) = match kind {
        FunctionKind::Workflow => (signature.parameters.first().cloned(), None),
        FunctionKind::Fragment => (None, Some(signature.parameters.clone())),
    };
    let workflow = Workflow {
        fragment,
        function: Some(function.sig.ident.clone()),
        docs: crate::syntax::docs(&function.attrs),
        attributes: attributes(function),
        visibility: function.vis.clone(),
        name: name.clone(),
        parameter,
        output: Some(signature.returns.output()),
        options: options.workflow,
    };
    let mut machine = Machine::new(workflow, body, expressions);
    if is_broken {
        let diagnostics = errors.finish();
        let stub = stub(function, &diagnostics);
        let unknown = unknown_type(function, &diagnostics);
        // A fragment has no other type.
        let declared = (!is_fragment).then(|| expand::declared(&machine, &diagnostics));
        let marker = (is_fragment || function.sig.ident != name).then_some(unknown);
        return quote!(#stub #declared #marker);
    }
    // After a refused statement the rules would report what follows from it.
    let is_complete = errors.count() == 0;
    if is_complete {
        check::check(&mut machine, &errors);
    }
    let diagnostics = errors.finish();
    let mut block = (*function.block).clone();
    let placed = placed::place(&mut block, &diagnostics);
    // rustc reports mistakes in the order of the items, and those of the function are in the user's
    // own code.
    let mut tokens = plain_function(function, &block, &name, &machine.workflow.options);
    // rustc checks the types of the other statements in the function itself.
    if diagnostics.is_empty() {
        expand::checked(&machine, &diagnostics).to_tokens(&mut tokens);
    }
    for diagnostic in placed {
        diagnostic.item().to_tokens(&mut tokens);
    }
    expand::declared(&machine, &diagnostics).to_tokens(&mut tokens);
    proofs.to_tokens(&mut tokens);
    marker(kind, function, &name, &signature).to_tokens(&mut tokens);
    tokens
}

/// Returns the name of the type of a workflow or a fragment.
fn name_of(kind: FunctionKind, function: &ItemFn, options: &Options, errors: &Errors) -> Ident {
    match &options.name {
        // The type of a fragment has the name of the function, as that of a task.
        _ if kind == FunctionKind::Fragment => function.sig.ident.clone(),
        Some(name) => crate::name::identifier(&name.value(), name.span()).unwrap_or_else(|| {
            errors.at(
                name.span(),
                "the name of a workflow is an identifier, such as `OrderProcessing`",
            );
            format_ident!("Workflow", span = name.span())
        }),
        None => {
            let text = crate::name::pascal(&crate::name::text(&function.sig.ident));
            crate::name::identifier(&text, function.sig.ident.span())
                .unwrap_or_else(|| function.sig.ident.clone())
        }
    }
}

/// Returns the code that is translated to states.
fn code_of(function: &ItemFn, errors: &Errors) -> Block {
    let mut code = (*function.block).clone();
    for option in refused::take_options_after_await(&mut code) {
        let message = format!(
            "`{option}` is an option of the call: write it before `.await`, as in `task(..).{option}(..).await`"
        );
        errors.at(option.span(), message);
    }
    json::replace(&mut code);
    code
}

/// Makes a Pass state of each Succeed state: a Succeed state would end the caller, too.
fn end_with_values(body: &mut MachineBody) {
    for state in body.states.iter_mut().map(|draft| &mut draft.state) {
        if let StateWork::Succeed(value) = &mut state.kind {
            state.exit = Some(StateExit::end(state.keyword.span(), value.take()));
            state.kind = StateWork::Pass;
            state.keyword = Ident::new("pass", state.keyword.span());
        }
    }
}

/// The attributes of the workflow's type.
fn attributes(function: &ItemFn) -> Vec<syn::Attribute> {
    let attributes = function.attrs.iter();
    let shared = attributes.filter(|attribute| {
        let path = attribute.path();
        path.is_ident("doc") || path.is_ident("cfg") || path.is_ident("deprecated")
    });
    shared.cloned().collect()
}

/// The function with the errors of its signature, and without its code, about which rustc would
/// report the same.
fn stub(function: &ItemFn, diagnostics: &[MacroDiagnostic]) -> TokenStream {
    let ItemFn {
        attrs, vis, sig, ..
    } = function;
    let errors = diagnostics.iter().map(CompileError::expression);
    quote! {
        #(#attrs)*
        #[allow(unused, clippy::all)]
        #vis #sig {
            #(#errors);*
        }
    }
}

/// The type with the name of a function whose signature is refused. It is the type of an error, so
/// that rustc reports nothing about the functions that call it.
fn unknown_type(function: &ItemFn, diagnostics: &[MacroDiagnostic]) -> Option<TokenStream> {
    let (visibility, name) = (&function.vis, &function.sig.ident);
    let mut error = diagnostics.first()?.clone();
    error.related.clear();
    let error = error.expression();
    Some(quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code)]
        #visibility type #name = [(); #error];
    })
}

/// The longest duration of an Express execution.
const EXPRESS_SECONDS: u64 = 5 * 60;

/// The function for rustc.
fn plain_function(
    function: &ItemFn,
    block: &Block,
    name: &Ident,
    options: &WorkflowOptions,
) -> TokenStream {
    let lambda_retries = options.lambda_retries.is_some()
        && options
            .deploy
            .as_ref()
            .is_none_or(|place| place != "activity");
    let timeout = options
        .timeout
        .as_ref()
        .and_then(|(_, amount)| amount.known());
    let timeout = timeout.or(options.express.as_ref().map(|_| EXPRESS_SECONDS));
    let timeout = match timeout {
        Some(seconds) => quote!(::core::option::Option::Some(#seconds)),
        None => quote!(::core::option::Option::None),
    };
    let ItemFn {
        attrs, vis, sig, ..
    } = function;
    let block = plain::rewritten(block, lambda_retries);
    let arguments = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some(name.ident.clone()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let mut inner = sig.clone();
    inner.ident = format_ident!("__function", span = sig.ident.span());
    inner.asyncness = None;
    quote! {
        #(#attrs)*
        #[allow(clippy::needless_pass_by_value)]
        #vis #sig {
            #[allow(
                clippy::diverging_sub_expression, clippy::manual_map, clippy::manual_ok_or, clippy::manual_unwrap_or,
                clippy::manual_unwrap_or_default, clippy::needless_match, clippy::needless_return, clippy::nonminimal_bool, clippy::question_mark, clippy::unused_unit
            )]
            #inner #block
            ::stepwright::__::plain::workflow::<#name, _>(#timeout, move || __function(#(#arguments),*)).await
        }
    }
}

/// The names under which other functions call this one.
fn marker(
    kind: FunctionKind,
    function: &ItemFn,
    name: &Ident,
    signature: &Signature,
) -> TokenStream {
    let visibility = &function.vis;
    let function_name = &function.sig.ident;
    let text = crate::name::text(function_name);
    let conditions: Vec<_> = function
        .attrs
        .iter()
        .filter(|one| one.path().is_ident("cfg"))
        .collect();
    let alias = (function_name != name).then(|| {
        quote! {
            #(#conditions)*
            #[doc(hidden)]
            #[allow(non_camel_case_types, dead_code)]
            #visibility type #function_name = #name;
        }
    });
    let parameters = &signature.parameters;
    let names: Vec<_> = parameters.iter().map(|(name, _)| name).collect();
    let declared = parameters.iter().map(|(_, ty)| ty);
    let signature_types = SignatureTypes::of(declared, &signature.returns);
    let types = &signature_types.parameters;
    let (kind, run) = match (kind, parameters.as_slice()) {
        (FunctionKind::Workflow, []) => (
            "WorkflowKind",
            quote!(::stepwright::__::plain::run_workflow_without_input::<Self, _, _>(#function_name)),
        ),
        (FunctionKind::Workflow, _) => (
            "WorkflowKind",
            quote!(::stepwright::__::plain::run_workflow::<Self, _, _, _>(
                arguments, |input: #(#types)*| #function_name(input)
            )),
        ),
        (FunctionKind::Fragment, [(only, _)]) => (
            "FragmentKind",
            quote!(::stepwright::__::plain::run_fragment::<Self, _, _>(&arguments, |#only| #function_name(#only))),
        ),
        (FunctionKind::Fragment, _) => (
            "FragmentKind",
            quote!(::stepwright::__::plain::run_fragment::<Self, _, _>(&arguments, |(#(#names),*)| #function_name(#(#names),*))),
        ),
    };
    let callable = CallableType {
        visibility,
        name,
        function: (text, function_name.span()),
        checked: signature_types.outside.clone(),
        parameters: names.iter().copied().zip(types).collect(),
        outside: &signature_types.outside,
        returned: (
            SignatureTypes::returned_outside(name, &signature.returns),
            function.sig.output.span(),
        ),
        output: &signature_types.output,
        error: &signature_types.error,
        kind,
        run,
    };
    let aliases = &signature_types.aliases;
    let (methods, implementation) = (callable.methods(), callable.implementation());
    quote! {
        #alias

        #(#conditions)*
        impl #name {
            #methods
        }

        #(#conditions)*
        const _: () = {
            #aliases

            #implementation
        };
    }
}
