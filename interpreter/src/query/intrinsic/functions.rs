//! The functions: checks of arguments, and the functions over arrays and numbers.

use std::borrow::Cow;
use std::collections::HashMap;

use stepwright_asl::intrinsic::Function;

use crate::query::Entropy;
use crate::value::{Array, Object, ObjectBuilder, Value};

use super::format::Template;
use super::outcome::Outcome;
use super::{random, text};

/// The maximum items of `States.ArrayRange`.
const MAX_RANGE: u64 = 1000;

pub(super) fn call(
    function: Function,
    arguments: &[Cow<'_, Value>],
    template: Option<&Template>,
    entropy: &Entropy,
) -> Outcome {
    let given = Arguments(arguments);
    match function {
        Function::Array => Ok(arguments.iter().map(|value| Value::clone(value)).collect()),
        Function::ArrayPartition => partition(given.array(0)?, given.rounded_integer(1)?),
        Function::ArrayContains => {
            let sought = given.value(1)?;
            Ok(Value::Bool(given.array(0)?.contains(sought)))
        }
        Function::ArrayRange => range(
            given.rounded_integer(0)?,
            given.rounded_integer(1)?,
            given.rounded_integer(2)?,
        ),
        Function::ArrayGetItem => {
            let (array, index) = (given.array(0)?, given.rounded_integer(1)?);
            let item = usize::try_from(index)
                .ok()
                .and_then(|index| array.get(index));
            item.cloned().ok_or_else(|| {
                let length = array.len();
                format!("The index {index} is out of bounds for an array of length {length}.")
            })
        }
        Function::ArrayLength => Ok(Value::from(given.array(0)?.len())),
        Function::ArrayUnique => Ok(unique(given.array(0)?)),
        Function::Base64Encode => text::encode(given.text(0)?),
        Function::Base64Decode => text::decode(given.text(0)?),
        Function::Hash => text::hash(given.value(0)?, given.text(1)?),
        Function::JsonMerge => {
            if given.value(2)?.as_bool() != Some(false) {
                return Err(
                    "The third argument must be false: only shallow merging is supported."
                        .to_owned(),
                );
            }
            Ok(merge(given.object(0)?, given.object(1)?))
        }
        Function::StringToJson => text::parse(given.text(0)?),
        Function::JsonToString => text::json(given.value(0)?).map(Value::from),
        Function::MathRandom => {
            let seed = match given.0.len() {
                0..=2 => None,
                _ => Some(given.rounded_integer(2)?),
            };
            random::between(
                given.rounded_integer(0)?,
                given.rounded_integer(1)?,
                seed,
                entropy,
            )
        }
        Function::MathAdd => {
            let sum = given
                .rounded_integer(0)?
                .checked_add(given.rounded_integer(1)?);
            sum.map(Value::Int)
                .ok_or_else(|| "The sum is out of range.".to_owned())
        }
        Function::StringSplit => text::split(given.text(0)?, given.text(1)?),
        Function::UUID => Ok(Value::from(entropy.uuid())),
        Function::Format => {
            let values = arguments.get(1..).unwrap_or_default();
            let filled = match template {
                Some(template) => template.fill(values),
                None => Template::dynamic(given.text(0)?).fill(values),
            };
            filled.map(Value::from)
        }
    }
}

/// Arguments by position; an argument of a wrong type is an error.
struct Arguments<'a>(&'a [Cow<'a, Value>]);

impl<'a> Arguments<'a> {
    fn value(&self, index: usize) -> Result<&'a Value, String> {
        let value = self.0.get(index).map(|value| &**value);
        value.ok_or_else(|| format!("Argument {} is missing.", index + 1))
    }

    fn of<T>(
        &self,
        index: usize,
        what: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T, String> {
        let value = self.value(index)?;
        read(value).ok_or_else(|| {
            let actual = value.type_name();
            format!("Argument {} must be {what}, but was: {actual}.", index + 1)
        })
    }

    fn array(&self, index: usize) -> Result<&'a Array, String> {
        self.of(index, "an array", Value::as_array)
    }

    fn object(&self, index: usize) -> Result<&'a Object, String> {
        self.of(index, "an object", Value::as_object)
    }

    fn text(&self, index: usize) -> Result<&'a str, String> {
        self.of(index, "a string", Value::as_str)
    }

    /// Returns a number, rounded as Java's `Math.round` does: halves round up.
    fn rounded_integer(&self, index: usize) -> Result<i64, String> {
        self.of(index, "a number", |value| match value {
            Value::Int(number) => Some(*number),
            // Saturates, as `as` does between these types and as Java does.
            other => other.as_f64().map(|number| (number + 0.5).floor() as i64),
        })
    }
}

/// Arrays of `size` items; the last may be shorter.
fn partition(array: &Array, size: i64) -> Outcome {
    match usize::try_from(size) {
        Ok(size) if size > 0 => {
            let chunks = array.chunks(size);
            Ok(chunks.map(|chunk| Value::from(chunk.to_vec())).collect())
        }
        _ => Err(format!(
            "The chunk size must be a positive integer, but was: {size}."
        )),
    }
}

/// Returns the numbers from `first` in steps of `step`, including `last` if it is reached exactly.
fn range(first: i64, last: i64, step: i64) -> Outcome {
    if step == 0 {
        return Err("The step must not be 0.".to_owned());
    }
    if (step > 0) != (last >= first) && first != last {
        return Ok(Value::from(Vec::new()));
    }
    let count = (last.abs_diff(first) / step.unsigned_abs()).saturating_add(1);
    if count > MAX_RANGE {
        return Err(format!(
            "The range has {count} items; at most {MAX_RANGE} are supported."
        ));
    }
    let at = |index: i64| first.saturating_add(step.saturating_mul(index));
    Ok((0..count as i64)
        .map(|index| Value::Int(at(index)))
        .collect())
}

/// The longest array whose items are compared pairwise: for longer ones, hashes are faster.
const FEW: usize = 16;

/// Returns the distinct values, in the order of their first occurrences.
fn unique(array: &Array) -> Value {
    let mut distinct: Vec<Value> = Vec::with_capacity(array.len().min(FEW));
    if array.len() <= FEW {
        for item in array.iter() {
            if !distinct.contains(item) {
                distinct.push(item.clone());
            }
        }
        return Value::from(distinct);
    }
    let mut indices_by_hash: HashMap<u64, Vec<usize>> = HashMap::new();
    for item in array.iter() {
        let alike = indices_by_hash.entry(item.value_hash()).or_default();
        if !alike.iter().any(|index| distinct[*index] == *item) {
            alike.push(distinct.len());
            distinct.push(item.clone());
        }
    }
    Value::from(distinct)
}

/// Merges two objects; if both have a member, that of the second wins.
fn merge(first: &Object, second: &Object) -> Value {
    let mut merged = ObjectBuilder::with_capacity(first.len() + second.len());
    for (key, value) in first.iter().chain(second) {
        merged.insert(key, value.clone());
    }
    Value::from(merged.finish())
}
