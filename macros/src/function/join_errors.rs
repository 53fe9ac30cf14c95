//! The error type of `try_join!` in a plain run: how the branches determine it.

use super::source::call_chain::CallChain;
use super::source::scan::{MacroKind, bare, called, is_result};
use crate::functions::is_task;
use crate::machine::{is_of_prelude, own_name};
use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprAsync, ExprCall, ExprClosure, ExprReturn, ExprTry, GenericArgument, Macro,
    Path, PathArguments, Stmt, Token, Type,
};

/// Whether a call is a `try_join!` whose calls determine the error type.
pub(super) fn joins_by_type(awaited: &Expr) -> bool {
    let Expr::Await(one) = bare(awaited) else {
        return false;
    };
    let Expr::Macro(one) = CallChain::of(&one.base).base else {
        return false;
    };
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    MacroKind::of(&one.mac) == MacroKind::TryJoin
        && one
            .mac
            .parse_body_with(parser)
            .is_ok_and(|branches| !branches.iter().any(names_error))
}

/// Whether the code of a branch contains `Err(..)` or another `try_join!`, which determine its
/// error type.
pub(super) fn names_error(branch: &Expr) -> bool {
    #[derive(Default)]
    struct Errors(bool);
    impl Visit<'_> for Errors {
        fn visit_expr_call(&mut self, call: &ExprCall) {
            self.0 |= is_result(call) && !is_ok(call);
            visit::visit_expr_call(self, call);
        }

        fn visit_macro(&mut self, mac: &Macro) {
            self.0 |= MacroKind::of(mac) == MacroKind::TryJoin;
        }
    }
    let mut errors = Errors::default();
    errors.visit_expr(branch);
    errors.0
}

/// Whether a branch is a block that returns `Ok(..)` everywhere. The type of `Ok(value)` has any
/// error, unlike that of `Ok::<_, E>(value)`.
pub(super) fn returns_only_ok(branch: &Expr) -> bool {
    let Expr::Async(block) = bare(branch) else {
        return false;
    };
    struct Returns(bool);
    impl Visit<'_> for Returns {
        fn visit_expr_return(&mut self, one: &ExprReturn) {
            self.0 &= one.expr.as_deref().is_some_and(ends_with_ok);
        }
        fn visit_expr_closure(&mut self, _: &ExprClosure) {}
        fn visit_expr_async(&mut self, _: &ExprAsync) {}
    }
    let mut returns = Returns(true);
    returns.visit_block(&block.block);
    returns.0 && block_ends_with_ok(&block.block)
}

fn block_ends_with_ok(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(value, None)) => ends_with_ok(value),
        // The end is not reached, and the `return` counts.
        Some(Stmt::Expr(Expr::Return(_), Some(_))) => true,
        _ => false,
    }
}

/// Whether an expression is `Ok(..)` in each of its branches.
fn ends_with_ok(value: &Expr) -> bool {
    match bare(value) {
        Expr::Call(call) => is_ok(call) && !has_error_type(call),
        Expr::Block(block) => block_ends_with_ok(&block.block),
        Expr::If(one) => {
            let other = one.else_branch.as_ref().map(|(_, other)| &**other);
            block_ends_with_ok(&one.then_branch) && other.is_some_and(ends_with_ok)
        }
        Expr::Match(one) => one.arms.iter().all(|arm| ends_with_ok(&arm.body)),
        Expr::Return(_) => true,
        _ => false,
    }
}

fn is_ok(call: &ExprCall) -> bool {
    called(call).is_some_and(|path| is_of_prelude(path, "Ok"))
}

/// Whether it is `Ok::<_, E>(..)`.
fn has_error_type(call: &ExprCall) -> bool {
    let last = called(call).and_then(|path| path.segments.last());
    match last.map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(types)) => types
            .args
            .get(1)
            .is_some_and(|error| !matches!(error, GenericArgument::Type(Type::Infer(_)))),
        _ => false,
    }
}

/// The type of the first error that a block passes on with `?`.
pub(super) fn passed_error(branch: &Expr) -> Option<TokenStream> {
    #[derive(Default)]
    struct Questions(Option<TokenStream>);
    impl Visit<'_> for Questions {
        fn visit_expr_try(&mut self, one: &ExprTry) {
            if self.0.is_none()
                && let Expr::Await(awaited) = bare(&one.expr)
            {
                self.0 = error_of(&awaited.base);
            }
            visit::visit_expr_try(self, one);
        }
        fn visit_expr_closure(&mut self, _: &ExprClosure) {}
        fn visit_expr_async(&mut self, _: &ExprAsync) {}
    }
    let mut questions = Questions::default();
    match bare(branch) {
        Expr::Async(block) => questions.visit_block(&block.block),
        Expr::Block(block) => questions.visit_block(&block.block),
        _ => {}
    }
    questions.0
}

/// The error type of a call.
fn error_of(call: &Expr) -> Option<TokenStream> {
    let chain = CallChain::of(call);
    let Expr::Call(call) = chain.base else {
        return None;
    };
    let path = called(call)?;
    let name = own_name(path)?.to_string();
    let error = match (name.as_str(), call.args.len()) {
        ("map" | "map_distributed", 2) => match bare(&call.args[1]) {
            Expr::Path(function) => error_of_task(&function.path),
            Expr::Closure(closure) => error_of_body(&closure.body)?,
            _ => return None,
        },
        ("sleep" | "sleep_until" | "service", _) => return None,
        _ if is_task(path) => error_of_task(path),
        _ => return None,
    };
    let has_timeout = chain.options.iter().any(|(option, _)| *option == "timeout");
    Some(if has_timeout {
        quote_spanned!(path.span()=> ::stepwright::function::Failed<#error>)
    } else {
        error
    })
}

fn error_of_task(path: &Path) -> TokenStream {
    quote_spanned!(path.span()=> <#path as ::stepwright::__::CallOutcome>::Error)
}

/// The error type of a closure of `map`.
fn error_of_body(body: &Expr) -> Option<TokenStream> {
    match bare(body) {
        Expr::Await(one) => error_of(&one.base),
        Expr::Block(block) => passed_error(body).or_else(|| match block.block.stmts.last() {
            Some(Stmt::Expr(last, None)) => error_of_body(last),
            _ => None,
        }),
        _ => None,
    }
}
