//! The texts of `jsonata!`, and the names that they read.

use super::expression::Lowering;
use crate::expr::{Expr, Text};
use crate::flow::each_state;
use crate::lower::code::Code;
use crate::lower::env::OuterValue;
use crate::lower::syntax::Syntax;
use crate::lower::syntax::names::is_function;
use crate::lower::syntax::print::print;
use crate::shape::Shape;
use stepwright_asl::jsonata::Expression;
use stepwright_asl::similar::did_you_mean;

impl Lowering<'_, '_> {
    /// A user's text. Names that are no variables in the ASL, such as the parameter's, are bound
    /// before the text.
    pub(super) fn with_names(&mut self, literal: &Expr, text: &Text) -> Code {
        let emitted = self.env.scopes.emitted_text(literal);
        let mut emitted = emitted.unwrap_or_else(|| text.clone());
        let Ok(expression) = Expression::parse(text) else {
            return Code::new(Syntax::Raw(emitted), Shape::Any);
        };
        let mut bound = String::new();
        for name in expression.variables() {
            if name == "states" || is_function(name) || self.is_emitted(name) {
                continue;
            }
            match self.named(name) {
                Some(value) => {
                    let value = self.present(value);
                    bound += &format!("${name} := {}; ", print(&value.syntax));
                }
                None => self.report_name(name, text),
            }
        }
        if !bound.is_empty() {
            emitted = format!("({bound}{emitted})").into();
        }
        Code::new(Syntax::Raw(emitted), Shape::Any)
    }

    /// Whether a name is a variable of the ASL here.
    fn is_emitted(&self, name: &str) -> bool {
        let is_variable = |found: Option<(OuterValue, Shape)>| {
            matches!(found, Some((OuterValue::Here | OuterValue::Assigned, _)))
        };
        is_variable(self.env.variable(name)) || is_variable(self.env.item(name))
    }

    /// The value of a name that is no variable of the ASL.
    fn named(&mut self, name: &str) -> Option<Code> {
        let name = Text::Owned(name.to_owned());
        let local = self.env.locals.iter().rev();
        if let Some((_, code)) = local.into_iter().find(|(local, _)| *local == name) {
            return Some(code.clone());
        }
        if self.env.variable(&name).is_some() {
            return Some(self.code(&Expr::variable(name)));
        }
        if self.env.item(&name).is_some() {
            return Some(self.code(&Expr::item(name)));
        }
        let parameter = self.env.flow.parameter.as_ref();
        parameter.filter(|(parameter, _)| *parameter == name)?;
        Some(self.code(&Expr::parameter()))
    }

    fn report_name(&mut self, name: &str, text: &str) {
        // The validator checks the names of a definition whose raw fields assign variables.
        let mut assigns = false;
        each_state(&self.env.flow.states, &mut |state| {
            assigns |= state.raw.iter().any(|(key, _)| key == "Assign");
        });
        if assigns {
            return;
        }
        let levels = self.env.levels.iter().rev();
        let mut known: Vec<String> = levels.flat_map(|level| level.scope.names()).collect();
        let parameter = self.env.flow.parameter.iter();
        known.extend(parameter.map(|(name, _)| name.to_string()));
        let close = did_you_mean(name, known.iter().map(String::as_str));
        let close = close.map(|close| format!(", {close}")).unwrap_or_default();
        self.report.fault(format!(
            "no value `{name}` is in scope here{close}: `jsonata!(\"{text}\")`; assign it with `let` in an earlier state"
        ));
    }
}
