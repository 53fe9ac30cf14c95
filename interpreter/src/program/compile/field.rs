//! Compiles retriers, and fields whose value is a keyword.

use stepwright_asl::model::{self, JitterStrategy, NumberOrExpression, Word};

use crate::program::fields::{not_a_number, placeholder};
use crate::program::retry::Retrier;
use crate::query::CompileError;
use stepwright_asl::limits::{
    DEFAULT_BACKOFF_RATE, DEFAULT_INTERVAL_SECONDS, DEFAULT_MAX_ATTEMPTS,
};

/// The compiled part of a definition, or the error of a field.
pub(super) type CompileResult<T> = Result<T, CompileError>;

/// Returns the word of a field. A placeholder must be substituted before.
pub(super) fn word<W: Copy>(word: Option<&Word<W>>, field: &str) -> CompileResult<Option<W>> {
    match word {
        None => Ok(None),
        Some(Word::Known(word)) => Ok(Some(*word)),
        Some(Word::Substitution(text)) => Err(CompileError::new(field, placeholder(text))),
    }
}

pub(super) fn retrier(retrier: &model::Retrier) -> CompileResult<Retrier> {
    let number = |value: Option<&NumberOrExpression>, field: &str, default: u32| match value {
        None => Ok(f64::from(default)),
        Some(NumberOrExpression::Number(number)) => Ok(number.as_f64()),
        Some(NumberOrExpression::Expression(text)) => Err(CompileError::new(
            format!("Retry/{field}"),
            not_a_number(text),
        )),
    };
    let max_attempts = number(
        retrier.max_attempts.as_ref(),
        "MaxAttempts",
        DEFAULT_MAX_ATTEMPTS,
    )?;
    Ok(Retrier {
        errors: retrier.error_equals.clone().into(),
        interval: number(
            retrier.interval_seconds.as_ref(),
            "IntervalSeconds",
            DEFAULT_INTERVAL_SECONDS,
        )?,
        // Saturates, as `as` does between these types.
        max_attempts: max_attempts as u32,
        backoff_rate: number(
            retrier.backoff_rate.as_ref(),
            "BackoffRate",
            DEFAULT_BACKOFF_RATE,
        )?,
        max_delay: match &retrier.max_delay_seconds {
            Some(max_delay) => Some(number(Some(max_delay), "MaxDelaySeconds", 0)?),
            None => None,
        },
        jitter: word(retrier.jitter_strategy.as_ref(), "Retry/JitterStrategy")?
            == Some(JitterStrategy::Full),
    })
}
