//! AWS's functions in addition to JSONata's own, as host functions of jlens.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jlens_core::{Bindings, Error, HostCall, HostFunction, function_catalog, signature::Signature};
use serde_json::Value as Json;

use crate::query::Entropy;
use crate::query::digest;
use crate::query::java::Random as JavaRandom;

use super::failure::{INTERNAL, UNCODED};
use super::limits::MAX_MEMORY;
use super::{prototype, texts};

/// The maximum numbers of `$range`.
const MAX_RANGE: f64 = 360_145.0;

type Arguments<'a> = &'a [Option<Json>];
type Outcome = Result<Option<Json>, Error>;

/// Name, number of parameters, implementation.
type Host = (&'static str, usize, fn(Arguments<'_>) -> Outcome);

const HOST: &[Host] = &[
    ("partition", 2, partition),
    ("range", 3, range),
    ("hash", 2, hash),
    ("random", 1, random),
    ("uuid", 0, uuid),
    ("parse", 1, parse),
];

/// Name and constructor.
type ReplacedFunction = (&'static str, fn() -> HostFunction);

/// Functions of the evaluator that differ on AWS: texts of numbers are those of JSONata 2.0, and
/// base64 encodes UTF-8, as in States.Base64Encode.
const REPLACED: &[ReplacedFunction] = &[
    ("base64encode", base64_encode),
    ("base64decode", base64_decode),
    (texts::CONCATENATE, texts::concatenate),
    (texts::COPY, texts::copy),
    ("string", texts::string),
    ("clone", texts::clone),
    (prototype::IS_NAME, prototype::is_name),
    (prototype::FINDS, prototype::finds),
];

/// Returns whether AWS adds a function of this name to JSONata's.
pub(super) fn is_host(name: &str) -> bool {
    HOST.iter().any(|host| host.0 == name)
}

/// Returns whether a function of that name exists.
pub(super) fn is_any(name: &str) -> bool {
    is_host(name) || builtins().contains_key(name)
}

/// Returns whether a call with this number of arguments uses its context as an additional one.
pub(super) fn reads_context(name: &str, arguments: usize) -> bool {
    builtins()
        .get(name)
        .is_some_and(|needed| arguments < *needed)
}

/// Returns the built-in functions by name, each with the number of arguments below which it uses
/// its context (0: never).
fn builtins() -> &'static HashMap<&'static str, usize> {
    static BUILTINS: OnceLock<HashMap<&'static str, usize>> = OnceLock::new();
    BUILTINS.get_or_init(|| {
        let needed = |text: &str| {
            let params = Signature::parse(text).map(|signature| signature.params);
            let params = params.unwrap_or_default();
            if params.iter().any(|param| param.context) {
                let required = |param: &&jlens_core::signature::Param| {
                    param.context || !param.pattern.ends_with('?')
                };
                params.iter().filter(required).count()
            } else {
                0
            }
        };
        let catalog = function_catalog().into_iter();
        catalog
            .map(|function| (function.name, needed(&function.signature)))
            .collect()
    })
}

/// Returns the bindings of an expression that mentions these names.
pub(super) fn bindings(names: &BTreeSet<&str>) -> Bindings {
    let mut bindings = Bindings::new();
    // AWS removed `$eval`: the name must not be a function.
    if names.contains("eval") {
        bindings = bindings.var("eval", Json::Null);
    }
    for (name, function) in REPLACED {
        if names.contains(name) {
            bindings = bindings.function(*name, function());
        }
    }
    for (name, arity, function) in HOST {
        if names.contains(name) {
            let call = move |arguments: Arguments<'_>, _: &HostCall<'_>| function(arguments);
            let host = HostFunction::new(*arity, call).without_input();
            bindings = bindings.function(*name, host);
        }
    }
    bindings
}

/// Returns whether an expression that mentions these names reads the time.
pub(super) fn reads_clock(names: &BTreeSet<&str>) -> bool {
    ["now", "millis"].iter().any(|name| names.contains(name))
}

/// Returns whether an expression that mentions these names uses random numbers.
pub(super) fn draws(names: &BTreeSet<&str>) -> bool {
    ["random", "uuid", "shuffle"]
        .iter()
        .any(|name| names.contains(name))
}

thread_local! {
    /// The entropy of the evaluation on this thread. Host functions are shared by all
    /// evaluations, so they cannot hold it themselves.
    static CHANCE: Entropy = Entropy::new(0);
}

/// Runs an evaluation whose host functions draw from `entropy`.
pub(super) fn drawing<R>(entropy: &Entropy, evaluation: impl FnOnce() -> R) -> R {
    CHANCE.with(|chance| chance.resume(entropy.state()));
    let result = evaluation();
    CHANCE.with(|chance| entropy.resume(chance.state()));
    result
}

fn argument<'a>(arguments: Arguments<'a>, index: usize) -> Option<&'a Json> {
    arguments.get(index)?.as_ref()
}

