//! `#[expression]`: a function whose body is part of the expressions that call it.
//!
//! The function stays as it is: a plain run and tests call it. Next to it is a type with the same
//! name, which implements `ExpressionFunction`: its `inlined` creates the tree of the body, with
//! the arguments as values of the parameters. The macro of a workflow sees only a path; the type
//! gives it the body.

mod expand;
mod returns;
mod signature;

use crate::attributes::{AttributeSite, refuse_ignored};
use crate::check::resolve_standalone;
use crate::errors::Errors;
use crate::machine::{Term, UserExpr};
use crate::method::is_method;
use crate::root::Root;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::visit::{self, Visit};
use syn::{ExprCall, ExprPath, Ident, ItemFn, Token};

/// Returns the function and the type with its body, or the errors.
pub(crate) fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let root = match root.parse2(arguments) {
        Ok(root) => root,
        Err(error) => return with_error(&item, &error),
    };
    match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => root.put_into(expanded(&function)),
        Err(error) => {
            let mut tokens = item.clone().into_iter();
            let is_function =
                tokens.any(|token| matches!(&token, TokenTree::Ident(name) if name == "fn"));
            let error = if is_function {
                error
            } else {
                syn::Error::new(
                    error.span(),
                    "`#[expression]` belongs to a function, such as `fn total(order: &Order) -> i64 { .. }`",
                )
            };
            with_error(&item, &error)
        }
    }
}

/// `crate = name`, or nothing.
fn root(input: ParseStream) -> syn::Result<Root> {
    if input.is_empty() {
        return Ok(Root::default());
    }
    if !input.peek(Token![crate]) {
        return Err(input.error("`#[expression]` takes no option except `crate = name`"));
    }
    input.parse::<Token![crate]>()?;
    Root::value(input)
}

fn with_error(item: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#item const _: () = { #error };)
}

fn expanded(function: &ItemFn) -> TokenStream {
    let errors = Errors::new();
    let signature = signature::read(function, &errors);
    let is_method = is_method(&function.vis, &function.sig);
    if is_method && function.sig.receiver().is_none() {
        errors.on(
            &function.sig.ident,
            "a function with `#[expression]` is a free function: write it outside of the `impl`",
        );
    }
    if is_method || function.sig.receiver().is_some() {
        // A method is in an `impl`, where the other items cannot be.
        return expand::stub(function, &errors.finish());
    }
    refuse_ignored(
        function.block.to_token_stream(),
        AttributeSite::ExpressionFunction,
        &errors,
    );
    refuse_recursion(function, &errors);
    let body = UserExpr {
        id: 0,
        syn: returns::value_of(function, &errors),
    };
    let names: Vec<Option<&Ident>> = signature.parameters.iter().map(|one| one.name).collect();
    let lowered = (errors.count() == 0).then(|| {
        let name = &function.sig.ident;
        let lowered = resolve_standalone(
            &body,
            signature.output.as_ref(),
            &names,
            Some(name),
            &errors,
        );
        refuse_impure(&lowered.value, function, &errors);
        lowered
    });
    let diagnostics = errors.finish();
    let valid = lowered.filter(|_| diagnostics.is_empty());
    expand::expand(
        function,
        &signature,
        &body.syn,
        valid.as_ref(),
        &diagnostics,
    )
}

/// Refuses a call of the function itself. `ExpressionFunction::inlined` reports a cycle of several
/// functions.
fn refuse_recursion(function: &ItemFn, errors: &Errors) {
    struct Calls<'f>(&'f Ident, &'f Errors);
    impl Visit<'_> for Calls<'_> {
        fn visit_expr_call(&mut self, call: &ExprCall) {
            if let syn::Expr::Path(ExprPath { path, .. }) = &*call.func
                && path.is_ident(self.0)
            {
                self.1.on(
                    path,
                    format!(
                        "`{0}` calls itself, and its body is inlined where it is called: use `map`, `fold` or another method of iterators, or make `{0}` a task",
                        self.0
                    ),
                );
            }
            visit::visit_expr_call(self, call);
        }
    }
    Calls(&function.sig.ident, errors).visit_block(&function.block);
}

/// Refuses a value that is not determined by the arguments.
fn refuse_impure(value: &Term, function: &ItemFn, errors: &Errors) {
    value.walk(&mut |part| {
        match part {
            Term::Library(path, _)
                if crate::functions::library(path).is_some_and(|library| library.changes) =>
            {
                errors.on(
                    path,
                    format!(
                        "`{}` returns the same value for the same arguments: pass the value of this function as an argument",
                        function.sig.ident
                    ),
                );
            }
            Term::Raw(kind, ..) => errors.at(
                function.sig.ident.span(),
                format!("`{kind}!` reads the state in which it is evaluated, so it cannot be in a function with `#[expression]`: write it where the function is called"),
            ),
            _ => {}
        };
    });
}
