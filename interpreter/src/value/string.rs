//! Strings of values and of their keys.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::Value;

/// A string of a [`Value`]: cheap to clone because its text is shared, and stored inline up to 23
/// bytes.
///
/// ```
/// # extern crate stepwright_interpreter as stepwright_runtime;
/// use stepwright_runtime::value::{Str, Value};
///
/// let Value::Str(text) = Value::from("hello") else { unreachable!() };
/// assert_eq!(text.len(), 5);
/// assert_eq!(text, Str::from("hello"));
/// assert_eq!(String::from(text), "hello");
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(SmolStr);

impl Str {
    /// Creates a string; a text of more than 23 bytes is shared by its clones.
    pub fn new(text: impl AsRef<str>) -> Str {
        Str(SmolStr::new(text))
    }

    /// Creates a string from a static text, which is not copied, whatever its length.
    pub const fn new_static(text: &'static str) -> Str {
        Str(SmolStr::new_static(text))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the type that names of executions have, with the same text in memory.
    pub(crate) fn to_small(&self) -> SmolStr {
        self.0.clone()
    }
}

impl Deref for Str {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Str {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Str(SmolStr::new(text))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Str(SmolStr::from(text))
    }
}

/// Only for this crate: the type of names is not part of its public API.
#[doc(hidden)]
impl From<SmolStr> for Str {
    fn from(text: SmolStr) -> Self {
        Str(text)
    }
}

#[doc(hidden)]
impl From<SmolStr> for Value {
    fn from(text: SmolStr) -> Self {
        Value::Str(Str(text))
    }
}

impl From<&String> for Str {
    fn from(text: &String) -> Self {
        Str(SmolStr::new(text))
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        Str(SmolStr::from(text))
    }
}

impl From<Str> for String {
    fn from(text: Str) -> Self {
        text.0.into()
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl<'de> Deserialize<'de> for Str {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SmolStr::deserialize(deserializer).map(Str)
    }
}

impl Serialize for Str {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}
