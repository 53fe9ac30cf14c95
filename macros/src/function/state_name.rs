//! The names of states that the function does not name: they follow from the code of that state alone, so that edits elsewhere do not change them.

use super::graph::StateName;
use super::name_attributes::NumberedName;
use crate::machine::own_name;
use crate::name::{pascal, text};
use proc_macro2::Span;
use syn::{Expr, LitStr, Pat};

impl StateName {
    /// A name that follows from the code.
    pub(super) fn derived(text: impl Into<String>, span: Span) -> StateName {
        StateName {
            text: text.into(),
            span,
            is_explicit: false,
            is_call: false,
            attribute: None,
        }
    }

    /// The name of a call, which `.named("..")` replaces.
    pub(super) fn of_call(text: impl Into<String>, span: Span) -> StateName {
        StateName {
            is_call: true,
            ..StateName::derived(text, span)
        }
    }

    /// The name in `#[state(Name)]`.
    pub(super) fn explicit(name: &NumberedName) -> StateName {
        StateName {
            is_explicit: true,
            attribute: name.number,
            ..StateName::derived(text(&name.name), name.name.span())
        }
    }

    /// The name in `.named("Name")`.
    pub(super) fn of_option(name: &LitStr) -> StateName {
        StateName {
            is_explicit: true,
            ..StateName::of_call(name.value(), name.span())
        }
    }
}

/// `ChargeCard` as `charge_card`.
pub(super) fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// The subject of an expression in PascalCase: the field, variable or function that it begins with.
pub(super) fn subject(value: &Expr) -> String {
    let text = match value {
        Expr::Path(path) => own_name(&path.path).map(text),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(text(name)),
            syn::Member::Unnamed(_) => return subject(&field.base),
        },
        Expr::Binary(binary) => match &*binary.left {
            Expr::Lit(_) => return subject(&binary.right),
            left => return subject(left),
        },
        Expr::Unary(unary) => return subject(&unary.expr),
        Expr::Paren(inner) => return subject(&inner.expr),
        Expr::Group(inner) => return subject(&inner.expr),
        Expr::Reference(inner) => return subject(&inner.expr),
        Expr::MethodCall(call) => return subject(&call.receiver),
        Expr::Index(index) => return subject(&index.expr),
        Expr::Cast(cast) => return subject(&cast.expr),
        Expr::Await(one) => return subject(&one.base),
        Expr::Try(one) => return subject(&one.expr),
        Expr::Let(one) => return subject(&one.expr),
        Expr::Call(call) => match super::scan::called(call) {
            Some(path) if path.segments.len() == 1 && path.is_ident("Some") => {
                return call.args.first().map_or_else(String::new, subject);
            }
            Some(path) => own_name(path).map(text),
            None => None,
        },
        Expr::Tuple(tuple) => return tuple.elems.first().map_or_else(String::new, subject),
        Expr::Macro(one) => own_name(&one.mac.path).map(text),
        _ => None,
    };
    pascal(&text.unwrap_or_default())
}

/// The first name of a pattern in PascalCase.
pub(super) fn pattern_subject(pattern: &Pat) -> String {
    super::names::bound_names(pattern)
        .first()
        .map(|name| pascal(&text(name)))
        .unwrap_or_default()
}
