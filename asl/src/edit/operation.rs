//! Edits as data.

use serde::Serialize;

use crate::json::Json;

/// One change of a text, for [`Editor::apply`](super::Editor::apply). Pointers follow RFC 6901.
///
/// ```
/// use stepwright_asl::edit::Edit;
///
/// let edit = Edit::rename("/States/Charge/Retyr", "Retry");
/// assert_eq!(
///     serde_json::to_string(&edit)?,
///     r#"{"op":"rename","pointer":"/States/Charge/Retyr","key":"Retry"}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Edit {
    /// Replaces an existing value.
    Replace {
        /// Pointer to the value.
        pointer: String,
        /// The new value.
        value: Json,
    },
    /// Renames the key of a member. Its value and its position remain.
    Rename {
        /// Pointer to the member.
        pointer: String,
        /// The new key.
        key: String,
    },
    /// Removes a member or an item.
    Remove {
        /// Pointer to the member or item.
        pointer: String,
    },
    /// Inserts a member or an item.
    Insert {
        /// Pointer to the new member or item. `/-` as the last step is the position after the last
        /// item.
        pointer: String,
        /// The value.
        value: Json,
        /// The position of a new member. An item is inserted at its index.
        position: InsertPosition,
    },
    /// Moves an item behind the other items of its array.
    MoveLast {
        /// Pointer to the item.
        pointer: String,
    },
    /// Changes the order of the members of an object, with the comments of each.
    Reorder {
        /// Pointer to the object.
        pointer: String,
        /// All keys, in the new order.
        keys: Vec<String>,
    },
    /// Writes members again with the texts of equal members of another object, with their comments.
    CopyText {
        /// Pointer to the object.
        pointer: String,
        /// Pointer to the other object.
        from: String,
        /// The keys of the members.
        keys: Vec<String>,
    },
    /// Writes a member again after itself with the same text, and with its comments.
    Duplicate {
        /// Pointer to the member.
        pointer: String,
        /// The key of the copy.
        key: String,
    },
    /// Removes members of an object with the comments above them. A member remains.
    RemoveMembers {
        /// Pointer to the object.
        pointer: String,
        /// The keys of the removed members.
        keys: Vec<String>,
    },
    /// Replaces a member by the members of an object inside of it, with their comments.
    Unnest {
        /// Pointer to the member.
        pointer: String,
        /// Pointer to the object inside of it, or to the member itself.
        members: String,
    },
}

/// The position of a new member in its object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum InsertPosition {
    /// After the other members.
    #[default]
    Last,
    /// Before the member with this key.
    Before(String),
    /// After the member with this key.
    After(String),
}

impl Edit {
    /// Replaces the value at the pointer.
    pub fn replace(pointer: impl ToString, value: impl Into<Json>) -> Edit {
        Edit::Replace {
            pointer: pointer.to_string(),
            value: value.into(),
        }
    }

    /// Renames the key of the member at the pointer.
    pub fn rename(pointer: impl ToString, key: impl Into<String>) -> Edit {
        Edit::Rename {
            pointer: pointer.to_string(),
            key: key.into(),
        }
    }

    /// Removes the member or item at the pointer.
    pub fn remove(pointer: impl ToString) -> Edit {
        Edit::Remove {
            pointer: pointer.to_string(),
        }
    }

    /// Inserts a member or an item at the pointer: a member after the others.
    pub fn insert(pointer: impl ToString, value: impl Into<Json>) -> Edit {
        Edit::Insert {
            pointer: pointer.to_string(),
            value: value.into(),
            position: InsertPosition::Last,
        }
    }

    /// Inserts a member before the member `key` of the same object.
    pub fn insert_before(
        pointer: impl ToString,
        key: impl Into<String>,
        value: impl Into<Json>,
    ) -> Edit {
        Edit::Insert {
            pointer: pointer.to_string(),
            value: value.into(),
            position: InsertPosition::Before(key.into()),
        }
    }

    /// Inserts a member after the member `key` of the same object.
    pub fn insert_after(
        pointer: impl ToString,
        key: impl Into<String>,
        value: impl Into<Json>,
    ) -> Edit {
        Edit::Insert {
            pointer: pointer.to_string(),
            value: value.into(),
            position: InsertPosition::After(key.into()),
        }
    }

