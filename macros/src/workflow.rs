//! Expands the input of `workflow!`: parses the graph, checks it, writes it.

use crate::errors::{CompileError, Errors};
use crate::machine::Machine;
use crate::root::Root;
use crate::syntax::{SyntaxReader, WorkflowSource, parse};
use crate::{check, editor, expand};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

pub(crate) fn workflow(input: TokenStream) -> TokenStream {
    match Root::leading(input) {
        Ok((root, input)) => root.put_into(declared(input)),
        Err(error) => error.into_compile_error(),
    }
}

fn declared(input: TokenStream) -> TokenStream {
    let in_editor = editor::is_here();
    let input = if in_editor {
        editor::complete(input)
    } else {
        input
    };
    let errors = Errors::new();
    let source = {
        let reader = SyntaxReader::new(&errors);
        let parsed = parse(input, |input| WorkflowSource::parse(input, &reader));
        parsed.unwrap_or_else(|error| {
            errors.syn(&error);
            WorkflowSource::default()
        })
    };
    let machines: Vec<_> = source
        .workflows
        .into_iter()
        .map(|(workflow, body)| {
            let mut machine = Machine::new(workflow, body, source.expressions);
            check::check(&mut machine, &errors);
            machine
        })
        .collect();
    let mut diagnostics = errors.finish();
    if in_editor {
        // The user is about to write it.
        diagnostics.retain(|diagnostic| !diagnostic.message.contains(editor::MISSING));
    }
    let mut tokens = TokenStream::new();
    for machine in &machines {
        expand::checked(machine, &diagnostics).to_tokens(&mut tokens);
    }
    for diagnostic in &diagnostics {
        diagnostic.item().to_tokens(&mut tokens);
    }
    for machine in &machines {
        expand::declared(machine, &diagnostics).to_tokens(&mut tokens);
    }
    quote!(#tokens)
}

#[cfg(test)]
mod mutations;
#[cfg(test)]
mod tests;
