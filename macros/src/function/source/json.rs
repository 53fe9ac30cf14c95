//! `json!` in a function: structs replace it, so that all passes find the calls and the names in
//! it.

use super::scan::{MacroKind, value_arguments};
use crate::machine::JsonArgument;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprMacro, Macro, Stmt};

/// Replaces each `json!` whose arguments can be parsed. The check of expressions reports the
/// others.
pub(crate) fn replace(code: &mut Block) {
    Json.visit_block_mut(code);
}

struct Json;

impl VisitMut for Json {
    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        if let Stmt::Macro(one) = statement
            && one.semi_token.is_none()
            && let Some(value) = replaced(&one.mac)
        {
            *statement = Stmt::Expr(value, None);
        }
        visit_mut::visit_stmt_mut(self, statement);
    }

    fn visit_expr_mut(&mut self, value: &mut Expr) {
        if let Expr::Macro(ExprMacro { mac, .. }) = value
            && let Some(replaced) = replaced(mac)
        {
            *value = replaced;
        }
        visit_mut::visit_expr_mut(self, value);
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let arguments = match MacroKind::of(mac) {
            MacroKind::TryJoin => mac.parse_body_with(Punctuated::parse_terminated).ok(),
            _ => value_arguments(mac),
        };
        if let Some(mut arguments) = arguments {
            for argument in &mut arguments {
                self.visit_expr_mut(argument);
            }
            mac.tokens = arguments.into_token_stream();
        }
    }
}

fn replaced(mac: &Macro) -> Option<Expr> {
    let argument = JsonArgument::of(mac)?.ok()?;
    Some(argument.into_expression(&mac.path))
}
