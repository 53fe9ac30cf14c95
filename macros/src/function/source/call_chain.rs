//! A call and the options after it.

use super::scan::OPTIONS;
use proc_macro2::Ident;
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

/// A call without its options, and the options with their arguments, in the order of the source.
pub(crate) struct CallChain<'a> {
    pub(crate) base: &'a Expr,
    pub(crate) options: Vec<(&'a Ident, &'a Punctuated<Expr, Token![,]>)>,
}

impl<'a> CallChain<'a> {
    pub(crate) fn of(mut value: &'a Expr) -> CallChain<'a> {
        let mut options = Vec::new();
        loop {
            match value {
                Expr::Paren(inner) => value = &inner.expr,
                Expr::Group(inner) => value = &inner.expr,
                Expr::MethodCall(call) if OPTIONS.iter().any(|name| call.method == name) => {
                    options.push((&call.method, &call.args));
                    value = &call.receiver;
                }
                base => {
                    options.reverse();
                    return CallChain { base, options };
                }
            }
        }
    }
}