    /// Moves the item at the pointer behind the other items of its array.
    pub fn move_last(pointer: impl ToString) -> Edit {
        Edit::MoveLast {
            pointer: pointer.to_string(),
        }
    }

    /// Changes the order of the members of the object at the pointer. `keys` names each of them.
    pub fn reorder(pointer: impl ToString, keys: Vec<String>) -> Edit {
        Edit::Reorder {
            pointer: pointer.to_string(),
            keys,
        }
    }

    /// Writes members of the object at the pointer again with the texts of the equal members of the
    /// object `from`.
    pub fn copy_text(pointer: impl ToString, from: impl ToString, keys: Vec<String>) -> Edit {
        Edit::CopyText {
            pointer: pointer.to_string(),
            from: from.to_string(),
            keys,
        }
    }

    /// Writes the member at the pointer again after itself, with another key and the same text.
    ///
    /// ```
    /// use stepwright_asl::edit::{Edit, Editor};
    ///
    /// let mut editor = Editor::parse(r#"{"a": 1.50, "b": 2}"#)?;
    /// editor.apply(&[Edit::duplicate("/a", "c")])?;
    /// assert_eq!(editor.text(), r#"{"a": 1.50, "c": 1.50, "b": 2}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn duplicate(pointer: impl ToString, key: impl Into<String>) -> Edit {
        Edit::Duplicate {
            pointer: pointer.to_string(),
            key: key.into(),
        }
    }

    /// Removes members of the object at the pointer with the comments above them.
    pub fn remove_members(pointer: impl ToString, keys: Vec<String>) -> Edit {
        Edit::RemoveMembers {
            pointer: pointer.to_string(),
            keys,
        }
    }

    /// Replaces the member at the pointer by the members of the object at `members`.
    ///
    /// ```
    /// use stepwright_asl::edit::{Edit, Editor};
    ///
    /// let mut editor = Editor::parse(r#"{"a": {"b": {"c": 1.50, "d": 2}}, "e": 3}"#)?;
    /// editor.apply(&[Edit::unnest("/a", "/a/b")])?;
    /// assert_eq!(editor.text(), r#"{"c": 1.50, "d": 2, "e": 3}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unnest(pointer: impl ToString, members: impl ToString) -> Edit {
        Edit::Unnest {
            pointer: pointer.to_string(),
            members: members.to_string(),
        }
    }

    /// The pointer of the edit.
    pub fn pointer(&self) -> &str {
        match self {
            Edit::Replace { pointer, .. }
            | Edit::Rename { pointer, .. }
            | Edit::Remove { pointer }
            | Edit::Insert { pointer, .. }
            | Edit::MoveLast { pointer }
            | Edit::Reorder { pointer, .. }
            | Edit::CopyText { pointer, .. }
            | Edit::Duplicate { pointer, .. }
            | Edit::RemoveMembers { pointer, .. }
            | Edit::Unnest { pointer, .. } => pointer,
        }
    }

    /// The approximate length of its texts, in bytes.
    pub(crate) fn size(&self) -> usize {
        let texts = match self {
            Edit::Replace { value, .. } | Edit::Insert { value, .. } => value.to_string().len(),
            Edit::Rename { key, .. } | Edit::Duplicate { key, .. } => key.len(),
            Edit::Reorder { keys, .. }
            | Edit::CopyText { keys, .. }
            | Edit::RemoveMembers { keys, .. } => keys.iter().map(String::len).sum(),
            Edit::Unnest { members, .. } => members.len(),
            Edit::Remove { .. } | Edit::MoveLast { .. } => 0,
        };
        self.pointer().len() + texts
    }

    /// The same edit of a value that is at `prefix` in a larger text.
    #[must_use]
    pub fn inside(mut self, prefix: &str) -> Edit {
        match &mut self {
            Edit::Replace { pointer, .. }
            | Edit::Rename { pointer, .. }
            | Edit::Remove { pointer }
            | Edit::Insert { pointer, .. }
            | Edit::MoveLast { pointer }
            | Edit::Reorder { pointer, .. }
            | Edit::Duplicate { pointer, .. }
            | Edit::RemoveMembers { pointer, .. } => pointer.insert_str(0, prefix),
            Edit::CopyText {
                pointer,
                from: other,
                ..
            }
            | Edit::Unnest {
                pointer,
                members: other,
            } => {
                pointer.insert_str(0, prefix);
                other.insert_str(0, prefix);
            }
        }
        self
    }
}
