//! Properties of an expression: whether its evaluation may fail, or differs each time.

use crate::function::source::tokens::each_ident;
use crate::machine::{Let, LetBinding};
use quote::ToTokens;
use std::collections::HashSet;
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

/// The names that a binding assigns.
pub(super) fn assigned_names(binding: &LetBinding) -> impl Iterator<Item = String> {
    binding.named().map(ToString::to_string)
}

/// Whether an assignment reads a value of an earlier one that differs at each evaluation.
pub(super) fn reads_changing_value(lets: &[Let]) -> bool {
    let mut changing = HashSet::new();
    lets.iter().any(|one| {
        let reads = names_in(&one.value.syn);
        let conflict = reads.iter().any(|name| changing.contains(name));
        if changes(&one.value.syn) {
            changing.extend(assigned_names(&one.binding));
        }
        conflict
    })
}

/// The names of variables in the code, by their form during the translation.
pub(crate) fn names_in(code: &impl ToTokens) -> HashSet<String> {
    let mut names = HashSet::new();
    each_ident(code.to_token_stream(), &mut |ident| {
        let text = ident.to_string();
        if text.contains("__") {
            names.insert(text);
        }
    });
    names
}

/// Whether an argument contains the task token, which only the state itself can read.
pub(super) fn reads_token(value: &Expr) -> bool {
    let mut found = false;
    each_ident(value.to_token_stream(), &mut |ident| {
        found |= ident == "task_token";
    });
    found
}

/// Whether each evaluation produces a different value.
pub(crate) fn changes(value: &Expr) -> bool {
    let mut found = false;
    each_ident(value.to_token_stream(), &mut |ident| {
        found |= ident == "now" || ident == "uuid";
    });
    found
}

/// Whether an expression has a value for all values of its variables, by its form alone.
pub(super) fn is_total(value: &Expr) -> bool {
    match value {
        Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Paren(inner) => is_total(&inner.expr),
        Expr::Group(inner) => is_total(&inner.expr),
        Expr::Reference(inner) => is_total(&inner.expr),
        Expr::Field(field) => is_total(&field.base),
        Expr::Unary(unary) => {
            let is_number = matches!(*unary.expr, Expr::Lit(_));
            (matches!(unary.op, syn::UnOp::Not(_)) || is_number) && is_total(&unary.expr)
        }
        Expr::Macro(one) if one.mac.path.is_ident("format") || one.mac.path.is_ident("vec") => {
            let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
            let arguments = one.mac.parse_body_with(parser);
            arguments.is_ok_and(|arguments| {
                arguments.iter().all(|argument| match argument {
                    Expr::Assign(named) => is_total(&named.right),
                    value => is_total(value),
                })
            })
        }
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_total),
        Expr::Array(array) => array.elems.iter().all(is_total),
        Expr::Struct(literal) => {
            literal.fields.iter().all(|field| is_total(&field.expr))
                && literal.rest.as_deref().is_none_or(is_total)
        }
        Expr::Call(call) => {
            let is_type = matches!(&*call.func, Expr::Path(path)
                if crate::machine::own_name(&path.path).is_some_and(|name| crate::functions::is_type(&name.to_string())));
            is_type && call.args.iter().all(is_total)
        }
        Expr::MethodCall(call) => {
            let total = [
                "clone",
                "len",
                "is_empty",
                "is_some",
                "is_none",
                "to_owned",
                "to_string",
            ];
            total.iter().any(|name| call.method == name)
                && call.args.is_empty()
                && is_total(&call.receiver)
        }
        Expr::Binary(binary) => {
            use syn::BinOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
            matches!(
                binary.op,
                And(_) | Or(_) | Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_)
            ) && is_total(&binary.left)
                && is_total(&binary.right)
        }
        _ => false,
    }
}
