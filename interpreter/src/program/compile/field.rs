use stepwright_asl::json::Json;
use stepwright_asl::model::{self, JitterStrategy, NumberOrExpression, PathField, Word};

use crate::program::io::{ResultPath, Selection};
use crate::program::retry::Retrier;
use crate::query::{CompileError, Expr, ReferencePath, VariableNames};
use crate::value::Value;
use stepwright_asl::limits::{
    DEFAULT_BACKOFF_RATE, DEFAULT_INTERVAL_SECONDS, DEFAULT_MAX_ATTEMPTS,
};

/// The compiled part of a definition, or the error of a field.
pub(super) type CompileResult<T> = Result<T, CompileError>;

fn placeholder(text: &str) -> String {
    format!(
        "`{text}` is a placeholder; give it a value before the definition runs (in Rust, with `EngineBuilder::substitute`)"
    )
}

/// Returns the word of a field. A placeholder must be substituted before.
pub(super) fn word<W: Copy>(word: Option<&Word<W>>, field: &str) -> CompileResult<Option<W>> {
    match word {
        None => Ok(None),
        Some(Word::Known(word)) => Ok(Some(*word)),
        Some(Word::Substitution(text)) => Err(CompileError::new(field, placeholder(text))),
    }
}

pub(super) fn not_a_number(text: &str) -> String {
    if text.contains("${") {
        placeholder(text)
    } else {
        format!("`{text}` is not a number")
    }
}

pub(super) fn selection(
    path: Option<&PathField>,
    field: &str,
    names: &mut VariableNames,
) -> CompileResult<Selection> {
    Ok(match path {
        None => Selection::Whole,
        Some(PathField::Null) => Selection::Nothing,
        Some(PathField::Path(text)) if text == "$" => Selection::Whole,
        Some(PathField::Path(text)) => Selection::Path(Expr::path(text, field, names)?),
    })
}

pub(super) fn result_path(path: Option<&PathField>) -> CompileResult<ResultPath> {
    Ok(match path {
        None => ResultPath::Replace,
        Some(PathField::Null) => ResultPath::Discard,
        Some(PathField::Path(text)) => {
            let path = ReferencePath::compile(text)?;
            if path.is_root() {
                ResultPath::Replace
            } else {
                ResultPath::Put(path)
            }
        }
    })
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

/// Converts JSON of the definition to a value.
pub(super) fn constant(json: &Json) -> CompileResult<Value> {
    Value::from_text(&json.to_string())
        .map_err(|error| CompileError::new("Result", error.to_string()))
}
