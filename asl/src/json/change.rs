//! Values that are changed.

use super::pointer::{self, segments};
use super::value::{Json, Object};

/// A member was put into what is no object, or an item into what is no array.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
#[non_exhaustive]
pub struct WrongType {
    /// What would take it: `an object` or `an array`.
    pub expected: &'static str,
    /// What the value is, as [`Json::noun`] calls it.
    pub found: &'static str,
}

impl Json {
    /// The text to be changed, when it is a string.
    pub fn as_string_mut(&mut self) -> Option<&mut String> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items to be changed, when it is an array.
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Json>> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members to be changed, when it is an object.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member `key` to be changed, when this is an object that has it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Json> {
        self.as_object_mut()?.get_mut(key)
    }

    /// The node that an RFC 6901 pointer names, to be changed; `""` is the value itself.
    ///
    /// ```
    /// use stepwright_asl::json;
    ///
    /// let mut state = json!({"Type": "Task", "Retry": [{"MaxAttempts": 3}]});
    /// *state.pointer_mut("/Retry/0/MaxAttempts").expect("is there") = 5.into();
    /// assert_eq!(state.to_string(), r#"{"Type":"Task","Retry":[{"MaxAttempts":5}]}"#);
    /// ```
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Json> {
        segments(pointer)?.try_fold(self, |node, segment| match node {
            Json::Object(members) => members.get_mut(segment.as_ref()),
            Json::Array(items) => items.get_mut(pointer::index(&segment)?),
            _ => None,
        })
    }

    /// Sets a member, and gives what it was. A new one becomes the last; one that was there keeps its place.
    ///
    /// ```
    /// use stepwright_asl::json;
    ///
    /// let mut state = json!({"Type": "Task"});
    /// assert_eq!(state.insert("TimeoutSeconds", 30)?, None);
    /// assert_eq!(state.insert("TimeoutSeconds", 60)?, Some(30.into()));
    /// # Ok::<(), stepwright_asl::json::WrongType>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When this is no object.
    pub fn insert(
        &mut self,
        key: impl Into<String>,
        value: impl Into<Json>,
    ) -> Result<Option<Json>, WrongType> {
        let found = self.noun();
        match self {
            Json::Object(members) => Ok(members.insert(key.into(), value.into())),
            _ => Err(WrongType {
                expected: "an object",
                found,
            }),
        }
    }

    /// Takes a member out; the others keep their order. `None` when there is no such member.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        self.as_object_mut()?.shift_remove(key)
    }

    /// Adds an item behind the last.
    ///
    /// # Errors
    ///
    /// When this is no array.
    pub fn push(&mut self, item: impl Into<Json>) -> Result<(), WrongType> {
        let found = self.noun();
        match self {
            Json::Array(items) => {
                items.push(item.into());
                Ok(())
            }
            _ => Err(WrongType {
                expected: "an array",
                found,
            }),
        }
    }

    /// The value, in whose place null stays.
    #[must_use]
    pub fn take(&mut self) -> Json {
        std::mem::take(self)
    }
}
