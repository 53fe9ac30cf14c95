//! `json!`: JSON whose leaves are expressions.

use super::expression::Resolver;
use crate::machine::{JsonArgument, JsonStruct, Term, json_call, own_name};
use proc_macro2::Ident;
use syn::{Expr, ExprMacro, ExprStruct};

impl Resolver<'_> {
    /// Resolves a `json!`. Returns the code for rustc as well.
    pub(super) fn json_macro(&mut self, call: &ExprMacro) -> (Term, Option<Expr>) {
        match call.mac.parse_body::<JsonArgument>() {
            Ok(argument) => {
                let mut code = argument.into_expression(&call.mac.path);
                (self.value(&mut code), Some(code))
            }
            Err(error) => (self.syntax_error(&error), None),
        }
    }

    /// Resolves the struct that replaced a `json!`. Returns the `json!` with the rewritten parts.
    pub(super) fn json(&mut self, literal: &mut ExprStruct) -> (Term, Expr) {
        self.prove_json(literal);
        let value = match JsonStruct::of(literal) {
            Some(JsonStruct::Object(entries)) => Term::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, self.value(value)))
                    .collect(),
            ),
            Some(JsonStruct::Array(items)) => {
                Term::Array(items.into_iter().map(|item| self.value(item)).collect())
            }
            Some(JsonStruct::Value(value)) => self.value(value),
            None => Term::Faulty,
        };
        self.rewriter.changed();
        (value, Expr::Verbatim(json_call(literal)))
    }

    /// Requires that a `json!` is that of `serde_json`.
    fn prove_json(&mut self, literal: &ExprStruct) {
        let segments = &literal.path.segments;
        let Some(last) = own_name(&literal.path) else {
            return;
        };
        let name = Ident::new("json", last.span());
        match segments.len() {
            1 => self.rewriter.used.called_macro(&name),
            _ if segments.iter().rev().nth(1).is_some_and(|module| {
                ["serde_json", "function", "prelude"]
                    .iter()
                    .any(|known| module.ident == known)
            }) => {}
            _ => self.refuse(
                last.span(),
                "only the `json!` of `serde_json` is known here: write `serde_json::json!`"
                    .to_owned(),
            ),
        }
    }
}
