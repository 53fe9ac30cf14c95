//! The forms of the arms of a `match` of a result.

use super::naming::pattern_names::bound_names;
use super::source::scan::{bare, called, single_name};
use super::translator::{ArmBody, ArmCode};
use crate::machine::{cases, is_bound, is_of_prelude, own_name};
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Expr, Pat, Stmt, Type, parse_quote};

/// One case of an arm.
pub(super) enum Case<'a> {
    Ok(&'a Pat),
    Err(&'a Pat),
    /// `_`: the other errors.
    Rest(Span),
}

pub(super) fn case(pattern: &Pat) -> Option<Case<'_>> {
    match pattern {
        Pat::Wild(_) => Some(Case::Rest(pattern.span())),
        Pat::Paren(inner) => case(&inner.pat),
        Pat::TupleStruct(one) if is_of_prelude(&one.path, "Ok") => one.elems.first().map(Case::Ok),
        Pat::TupleStruct(one) if is_of_prelude(&one.path, "Err") => {
            one.elems.first().map(Case::Err)
        }
        _ => None,
    }
}

/// Whether the pattern of `Ok(..)` matches every value and can be a `let`.
pub(super) fn is_simple(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(one) => one.subpat.is_none() && one.by_ref.is_none() && is_bound(&one.ident),
        Pat::Tuple(tuple) => tuple
            .elems
            .iter()
            .all(|one| is_simple(one) && !matches!(one, Pat::Tuple(_))),
        Pat::Type(typed) => is_simple(&typed.pat),
        Pat::Paren(inner) => is_simple(&inner.pat),
        _ => false,
    }
}

/// The type of an answer, from the variants that the arms name.
pub(super) fn answer_type(arms: &[ArmBody<'_>]) -> Option<Type> {
    arms.iter()
        .flat_map(|arm| cases(&arm.pattern))
        .find_map(|pattern| {
            let Some(Case::Ok(inner)) = case(pattern) else {
                return None;
            };
            let path = match inner {
                Pat::Struct(one) => &one.path,
                Pat::TupleStruct(one) => &one.path,
                Pat::Path(one) => &one.path,
                _ => return None,
            };
            let mut path = path.clone();
            // The name of the enum is before that of the variant.
            path.segments = path
                .segments
                .iter()
                .take(path.segments.len().checked_sub(1)?)
                .cloned()
                .collect();
            (!path.segments.is_empty()).then(|| parse_quote!(#path))
        })
}

/// Whether an arm returns the result of the call: `Ok(name) => return Ok(name)`.
pub(super) fn returns_its_name(arm: &ArmBody<'_>) -> bool {
    let (ArmCode::Expr(body), Pat::TupleStruct(pattern)) = (&arm.body, &arm.pattern) else {
        return false;
    };
    let names = bound_names(&arm.pattern);
    let [name] = names.as_slice() else {
        return false;
    };
    let value = match bare(body) {
        Expr::Return(one) => one.expr.as_deref(),
        value => Some(value),
    };
    is_of_prelude(&pattern.path, "Ok")
        && pattern.elems.first().is_some_and(is_simple)
        && value.is_some_and(|value| match bare(value) {
            Expr::Call(call) => {
                called(call).is_some_and(|path| is_of_prelude(path, "Ok"))
                    && call.args.first().and_then(single_name) == Some(name)
            }
            _ => false,
        })
}

/// Whether the body only returns the error: `return Err(e)`, `Err(e.into())`.
pub(super) fn passes_on(body: &Expr, name: &Ident) -> bool {
    match bare(body) {
        Expr::Return(one) => one
            .expr
            .as_deref()
            .is_some_and(|value| passes_on(value, name)),
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [Stmt::Expr(only, _)] => passes_on(only, name),
            _ => false,
        },
        Expr::Call(call) => {
            called(call).is_some_and(|path| is_of_prelude(path, "Err"))
                && call.args.first().is_some_and(|value| is_error(value, name))
        }
        _ => false,
    }
}

/// `e` or `e.into()`
fn is_error(value: &Expr, name: &Ident) -> bool {
    match bare(value) {
        Expr::MethodCall(call) => {
            call.method == "into" && call.args.is_empty() && is_error(&call.receiver, name)
        }
        value => single_name(value).is_some_and(|found| found == name),
    }
}

/// `match never {}`
pub(super) fn is_never(body: &Expr) -> bool {
    match bare(body) {
        Expr::Match(one) => one.arms.is_empty(),
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [Stmt::Expr(only, _)] => is_never(only),
            _ => false,
        },
        _ => false,
    }
}

/// The first use of an error that does more than passing it on.
pub(super) fn inspects(body: &Expr, name: &Ident) -> Option<Span> {
    struct Uses<'n>(&'n Ident, Option<Span>);
    impl syn::visit::Visit<'_> for Uses<'_> {
        fn visit_expr_call(&mut self, call: &syn::ExprCall) {
            let is_err = called(call).is_some_and(|path| is_of_prelude(path, "Err"));
            if is_err
                && call
                    .args
                    .first()
                    .is_some_and(|value| is_error(value, self.0))
            {
                return;
            }
            syn::visit::visit_expr_call(self, call);
        }

        fn visit_expr_path(&mut self, path: &syn::ExprPath) {
            if own_name(&path.path) == Some(self.0) && path.path.segments.len() == 1 {
                self.1.get_or_insert(path.span());
            }
        }

        fn visit_macro(&mut self, mac: &syn::Macro) {
            if super::source::scan::MacroKind::of(mac) != super::source::scan::MacroKind::Log
                && let Some(span) = super::source::tokens::read_in_macro(mac, self.0)
            {
                self.1.get_or_insert(span);
            }
        }
    }
    let mut uses = Uses(name, None);
    syn::visit::Visit::visit_expr(&mut uses, body);
    uses.1
}
