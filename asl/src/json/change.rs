//! Mutation of values.

use super::pointer::{self, segments};
use super::value::{Json, Object, accessors};

/// An error: a member was added to a value that is not an object, or an item to a value that is not
/// an array.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
#[non_exhaustive]
pub struct WrongType {
    /// The required type: `an object` or `an array`.
    pub expected: &'static str,
    /// The actual type, as returned by [`Json::noun`].
    pub found: &'static str,
}

impl Json {
    accessors! { self:
        /// Returns the string mutably, if this is a string.
        as_string_mut(&mut self) -> &mut String: String(text) => text;
        /// Returns the items mutably, if this is an array.
        as_array_mut(&mut self) -> &mut Vec<Json>: Array(items) => items;
        /// Returns the members mutably, if this is an object.
        as_object_mut(&mut self) -> &mut Object: Object(members) => members;
    }

    /// Returns the member `key` mutably, if this is an object with this member.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Json> {
        self.as_object_mut()?.get_mut(key)
    }

    /// Returns the node at an RFC 6901 pointer mutably; `""` is the value itself.
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

    /// Sets a member and returns its previous value. A new member is appended; an existing one
    /// keeps its position.
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
    /// If this is not an object.
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

    /// Removes a member and returns its value; `None` if there is no such member. The other members
    /// keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        self.as_object_mut()?.shift_remove(key)
    }

    /// Appends an item.
    ///
    /// # Errors
    ///
    /// If this is not an array.
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

    /// Takes the value and leaves null.
    #[must_use]
    pub fn take(&mut self) -> Json {
        std::mem::take(self)
    }
}
