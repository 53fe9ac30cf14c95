//! Expressions as JSONPath: paths, payload templates, Choice rules and intrinsic functions.
//!
//! JSONPath cannot represent many expressions. Each fault names the supported form, or suggests
//! JSONata for the state.

mod choice_rule;
mod condition;
mod intrinsic;
mod leaf;
mod path;
mod pattern;
mod template;
#[cfg(test)]
mod tests;

pub(super) use self::choice_rule::all;
pub(super) use self::condition::{always, condition};
pub(super) use self::leaf::Leaf;
pub(super) use self::path::Paths;
pub(super) use self::pattern::matched;
pub(super) use self::template::{entry, object};
