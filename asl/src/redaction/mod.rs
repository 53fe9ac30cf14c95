//! Fields whose values are not shown: card numbers, passwords, access tokens.
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

pub use self::path::InvalidRedactionPath;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use self::path::Path;

/// What stands in the place of a value that is not shown.
pub const REDACTED: &str = "[redacted]";

/// The fields whose values are not shown, and the functions that mask them.
///
/// A path is found at any depth, because each state may put its values into other values: `card.number` masks `number` in each object that
/// is the value of `card`. Lists on the way do not count: `items.price` masks the price of each item. `*` stands for any one name.
///
/// JSON inside of texts is masked too, also where it is cut off or escaped: causes of errors often contain a whole input. A value that an
/// expression copies to a field with another name needs that name's path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redaction {
    paths: BTreeSet<Path>,
}

impl Redaction {
    /// Masks nothing yet.
    #[must_use]
    pub fn new() -> Redaction {
        Redaction::default()
    }

    /// Masks the field at this path too: `number`, `card.number`, `$.card.number`, `items[*].price`, `card['full number']`, `*.token`.
    ///
    /// # Errors
    ///
    /// When the text is not a path of field names.
    pub fn path(mut self, path: &str) -> Result<Redaction, InvalidRedactionPath> {
        self.paths.insert(Path::parse(path)?);
        Ok(self)
    }

    /// Masks each field with this name too. The name is taken as it is, with dots and brackets.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>) -> Redaction {
        self.paths.insert(Path::of_field(name.into()));
        self
    }

    /// Masks the fields of another redaction too.
    #[must_use]
    pub fn and(mut self, other: &Redaction) -> Redaction {
        self.paths.extend(other.paths.iter().cloned());
        self
    }

    /// Whether nothing is masked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The value with [`REDACTED`] in place of what is masked.
    #[must_use]
    pub fn value(&self, value: &Value) -> Value {
        self.value_at(&[], value)
    }

    /// The same for a value that stands below these names: at `["card", "number"]`, or below it, `card.number` masks the whole value.
    #[must_use]
    pub fn value_at(&self, names: &[&str], value: &Value) -> Value {
        if (1..=names.len()).any(|end| self.masks(&names[..end])) {
            return Value::from(REDACTED);
        }
        self.walk(&mut names.to_vec(), value)
    }

    /// A text with [`REDACTED`] in place of what is masked in the JSON that it contains.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match text::masked(self, &mut Vec::new(), text) {
            Some(masked) => Cow::Owned(masked),
            None => Cow::Borrowed(text),
        }
    }

    /// Whether the value below these names is masked, by a path that ends with the last of them.
    fn masks<S: AsRef<str>>(&self, names: &[S]) -> bool {
        self.paths.iter().any(|path| path.is_end_of(names))
    }

    fn walk<'v>(&self, names: &mut Vec<&'v str>, value: &'v Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| {
                    names.push(name);
                    let value = match self.masks(names) {
                        true => Value::from(REDACTED),
                        false => self.walk(names, value),
                    };
                    names.pop();
                    (name.clone(), value)
                });
                Value::Object(fields.collect())
            }
            Value::Array(items) => items.iter().map(|item| self.walk(names, item)).collect(),
            Value::String(text) => {
                let mut names = names.iter().map(|name| (*name).to_owned()).collect();
                match text::masked(self, &mut names, text) {
                    Some(masked) => Value::from(masked),
                    None => value.clone(),
                }
            }
            _ => value.clone(),
        }
    }
}
