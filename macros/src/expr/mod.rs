//! `expr!(|order: Order| order.total > 100.0)`: one expression of the language, with typed
//! parameters.
//!
//! `[checked] |..|` reads the builder's variables, by the names of their handles; `arms!` is a
//! `match` whose arms lead to states, and is also expanded here.
//!
//! It uses the same parser, checks and expansion as the expressions of `workflow!`; only the names
//! in scope differ.

mod expand;
mod parse;

use self::parse::Lambda;
use crate::check::resolve_standalone;
use crate::errors::Errors;
use crate::root::Root;
use crate::syntax::{SyntaxReader, parse};
use proc_macro2::TokenStream;

pub(crate) fn expr(input: TokenStream) -> TokenStream {
    match Root::leading(input) {
        Ok((root, input)) => root.put_into(expression(input)),
        Err(error) => error.into_compile_error(),
    }
}

fn expression(input: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let lambda = {
        let reader = SyntaxReader::new(&errors);
        let parsed = parse(input, |input| Ok(Lambda::parse(input, &reader)));
        match parsed {
            Ok(lambda) => lambda,
            Err(error) => {
                errors.syn(&error);
                None
            }
        }
    };
    let lowered = lambda.as_ref().map(|lambda| {
        let names: Vec<_> = lambda
            .parameters
            .iter()
            .map(|parameter| parameter.name.as_ref())
            .chain(lambda.captured.iter().map(Some))
            .collect();
        resolve_standalone(&lambda.body, lambda.output.as_ref(), &names, None, &errors)
    });
    let diagnostics = errors.finish();
    match (lambda, lowered) {
        (Some(lambda), Some(lowered)) => expand::expand(&lambda, &lowered, &diagnostics),
        _ => expand::nothing(&diagnostics),
    }
}

#[cfg(test)]
mod tests;
