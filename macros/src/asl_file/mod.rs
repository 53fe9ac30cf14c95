//! `asl_file!`: a definition in a file, validated while the crate compiles, with its tasks bound to
//! functions.

mod definition;
mod expand;
mod parse;
#[cfg(test)]
mod tests;

use crate::errors::{CompileError, Errors};
use crate::root::Root;
use definition::DefinitionFile;
use parse::{BoundTaskCall, Workflow};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};

pub(crate) fn asl_file(input: TokenStream) -> TokenStream {
    match Root::leading(input) {
        Ok((root, input)) => root.put_into(expanded(input)),
        Err(error) => error.into_compile_error(),
    }
}

fn expanded(input: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let call = (|input: ParseStream| BoundTaskCall::parse(input)).parse2(input);
    let code = match call {
        Ok(BoundTaskCall::Definition(file)) => {
            let source = DefinitionFile::read(&file, false, &errors);
            // It has any type, so that a mistake causes only one error.
            let made = source.map_or_else(|| quote!(loop {}), |source| expand::definition(&source));
            let diagnostics = errors.finish();
            let diagnostics = diagnostics
                .iter()
                .map(crate::errors::CompileError::expression);
            // An expression, which contains its errors.
            return quote!({ #(#diagnostics;)* #made });
        }
        Ok(BoundTaskCall::Workflow(workflow)) => bound(&workflow, &errors),
        Err(error) => {
            errors.syn(&error);
            TokenStream::new()
        }
    };
    let mut tokens = TokenStream::new();
    for diagnostic in &errors.finish() {
        diagnostic.item().to_tokens(&mut tokens);
    }
    quote!(#tokens #code)
}

/// The code of a workflow; if its file is missing or invalid, a stub that still defines its names.
fn bound(workflow: &Workflow, errors: &Errors) -> TokenStream {
    let source = DefinitionFile::read(&workflow.file, workflow.express, errors);
    let bindings = source
        .as_ref()
        .map(|source| source.bindings(&workflow.bindings, errors));
    expand::workflow(workflow, source.as_ref(), &bindings.unwrap_or_default())
}
