//! Calls of intrinsic functions, with their arguments.

use std::borrow::Cow;

use stepwright_asl::intrinsic::{Argument as Syntax, Function, IntrinsicCall as CallSyntax};

use crate::query::path::{MissingValue, PathExpr};
use crate::query::{CompileError, Scope, VariableNames};
use crate::value::Value;

use super::format::Template;
use super::functions;
use super::outcome::{MAX_LENGTH, Outcome};

#[derive(Debug)]
pub(super) struct Call {
    function: Function,
    arguments: Box<[Argument]>,
}

#[derive(Debug)]
enum Argument {
    Const(Value),
    /// The literal template of `States.Format`.
    Template(Template),
    Path(PathExpr),
    Call(Call),
}

impl Call {
    pub(super) fn compile(
        call: &CallSyntax,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Call, CompileError> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for (index, argument) in call.arguments.iter().enumerate() {
            arguments.push(match argument {
                Syntax::Call(inner) => Argument::Call(Call::compile(inner, field, names)?),
                Syntax::Path(path) => Argument::Path(PathExpr::of(path, field, names)?),
                Syntax::String(literal) if call.function == Function::Format && index == 0 => {
                    Argument::Template(Template::literal(literal))
                }
                Syntax::String(literal) => Argument::Const(Value::from(&literal.value)),
                Syntax::Number(number) => Argument::Const(Value::from(number)),
                Syntax::Bool(flag) => Argument::Const(Value::Bool(*flag)),
                Syntax::Null => Argument::Const(Value::Null),
            });
        }
        Ok(Call {
            function: call.function,
            arguments: arguments.into(),
        })
    }

    pub(super) fn eval(&self, scope: &Scope<'_>) -> Outcome {
        // Most calls have so few arguments that no list must be allocated.
        match &*self.arguments {
            [a] => self.apply(&[a.eval(scope)?], scope),
            [a, b] => self.apply(&[a.eval(scope)?, b.eval(scope)?], scope),
            [a, b, c] => self.apply(&[a.eval(scope)?, b.eval(scope)?, c.eval(scope)?], scope),
            arguments => {
                let arguments = arguments.iter().map(|argument| argument.eval(scope));
                self.apply(&arguments.collect::<Result<Vec<_>, _>>()?, scope)
            }
        }
    }

    fn apply(&self, arguments: &[Cow<'_, Value>], scope: &Scope<'_>) -> Outcome {
        let template = match self.arguments.first() {
            Some(Argument::Template(template)) => Some(template),
            _ => None,
        };
        let value = functions::call(self.function, arguments, template, scope.entropy)?;
        if !value.is_number() && value.json_len() > MAX_LENGTH {
            return Err("The result is too large.".to_owned());
        }
        Ok(value)
    }
}

/// Returns the message for an argument without a value.
fn failure(path: &PathExpr, missing: &MissingValue<'_>) -> String {
    let text = path.text();
    if let Some(error) = missing.refused(text) {
        return error.cause;
    }
    if missing.is_index_into_no_array() {
        return missing.message();
    }
    let input = missing.searched();
    format!(
        "The JsonPath argument for the field '{text}' could not be found in the input '{input}'"
    )
}

impl Argument {
    fn eval<'s>(&'s self, scope: &Scope<'s>) -> Result<Cow<'s, Value>, String> {
        match self {
            Argument::Const(value) => Ok(Cow::Borrowed(value)),
            Argument::Template(_) => Ok(Cow::Owned(Value::Null)),
            Argument::Call(call) => call.eval(scope).map(Cow::Owned),
            Argument::Path(path) => match path.reach(scope) {
                Some(value) => Ok(Cow::Borrowed(value)),
                None => path.find(scope).map_err(|missing| failure(path, &missing)),
            },
        }
    }
}
