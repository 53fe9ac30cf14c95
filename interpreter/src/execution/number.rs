//! Evaluates the numeric fields of states, such as `TimeoutSeconds`, and checks their ranges.

use super::cursor::Cursor;
use super::message_text::message_text;
use super::step_loop::Execution;
use crate::program::Numeric;
use crate::query::QueryError;
use crate::value::Value;

impl Execution {
    /// Evaluates a non-negative integer. A path may also select a string with a number
    /// (docs/reference/service-behaviour.md, "Numbers of paths").
    #[inline]
    pub(super) fn non_negative_integer(
        &self,
        cursor: &Cursor,
        numeric: &Numeric,
        field: &str,
        input: &Value,
    ) -> Result<Option<u64>, QueryError> {
        match numeric {
            Numeric::Absent => Ok(None),
            numeric => self.computed_non_negative_integer(cursor, numeric, field, input),
        }
    }

    fn computed_non_negative_integer(
        &self,
        cursor: &Cursor,
        numeric: &Numeric,
        field: &str,
        input: &Value,
    ) -> Result<Option<u64>, QueryError> {
        let Some(number) = self.integer(cursor, numeric, field, input)? else {
            return Ok(None);
        };
        match u64::try_from(number) {
            Ok(number) => Ok(Some(number)),
            Err(_) if field == "ToleratedFailureCount" => Err(QueryError::runtime(
                "ToleratedFailureCount cannot be negative.",
            )),
            Err(_) if field == "MaxConcurrency" && !matches!(numeric, Numeric::Expression(_)) => {
                Err(QueryError::runtime(format!(
                    "Expected non-negative integer for MaxConcurrency, got '{number}' instead."
                )))
            }
            Err(_) => Err(number_error(
                numeric,
                field,
                "an integer that is not negative",
                &Value::from(number),
            )),
        }
    }

    /// Evaluates an integer of any sign.
    pub(super) fn integer(
        &self,
        cursor: &Cursor,
        numeric: &Numeric,
        field: &str,
        input: &Value,
    ) -> Result<Option<i64>, QueryError> {
        let Some(found) = self.numeric_value(cursor, numeric, input)? else {
            return Ok(None);
        };
        let number = match &found {
            Value::Str(text) if matches!(numeric, Numeric::Path { .. }) => text.parse().ok(),
            found => found.as_i64(),
        };
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(number_error(numeric, field, "an integer", &found)),
        }
    }

    /// Evaluates ToleratedFailurePercentage: a number from 0 to 100.
    pub(super) fn percentage(
        &self,
        cursor: &Cursor,
        numeric: &Numeric,
        field: &str,
        input: &Value,
    ) -> Result<Option<f64>, QueryError> {
        let Some(found) = self.numeric_value(cursor, numeric, input)? else {
            return Ok(None);
        };
        let number = match &found {
            Value::Str(text) => text.parse::<f64>().ok(),
            found => found.as_f64(),
        };
        match (number, numeric) {
            (Some(number), _) if (0.0..=100.0).contains(&number) => Ok(Some(number)),
            (Some(_), _) => Err(QueryError::runtime(format!(
                "{field} must be between 0 and 100."
            ))),
            (None, Numeric::Path { path, .. }) => Err(QueryError::runtime(format!(
                "The {field}Path field refers to value \"{}\" which is not a valid float: {path}",
                message_text(&found)
            ))),
            (None, _) => Err(QueryError::runtime(format!(
                "The {field} field must be a number, but was: {}",
                message_text(&found)
            ))),
        }
    }

    fn numeric_value(
        &self,
        cursor: &Cursor,
        numeric: &Numeric,
        input: &Value,
    ) -> Result<Option<Value>, QueryError> {
        Ok(Some(match numeric {
            Numeric::Absent => return Ok(None),
            Numeric::Literal(value) => value.clone(),
            Numeric::Expression(value) | Numeric::Path { value, .. } => {
                self.evaluate(value, cursor, input)?
            }
        }))
    }
}

/// Returns the error for a value that is not a number, or is out of the field's range.
fn number_error(numeric: &Numeric, field: &str, what: &str, found: &Value) -> QueryError {
    let found = message_text(found);
    match numeric {
        Numeric::Path { path, .. } => QueryError::runtime(format!(
            "The {field}Path field refers to value \"{found}\" which is not a valid integer: {path}"
        )),
        Numeric::Expression(_) => QueryError::jsonata(
            field,
            format!("The {field} field must be {what}, but was: {found}"),
        ),
        Numeric::Absent | Numeric::Literal(_) => QueryError::runtime(format!(
            "The {field} field must be {what}, but was: {found}"
        )),
    }
}
