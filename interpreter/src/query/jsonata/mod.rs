//! JSONata: AWS's dialect over jlens, on the interpreter's own values.
//!
//! An expression is compiled into one of these forms:
//!
//! | form | when | evaluated by |
//! |---|---|---|
//! | constant | a literal | not evaluated |
//! | parse | `$parse($states.input.a)` | the interpreter's own reader, which keeps integers exact |
//! | selection | `$states.input.a.b`, `$order.id`, `$states.result[0]` | the interpreter's own path; the rooted form where a step finds nothing |
//! | native | paths, literals, operators, conditions, constructors and a few functions | the interpreter ([`native`]); the rooted form where an operand asks for more |
//! | rooted | nearly all others | jlens, with `$states` as its root: nothing is converted, and whole subtrees come back as they are |
//! | plain | what could see the root; scalar variables alone | jlens, with variables bound and no root |
//!
//! The service has no root; here the root replaces the binding of `$states`. `$states` is rewritten
//! to `$$` (by token, on the parsed tree), and variables are read from hidden members of the root.
//! An expression whose result may depend on the root (it contains `$$`, `$` at the top level, or
//! `$string()` without an argument there) takes the plain form, whose root stays undefined.

mod analysis;
mod arithmetic;
#[cfg(test)]
mod budget_tests;
mod build;
mod compiled;
mod failure;
mod functions;
mod limits;
mod native;
mod prototype;
mod rewrite;
mod root;
mod selection;
#[cfg(test)]
mod syntax_tests;
#[cfg(test)]
mod tests;
mod texts;
#[cfg(test)]
mod texts_tests;
mod variable;

use stepwright_asl::jsonata::Expression;

use self::compiled::CompiledExpression;
use self::native::Native;
use self::selection::Selection;
use super::{CompileError, Expected, QueryError, Scope, VariableNames};
use crate::value::Value;

/// The compiled JSONata expression of one field.
#[derive(Debug)]
pub(super) struct Jsonata {
    /// The text for errors.
    source: Box<str>,
    /// The field's path in the state.
    field: Box<str>,
    expected: Expected,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Constant(Value),
    Selection(Selection, CompiledExpression),
    /// `$parse` of a selection.
    Parse(Selection, CompiledExpression),
    Native(Native, CompiledExpression),
    Compiled(CompiledExpression),
}

impl Jsonata {
    pub(super) fn compile(
        source: &str,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Jsonata, CompileError> {
        let expression = Expression::parse(source).map_err(|error| {
            let message = format!(
                "the JSONata expression `{}` is refused: {error}",
                source.trim()
            );
            CompileError::new(field, message)
        })?;
        let compiled = compiled::evaluator(&expression)
            .map_err(|error| CompileError::new(field, error.to_string()))?;
        let root = &compiled.ast().root;
        let form = if let Some(value) = selection::constant(root) {
            Form::Constant(value)
        } else if let Some(selection) = Selection::of(root, names) {
            Form::Selection(
                selection,
                CompiledExpression::new(&expression, &compiled, names),
            )
        } else if let Some(selection) = Selection::parsed(root, names) {
            Form::Parse(
                selection,
                CompiledExpression::new(&expression, &compiled, names),
            )
        } else {
            let evaluator = CompiledExpression::new(&expression, &compiled, names);
            match Native::of(root, names).filter(|_| evaluator.is_rooted()) {
                Some(native) => Form::Native(native, evaluator),
                None => Form::Compiled(evaluator),
            }
        };
        Ok(Jsonata {
            source: expression.source().into(),
            field: field.into(),
            expected: Expected::Any,
            form,
        })
    }

    pub(super) fn expecting(mut self, expected: Expected) -> Jsonata {
        self.expected = expected;
        self
    }

    /// Returns the value, if it is a literal of the right type.
    pub(super) fn as_constant(&self) -> Option<&Value> {
        match &self.form {
            Form::Constant(value) if self.expected.admits(value) => Some(value),
            _ => None,
        }
    }

    /// Returns whether it mentions a function that returns the time.
    pub(super) fn reads_clock(&self) -> bool {
        self.compiled().is_some_and(CompiledExpression::reads_clock)
    }

    /// Returns whether it mentions a function that draws random numbers.
    pub(super) fn draws(&self) -> bool {
        self.compiled().is_some_and(CompiledExpression::draws)
    }

    /// Returns the form for the evaluator; constants have none.
    fn compiled(&self) -> Option<&CompiledExpression> {
        match &self.form {
            Form::Constant(_) => None,
            Form::Selection(_, compiled)
            | Form::Parse(_, compiled)
            | Form::Native(_, compiled)
            | Form::Compiled(compiled) => Some(compiled),
        }
    }

    pub(super) fn eval(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        let value = match &self.form {
            Form::Constant(value) => value.clone(),
            Form::Selection(selection, compiled) => match selection.read(scope) {
                Some(value) => value,
                None => self.run(compiled, scope)?,
            },
            Form::Parse(selection, compiled) => match selection.read_json(scope) {
                Some(value) => value,
                None => self.run(compiled, scope)?,
            },
            Form::Native(native, compiled) => match native.run(scope) {
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

    fn run(&self, compiled: &CompiledExpression, scope: &Scope<'_>) -> Result<Value, QueryError> {
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
