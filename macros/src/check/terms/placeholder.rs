//! `placeholder!("TopicArn")`, and texts that look like placeholders.

use super::expression::Resolver;
use crate::machine::{Term, UserExpr};
use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use stepwright_asl::placeholder;
use syn::visit::{self, Visit};
use syn::{LitStr, Macro};

impl Resolver<'_> {
    /// Resolves a `placeholder!`: a text that the deployment sets.
    pub(super) fn placeholder(&mut self, call: &Macro) -> Term {
        let name = match call.parse_body::<LitStr>() {
            Ok(name) => name,
            Err(error) => {
                let message =
                    "expected the placeholder's name in quotes: `placeholder!(\"TopicArn\")`";
                return self.syntax_error(&syn::Error::new(error.span(), message));
            }
        };
        let text = name.value();
        if !placeholder::is_name(&text) {
            let plain = placeholder::whole(&text).map_or_else(
                || "a letter, then letters, digits and `_`".to_owned(),
                |plain| format!("the name alone, `placeholder!(\"{plain}\")`"),
            );
            self.refuse(
                name.span(),
                format!("`{text}` is not a name for a placeholder: write {plain}"),
            );
        }
        Term::Placeholder(text)
    }
}

/// Returns the placeholders in the texts of an expression, which a deployment does not replace,
/// with their locations.
pub(super) fn placeholders_in_texts(expression: &UserExpr) -> Vec<(Span, String)> {
    let mut found = PlaceholderTexts(Vec::new());
    found.visit_expr(&expression.syn);
    found.0
}

struct PlaceholderTexts(Vec<(Span, String)>);

impl PlaceholderTexts {
    fn text(&mut self, span: Span, text: &str) {
        if let Some(name) = placeholder::names(text).next() {
            self.0.push((span, name.to_owned()));
        }
    }

    /// Visits the texts of a `vec!` or `format!`, whose tokens syn does not parse. In a `format!`,
    /// a brace is written twice.
    fn tokens(&mut self, tokens: TokenStream, of_format: bool) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream(), of_format),
                TokenTree::Literal(literal) => self.literal(&literal, of_format),
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    fn literal(&mut self, literal: &Literal, of_format: bool) {
        let Ok(text) = syn::parse_str::<LitStr>(&literal.to_string()) else {
            return;
        };
        let text = text.value();
        let written = if of_format {
            text.replace("{{", "{").replace("}}", "}")
        } else {
            text
        };
        self.text(literal.span(), &written);
    }
}

impl Visit<'_> for PlaceholderTexts {
    fn visit_lit_str(&mut self, literal: &LitStr) {
        self.text(literal.span(), &literal.value());
    }

    fn visit_macro(&mut self, call: &Macro) {
        // The texts of other macros, such as `jsonata!`, are expressions of other languages.
        for (name, of_format) in [("format", true), ("vec", false), ("json", false)] {
            if call.path.is_ident(name) {
                self.tokens(call.tokens.clone(), of_format);
            }
        }
        visit::visit_macro(self, call);
    }
}
