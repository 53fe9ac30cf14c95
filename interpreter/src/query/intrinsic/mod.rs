//! Intrinsic functions, with Java's rules for numbers.
//!
//! A call that fails at run time returns `States.Runtime`, with a message that quotes the whole
//! outer call.

mod call;
mod format;
mod functions;
mod outcome;
mod random;
#[cfg(test)]
mod tests;
mod text;

use stepwright_asl::intrinsic::IntrinsicCall as Syntax;

use self::call::Call;
use super::{CompileError, QueryError, Scope, VariableNames};
use crate::value::Value;

/// A compiled call, as the value of one field.
#[derive(Debug)]
pub(super) struct Intrinsic {
    /// The text for messages.
    text: Box<str>,
    call: Call,
}

impl Intrinsic {
    pub(super) fn compile(
        text: &str,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Intrinsic, CompileError> {
        let call = Syntax::parse(text).map_err(|error| {
            CompileError::new(field, format!("the call `{text}` is refused: {error}"))
        })?;
        Ok(Intrinsic {
            text: call.as_str().into(),
            call: Call::compile(&call, field, names)?,
        })
    }

    pub(super) fn eval(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        self.call.eval(scope).map_err(|message| {
            let text = &self.text;
            QueryError::runtime(format!(
                "The function '{text}' had the following error: {message}"
            ))
        })
    }
}
