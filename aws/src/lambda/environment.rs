//! The environment that Lambda sets.

use std::fmt;

/// The program runs outside of Lambda.
///
/// Its `Debug` text is the message, because `main` prints that.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this program is an AWS Lambda function, and the environment variable `{variable}` of Lambda is not set; deploy it, or run it on this machine with `cargo lambda watch` or `sam local invoke`"
)]
#[non_exhaustive]
pub struct NotInLambda {
    /// The missing environment variable.
    pub variable: &'static str,
}

impl fmt::Debug for NotInLambda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The variables without which [`lambda_runtime`] panics or fails.
const REQUIRED: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

/// Fails if a required variable is not set.
pub(super) fn check(is_set: impl Fn(&str) -> bool) -> Result<(), NotInLambda> {
    match REQUIRED.into_iter().find(|variable| !is_set(variable)) {
        Some(variable) => Err(NotInLambda { variable }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variable_is_required() {
        assert_eq!(check(|_| true), Ok(()));
        for missing in REQUIRED {
            let error = check(|variable| variable != missing).unwrap_err();
            assert_eq!(error.variable, missing);
            assert!(format!("{error:?}").contains(&format!("`{missing}` of Lambda is not set")));
        }
    }
}
