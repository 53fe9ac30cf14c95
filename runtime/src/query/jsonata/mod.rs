//! JSONata: AWS's dialect over jlens, on the runtime's own values.
//!
//! An expression is compiled into one of these forms:
//!
//! | form | when | evaluated by |
//! |---|---|---|
//! | constant | a literal | nobody |
//! | selection | `$states.input.a.b`, `$order.id` | the runtime's own path; the rooted form where a step finds no object |
//! | rooted | nearly all others | jlens, with `$states` as its root: nothing is converted, and whole subtrees come back as they are |
//! | plain | what could see the root; scalar variables alone | jlens, with variables bound and no root |
//!
//! The root is an artifice: at the service there is none. `$states` is rewritten to `$$` (by
//! token, on the parsed tree) and variables are read from hidden members of the root. An
//! expression that could notice (its own `$$`, `$` at the top level, `$string()` without
//! argument there) takes the plain form, whose root stays undefined.

mod analysis;
mod arithmetic;
mod build;
mod compiled;
mod failure;
mod functions;
mod java;
mod root;
mod selection;
#[cfg(test)]
mod tests;

use jlens_core::Expression;

use crate::value::Value;

use super::{CompileError, Expected, QueryError, Scope, VariableNames};

use self::compiled::Compiled;
use self::selection::Selection;

pub(super) use self::java::Random as JavaRandom;

/// The text between `{%` and `%}`, if the string is an expression. It must begin and end with
/// the marks exactly; with anything around them it is a literal.
pub(super) fn strip(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("{%")?.strip_suffix("%}")?;
    Some(inner.trim())
}

/// The compiled JSONata expression of one field.
#[derive(Debug)]
pub(super) struct Jsonata {
    /// As errors quote it.
    source: Box<str>,
    /// The field's place in the state.
    field: Box<str>,
    expected: Expected,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Constant(Value),
    Selection(Selection, Compiled),
    Compiled(Compiled),
}

impl Jsonata {
    pub(super) fn compile(
        source: &str,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Jsonata, CompileError> {
        let refuse = |error: jlens_core::Error| {
            let (code, message) = (error.code(), error.message());
            let message =
                format!("the JSONata expression `{source}` is refused: {code}: {message}");
            CompileError::new(field, message)
        };
        let expression = Expression::compile(source).map_err(refuse)?;
        let form = if let Some(value) = selection::constant(&expression.ast().root) {
            Form::Constant(value)
        } else {
            let selection = Selection::of(&expression.ast().root, names);
            let compiled = Compiled::new(expression, names).map_err(refuse)?;
            match selection {
                Some(selection) => Form::Selection(selection, compiled),
                None => Form::Compiled(compiled),
            }
        };
        Ok(Jsonata {
            source: source.into(),
            field: field.into(),
            expected: Expected::Any,
            form,
        })
    }

    pub(super) fn expecting(mut self, expected: Expected) -> Jsonata {
        self.expected = expected;
        self
    }

    /// The value, if it is a literal of the right type.
    pub(super) fn as_constant(&self) -> Option<&Value> {
        match &self.form {
            Form::Constant(value) if self.expected.admits(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn eval(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        let value = match &self.form {
            Form::Constant(value) => value.clone(),
            Form::Selection(selection, compiled) => match selection.read(scope) {
                Some(value) => value,
                None => self.run(compiled, scope)?,
            },
            Form::Compiled(compiled) => self.run(compiled, scope)?,
        };
        if self.expected.admits(&value) {
            Ok(value)
        } else {
            Err(self.fail(&failure::unexpected_type(self.expected, &value)))
        }
    }

    fn run(&self, compiled: &Compiled, scope: &Scope<'_>) -> Result<Value, QueryError> {
        match compiled.run(scope) {
            Ok(Some(value)) => Ok(value),
            Ok(None) if compiled.is_function(scope) => Err(self.fail(failure::UNSUPPORTED)),
            Ok(None) => Err(self.fail(failure::UNDEFINED)),
            Err(error) => Err(self.fail(&failure::thrown(&error, scope.entropy))),
        }
    }

    fn fail(&self, what: &str) -> QueryError {
        let (source, field) = (&self.source, &self.field);
        let cause =
            format!("The JSONata expression '{source}' specified for the field '{field}' {what}");
        QueryError::jsonata(&**field, cause)
    }
}
