//! AWS's messages for an expression that fails: the second half of the sentence that begins `The
//! JSONata expression '..' specified for the field '..'`.

use jlens_core::Error;

use crate::query::error::shown_of_jsonata;
use crate::query::{Entropy, Expected};
use crate::value::Value;

use super::limits::MAX_DEPTH;

/// The expression returned nothing.
pub(super) const UNDEFINED: &str = "returned nothing (undefined).";

/// The expression returned a function.
pub(super) const UNSUPPORTED: &str = "returned an unsupported result type.";

/// The code of failures that the service reports as its own.
pub(super) const INTERNAL: &str = "internal";

/// The code of failures that have a message and no code.
pub(super) const UNCODED: &str = "uncoded";

/// Returns the message for a value of another type than the field accepts.
pub(super) fn unexpected_type(expected: Expected, value: &Value) -> String {
    let expected = expected.name();
    let actual = value.type_name();
    let value = shown_of_jsonata(value);
    format!(
        "returned an unexpected result type. Expected '{expected}', but was '{actual}' for value: {value}"
    )
}

/// Returns the message for an error of the expression.
pub(super) fn thrown(error: &Error, entropy: &Entropy) -> String {
    let limit = match error.code() {
        "D1011" => format!(
            "Stack overflow error: Check for non-terminating recursive function. \
             Consider rewriting as tail-recursive. Depth={} max={MAX_DEPTH}",
            MAX_DEPTH + 1
        ),
        "U1001" => "Expression evaluation memory limit exceeded: Check for excessive memory usage"
            .to_owned(),
        // The service's text for its clock is not known.
        "D1012" | "U1006" => "Expression evaluation timeout: Check for infinite loop".to_owned(),
        UNCODED => error.message(),
        INTERNAL => {
            let id = entropy.uuid();
            return format!("threw an internal error during evaluation. {id}");
        }
        code => {
            let message = with_integers(error).message();
            return format!("threw an error during evaluation. {code}: {message}");
        }
    };
    format!("threw an error during evaluation: {limit}")
}

/// Returns the same error with integers formatted as in JavaScript: `10`, not `10.0`.
fn with_integers(error: &Error) -> Error {
    let mut error = error.clone();
    for key in ["value", "value2", "exp"] {
        let whole = error.detail(key).and_then(|detail| {
            let number = detail.as_f64().filter(|_| detail.is_f64())?;
            Value::Float(number).as_i64()
        });
        if let Some(whole) = whole {
            error = error.with(key, whole);
        }
    }
    error
}
