//! The variables that `templatefile` passes to a file.

use hcl_edit::expr::{Expression, FuncCall};
use serde_json::Value;

use super::constants::Constants;
use super::text::DefinitionText;
use super::{Module, is_call, local};
use crate::json::Document;

/// Maximum number of locals and calls of `merge` on the way to a variable.
const MOST_STEPS: usize = 32;

/// The variables that `templatefile` passes to a file, as far as they are known.
#[derive(Debug, Clone, Default)]
pub struct TemplateArguments {
    constants: Vec<(String, Value)>,
    /// The constants, and the values that the defaults of variables decide.
    with_defaults: Vec<(String, Value)>,
    /// Each variable as a text, with placeholders for what Terraform computes.
    texts: Vec<(String, String)>,
}

impl TemplateArguments {
    /// The variables in the last argument of a call, which is in a file of the module.
    pub(super) fn of(module: &Module, file: usize, call: &FuncCall) -> Self {
        let mut arguments = Self::default();
        if let Some(variables) = call.args.iter().nth(1) {
            arguments.read(module, file, variables, 0);
        }
        arguments
    }

    /// Adds the members of an object, of which the last one with a name counts.
    pub(super) fn read(
        &mut self,
        module: &Module,
        file: usize,
        variables: &Expression,
        steps: usize,
    ) {
        if steps > MOST_STEPS {
            return;
        }
        match variables {
            Expression::Parenthesis(inner) => self.read(module, file, inner.inner(), steps + 1),
            Expression::FuncCall(call) if is_call(call, "merge") => {
                for argument in call.args.iter() {
                    self.read(module, file, argument, steps + 1);
                }
            }
            Expression::Object(object) => {
                for (key, member) in object.iter() {
                    if let Some((name, _)) = super::name_of(key) {
                        self.add(module, file, &name, member.expr());
                    }
                }
            }
            other => {
                if let Some((file, value)) = local(module, other) {
                    self.read(module, file, value, steps + 1);
                }
            }
        }
    }

    fn add(&mut self, module: &Module, file: usize, name: &str, value: &Expression) {
        let constants = Constants::of_module(module, false);
        let with_defaults = Constants::of_module(module, true);
        for (list, constants) in [
            (&mut self.constants, &constants),
            (&mut self.with_defaults, &with_defaults),
        ] {
            list.retain(|(known, _)| known != name);
            list.extend(constants.value(value).map(|value| (name.to_owned(), value)));
        }
        self.texts.retain(|(known, _)| known != name);
        let text = module.files.get(file).and_then(|file| {
            let text = DefinitionText::of_value(&file.text, value, &constants)?;
            let document = Document::parse_with_placeholders(&text.text).ok()?;
            document.json().as_str().map(str::to_owned)
        });
        self.texts.extend(text.map(|text| (name.to_owned(), text)));
    }

    /// Whether the text of a file does not depend on the known variables.
    pub fn is_empty(&self) -> bool {
        self.with_defaults.is_empty()
    }

    /// Each variable as a text, with placeholders for what Terraform computes:
    /// `${aws_lambda_function.charge.arn}`.
    pub fn texts(&self) -> &[(String, String)] {
        &self.texts
    }

    pub(super) fn values(&self, uses_defaults: bool) -> &[(String, Value)] {
        if uses_defaults {
            &self.with_defaults
        } else {
            &self.constants
        }
    }
}
