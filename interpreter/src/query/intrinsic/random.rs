//! `States.MathRandom`.

use crate::query::Entropy;
use crate::query::java::Random as JavaRandom;
use crate::value::Value;

use super::outcome::Outcome;

/// Returns an integer from `first`, included, to `last`, excluded. The same seed returns the same
/// number.
pub(super) fn between(first: i64, last: i64, seed: Option<i64>, entropy: &Entropy) -> Outcome {
    if first >= last {
        return Err("The first argument must be less than the second argument.".to_owned());
    }
    let drawn = match seed {
        Some(seed) => JavaRandom::new(seed).next_f64(),
        None => entropy.next_f64(),
    };
    let span = last.abs_diff(first);
    let step = ((span as f64 * drawn) as u64).min(span - 1);
    Ok(Value::Int(first.saturating_add_unsigned(step)))
}