/// Returns a number, truncated to an integer.
fn truncated_integer(arguments: Arguments<'_>, index: usize) -> Option<f64> {
    argument(arguments, index)?.as_f64().map(f64::trunc)
}

/// Evaluates `$partition(array, size)`: chunks of that size; the last may be shorter.
fn partition(arguments: Arguments<'_>) -> Outcome {
    let (Some(array), Some(size)) = (argument(arguments, 0), truncated_integer(arguments, 1))
    else {
        return Ok(None);
    };
    // As in JSONata, a single item counts as an array of one.
    let one = std::slice::from_ref(array);
    let items = array.as_array().map_or(one, Vec::as_slice);
    if items.is_empty() || size < 1.0 {
        return Ok(None);
    }
    let chunks = items.chunks(size.min(items.len() as f64) as usize);
    Ok(Some(
        chunks.map(|chunk| Json::from(chunk.to_vec())).collect(),
    ))
}

/// Evaluates `$range(from, to, step)`: the numbers, including `to` if it is reached exactly.
fn range(arguments: Arguments<'_>) -> Outcome {
    let (Some(from), Some(to), Some(step)) = (
        truncated_integer(arguments, 0),
        truncated_integer(arguments, 1),
        truncated_integer(arguments, 2),
    ) else {
        return Ok(None);
    };
    let steps = ((to - from) / step).floor();
    if step == 0.0 || steps < 0.0 {
        return Ok(None);
    }
    if steps + 1.0 > MAX_RANGE {
        return Err(Error::new("U1001"));
    }
    let mut numbers: Vec<Json> = Vec::with_capacity(steps as usize + 1);
    for index in 0..=steps as u32 {
        numbers.push(number(from + f64::from(index) * step));
    }
    Ok(match numbers.len() {
        1 => numbers.pop(),
        _ => Some(Json::from(numbers)),
    })
}

/// Converts a number to JSON; it is always finite here.
fn number(number: f64) -> Json {
    Json::from(number)
}

/// Evaluates `$hash(text, algorithm)`: lower-case hexadecimal digits.
fn hash(arguments: Arguments<'_>) -> Outcome {
    let text = argument(arguments, 0).and_then(Json::as_str);
    let algorithm = argument(arguments, 1).and_then(Json::as_str);
    let (Some(text), Some(algorithm)) = (text, algorithm) else {
        return Ok(None);
    };
    match digest::hex(algorithm, text.as_bytes()) {
        Some(digest) => Ok(Some(Json::from(digest))),
        None => Err(Error::new(UNCODED).with(
            "message",
            format!("Unsupported hash algorithm: {algorithm}"),
        )),
    }
}

/// Evaluates `$random(seed?)`: at least 0 and less than 1.
fn random(arguments: Arguments<'_>) -> Outcome {
    let drawn = match truncated_integer(arguments, 0) {
        Some(seed) => JavaRandom::new(seed as i64).next_f64(),
        None => CHANCE.with(Entropy::next_f64),
    };
    Ok(Some(number(drawn)))
}

/// Evaluates `$uuid()`: version 4.
fn uuid(_: Arguments<'_>) -> Outcome {
    Ok(Some(Json::from(CHANCE.with(Entropy::uuid))))
}

/// Evaluates `$parse(text)`: parses JSON text.
fn parse(arguments: Arguments<'_>) -> Outcome {
    let Some(text) = argument(arguments, 0) else {
        return Ok(None);
    };
    let Some(text) = text.as_str() else {
        return Err(Error::new("T0410").with("token", "parse").with("index", 1));
    };
    // An array of more items than an evaluation may have is refused before it is built.
    if text.bytes().filter(|byte| *byte == b',').count() > MAX_MEMORY / 8 {
        return Err(Error::new("U1001"));
    }
    match crate::value::Value::from_text(text) {
        Ok(value) => Ok(Some(value.to_json())),
        Err(error) => Err(Error::new(UNCODED).with("message", error.to_string())),
    }
}

/// Returns `$base64encode(text)`, which encodes UTF-8.
fn base64_encode() -> HostFunction {
    of_text("base64encode", |text| Ok(STANDARD.encode(text)))
}

/// Returns `$base64decode(text)`, which is strict, unlike JSONata's own function.
fn base64_decode() -> HostFunction {
    of_text("base64decode", |text| match STANDARD.decode(text) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(_) => Err(Error::new(INTERNAL)),
    })
}

/// Creates a function of a text; without arguments it uses the context.
fn of_text(name: &'static str, function: fn(&str) -> Result<String, Error>) -> HostFunction {
    HostFunction::new(1, move |arguments, call| {
        let refused = |index: usize| {
            let error = Error::new("T0410");
            Err(error.with("token", name).with("index", index))
        };
        let context;
        let argument = match arguments {
            [] => {
                context = call.input();
                &context
            }
            [argument] => argument,
            _ => return refused(2),
        };
        match argument {
            None if !call.is_function(0) => Ok(None),
            Some(Json::String(text)) => function(text).map(|text| Some(Json::from(text))),
            _ => refused(1),
        }
    })
}
