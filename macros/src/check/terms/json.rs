//! `json!`: JSON whose leaves are expressions.

use super::expression::Resolver;
use crate::machine::{JsonArgument, JsonStruct, Term, json_call, own_name};
use proc_macro2::Ident;
use stepwright_asl::front_end::callable::JSON_PART;
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
                    .map(|(key, value)| (key, self.json_part(value)))
                    .collect(),
            ),
            Some(JsonStruct::Array(items)) => {
                let items = items.into_iter().map(|item| self.json_part(item));
                Term::Array(items.collect())
            }
            Some(JsonStruct::Value(value)) => self.json_part(value),
            None => Term::Faulty,
        };
        self.rewriter.changed();
        (value, Expr::Verbatim(json_call(literal)))
    }

    /// A value in a `json!`. `json!` of Rust serializes it, so the lowering writes its parts as
    /// serde does: the receiver of a `Value` would see another spelling of a time.
    fn json_part(&mut self, value: &mut Expr) -> Term {
        let is_json = match value {
            Expr::Struct(literal) => JsonStruct::of(literal).is_some(),
            _ => false,
        };
        match self.value(value) {
            part if is_json => part,
            part @ (Term::Literal(_) | Term::Format(_) | Term::None | Term::Faulty) => part,
            part => Term::Function(JSON_PART.to_owned(), vec![part]),
        }
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
