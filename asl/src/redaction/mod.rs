//! Redaction of sensitive fields: card numbers, passwords, access tokens.
//!
//! ```
//! use serde_json::json;
//! use stepwright_asl::redaction::Redaction;
//!
//! let redaction = Redaction::new().path("card.number")?.path("$.customer.*.password")?;
//! let order = json!({ "id": "o-1", "card": { "number": "4111 1111", "holder": "Ada" } });
//! assert_eq!(
//!     redaction.value(&order),
//!     json!({ "id": "o-1", "card": { "number": "[redacted]", "holder": "Ada" } })
//! );
//! assert_eq!(
//!     redaction.text(r#"cannot charge {"card": {"number": "4111 1111"}}: no money"#),
//!     r#"cannot charge {"card": {"number": "[redacted]"}}: no money"#
//! );
//! # Ok::<(), stepwright_asl::redaction::InvalidRedactionPath>(())
//! ```

mod path;
#[cfg(test)]
mod tests;
mod text;
mod token;

pub use self::path::InvalidRedactionPath;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::path::Path;
use crate::setters;

/// The replacement for a redacted value.
pub const REDACTED: &str = "[redacted]";

/// A set of sensitive fields, with functions that mask their values.
///
/// A path matches at any depth, because each state may nest values in other values: `card.number`
/// masks `number` in each object that is the value of `card`. Lists on the path are skipped:
/// `items.price` masks the price of each item. `*` matches any one name.
///
/// JSON inside strings is masked too, even if it is truncated or escaped: the cause of an error
/// often contains a whole input. If an expression copies a value to a field with another name, add
/// the path of that field as well.
///
/// In JSON it is the list of its paths, each a list of names, with `null` for any name. The mask of
/// task tokens is not part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redaction {
    paths: BTreeSet<Path>,
    #[serde(skip)]
    masks_tokens: bool,
}

impl Redaction {
    /// Creates a redaction that masks nothing.
    #[must_use]
    pub fn new() -> Redaction {
        Redaction::default()
    }

    /// Also masks the field at this path: `number`, `card.number`, `$.card.number`,
    /// `items[*].price`, `card['full number']`, `*.token`.
    ///
    /// # Errors
    ///
    /// If the text is not a path of field names.
    pub fn path(mut self, path: &str) -> Result<Redaction, InvalidRedactionPath> {
        self.paths.insert(Path::parse(path)?);
        Ok(self)
    }

    setters! { self:
        /// Also masks each field with this name. The name is literal, including dots and brackets.
        #[must_use]
        field(name: impl Into<String>) => self.paths.insert(Path::of_field(name.into()));
        /// Also masks the fields of another redaction.
        #[must_use]
        and(other: &Redaction) => {
            self.paths.extend(other.paths.iter().cloned());
            self.masks_tokens |= other.masks_tokens;
        };
        /// Also masks task tokens of an engine, wherever they are: the holder of a token can
        /// complete its task. A token begins with 64 hexadecimal digits. One of 4,096 other texts
        /// of 64 hexadecimal digits looks like a token, and is masked too.
        #[must_use]
        task_tokens() => self.masks_tokens = true;
    }

    /// Whether nothing is masked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.has_fields() && !self.masks_tokens
    }

    /// Whether fields are masked, and not only task tokens.
    #[must_use]
    pub fn has_fields(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Whether everything that `other` masks is masked.
    #[must_use]
    pub fn includes(&self, other: &Redaction) -> bool {
        (self.masks_tokens || !other.masks_tokens) && self.paths.is_superset(&other.paths)
    }

    /// Returns the value with [`REDACTED`] instead of sensitive values.
    #[must_use]
    pub fn value(&self, value: &Value) -> Value {
        self.value_at(&[], value)
    }

    /// Like [`Redaction::value`], for a value at the path `names`: at or below
    /// `["card", "number"]`, `card.number` masks the whole value.
    #[must_use]
    pub fn value_at(&self, names: &[&str], value: &Value) -> Value {
        if (1..=names.len()).any(|end| self.masks(&names[..end])) {
            return Value::from(REDACTED);
        }
        self.walk(&mut names.to_vec(), value)
    }

    /// Returns the text with [`REDACTED`] instead of sensitive values in the JSON that it contains.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.masked_text(&mut Vec::new(), text) {
            Some(masked) => Cow::Owned(masked),
            None => Cow::Borrowed(text),
        }
    }

    /// Returns the masked text of a string at the path `names`, or `None` if nothing is masked.
    fn masked_text(&self, names: &mut Vec<String>, text: &str) -> Option<String> {
        let fields = text::masked(self, names, text);
        if !self.masks_tokens {
            return fields;
        }
        token::masked(fields.as_deref().unwrap_or(text)).or(fields)
    }

    /// Whether the value at these names is masked by a path that ends with the last name.
    fn masks<S: AsRef<str>>(&self, names: &[S]) -> bool {
        self.paths.iter().any(|path| path.is_end_of(names))
    }

    fn walk<'v>(&self, names: &mut Vec<&'v str>, value: &'v Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| {
                    names.push(name);
                    let value = if self.masks(names) {
                        Value::from(REDACTED)
                    } else {
                        self.walk(names, value)
                    };
                    names.pop();
                    let name = self
                        .masks_tokens
                        .then(|| token::masked(name))
                        .flatten()
                        .unwrap_or_else(|| name.clone());
                    (name, value)
                });
                Value::Object(fields.collect())
            }
            Value::Array(items) => items.iter().map(|item| self.walk(names, item)).collect(),
            Value::String(text) => {
                let mut names = names.iter().map(|name| (*name).to_owned()).collect();
                match self.masked_text(&mut names, text) {
                    Some(masked) => Value::from(masked),
                    None => value.clone(),
                }
            }
            _ => value.clone(),
        }
    }
}
