//! The user's expressions, verbatim except for code that rustc would reject.

use super::TypeBlock;
use crate::check::literal_type;
use crate::machine::UserExpr;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprMacro, Macro};

impl TypeBlock<'_> {
    /// A user's expression, verbatim; any value for a faulty one.
    pub(super) fn expression(&self, expression: &UserExpr) -> TokenStream {
        if self.machine.faulty[expression.id] {
            return quote!(__s::any());
        }
        match &self.machine.rewritten[expression.id] {
            Some(rewritten) => {
                self.seen.borrow_mut().see_in(rewritten.witnesses.clone());
                rewritten.code.to_token_stream()
            }
            None => expression.syn.to_token_stream(),
        }
    }

    /// An expression with an expected type, so that a literal such as `path!("..")` needs no type.
    pub(super) fn expression_of(&self, expression: &UserExpr, ty: &TokenStream) -> TokenStream {
        match &expression.syn {
            Expr::Macro(ExprMacro { mac, .. })
                if is_literal(mac) && literal_type(mac).is_none() =>
            {
                quote_spanned!(mac.path.span()=> __s::any::<#ty>())
            }
            _ => self.expression(expression),
        }
    }
}

/// Whether it is `jsonata!(..)`, `path!(..)` or `intrinsic!(..)`.
fn is_literal(mac: &Macro) -> bool {
    ["jsonata", "path", "intrinsic"]
        .iter()
        .any(|name| mac.path.is_ident(name))
}
