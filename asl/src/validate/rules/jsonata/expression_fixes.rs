//! The expressions that an invalid one may mean.

use crate::jsonata::{self, Expression};
use crate::syntax_error::{SyntaxError, SyntaxFault};
use crate::validate::rules::proposals;

/// A longer text is not corrected: the result of each correction is parsed, and a definition may
/// have many faults.
pub(in crate::validate::rules) const LONGEST: usize = 4_096;

/// The expression in a text, if it is short enough for a correction.
fn source_of(text: &str) -> Option<&str> {
    jsonata::strip(text).filter(|source| source.len() <= LONGEST)
}

/// The expression with a root for each path that has none: a variable of this name, or the input.
/// Returns nothing for an expression with another fault.
pub(super) fn rooted(text: &str, is_variable: &dyn Fn(&str) -> bool) -> Vec<String> {
    let with_variables = with_roots(text, &|name| is_variable(name).then(|| format!("${name}")));
    let of_input = with_roots(text, &|_| None);
    let mut texts: Vec<String> = with_variables.into_iter().chain(of_input).collect();
    texts.dedup();
    texts
}

/// The expression in which each path without a root begins with `root` of its name, or with the
/// input.
fn with_roots(text: &str, root: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    /// An expression with more such paths is not corrected.
    const PATHS: usize = 20;
    let mut source = source_of(text)?.to_owned();
    for _ in 0..PATHS {
        match Expression::parse(&source) {
            Ok(_) => return Some(format!("{{%{source}%}}")),
            Err(error) => {
                let name = reference(&error)?;
                let at = error.offset;
                let old = source.get(at..)?.starts_with(name).then_some(name)?;
                let new = match old {
                    "$" | "$$" => "$states.input".to_owned(),
                    name => root(name).unwrap_or_else(|| format!("$states.input.{name}")),
                };
                source.replace_range(at..at + old.len(), &new);
            }
        }
    }
    None
}

/// The name without a root: `phone` of `Reference to 'phone' at the top level is not supported.`
fn reference(error: &SyntaxError) -> Option<&str> {
    if error.fault != SyntaxFault::Unsupported {
        return None;
    }
    error
        .message
        .strip_prefix("Reference to '")?
        .split('\'')
        .next()
}

/// The expression with another name: each whole occurrence of `old` becomes `new`.
pub(in crate::validate::rules) fn renamed(text: &str, old: &str, new: &str) -> Option<String> {
    let source = proposals::replace_name(source_of(text)?, old, new)?;
    Expression::parse(&source).ok()?;
    Some(format!("{{%{source}%}}"))
}

/// The expression with the brackets and quotes that are missing at its end.
pub(super) fn closed(text: &str) -> Option<String> {
    /// An expression without more brackets is not corrected.
    const MISSING: usize = 10;
    let mut source = source_of(text)?.trim_end().to_owned();
    for _ in 0..MISSING {
        match Expression::parse(&source) {
            Ok(_) => return Some(format!("{{%{source} %}}")),
            Err(error) => source.push_str(&missing(&error, &source)?),
        }
    }
    None
}

/// The bracket or quote that an error reports as missing at the end.
fn missing(error: &SyntaxError, source: &str) -> Option<String> {
    let (code, message) = error.message.split_once(": ")?;
    match code {
        "S0203" => {
            let expected = message.strip_prefix("Expected \"")?;
            let (bracket, _) = expected.split_once('"')?;
            matches!(bracket, ")" | "]" | "}").then(|| bracket.to_owned())
        }
        "S0101" => {
            let is_open = source.matches('"').count() % 2 == 1;
            Some(if is_open { "\"" } else { "'" }.to_owned())
        }
        "S0105" => Some("`".to_owned()),
        "S0302" => Some("/".to_owned()),
        _ => None,
    }
}
