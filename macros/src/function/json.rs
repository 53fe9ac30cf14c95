//! `json!` in a function: structs replace it, so that all passes find the calls and the names in
//! it.

use crate::machine::JsonArgument;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprMacro, Macro, Stmt};

/// Replaces each `json!` whose arguments can be parsed. The check of expressions reports the
/// others.
pub(super) fn replace(code: &mut Block) {
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
}

fn replaced(mac: &Macro) -> Option<Expr> {
    let argument = JsonArgument::of(mac)?.ok()?;
    Some(argument.into_expression(&mac.path))
}
