//! The [`Editor`]: single edits of a text, and the check of the edited text.

use std::ops::Range;

use super::compare;
use super::error::EditError;
use super::expected::{PlacedChange, expected};
use super::operation::{Edit, InsertPosition};
use super::plan::EditPlan;
use super::source::SourceText;
use super::splice::{Splice, apply};
use super::target::TargetNode;
use super::text_reader::TextReader;
use crate::json::{Document, Json, escape};

/// A JSON or YAML text with edits. Text that no edit names remains unchanged, byte by byte; see
/// [`edit`](super).
///
/// ```
/// use stepwright_asl::edit::Editor;
///
/// let mut editor = Editor::parse("{\"a\": 1E3,\n \"b\": [1, 2]}")?;
/// editor.replace("/b/0", "one")?;
/// editor.insert("/b/-", 3)?;
/// editor.remove("/b/1")?;
/// assert_eq!(editor.text(), "{\"a\": 1E3,\n \"b\": [\"one\", 3]}");
///
/// let error = editor.remove("/B").unwrap_err();
/// assert_eq!(error.to_string(), "there is no value at `/B`: the object has no member `B`; did you mean `/b`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Editor {
    pub(super) document: Document,
    pub(super) reader: TextReader,
    /// The number of syntax errors in the text.
    pub(super) faults: usize,
    #[cfg(feature = "yaml")]
    pub(super) prefers_block: bool,
}

impl Editor {
    /// The current text.
    pub fn text(&self) -> &str {
        self.document.source()
    }

    /// Writes new values in the block style of YAML where it is possible, instead of the style of
    /// their neighbours. Text with tags and comments moves into values in the same style only.
    #[cfg(feature = "yaml")]
    pub fn prefer_block_style(&mut self) {
        self.prefers_block = true;
    }

    /// The current text with the position of each value.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Inserts a member or an item: a member after the others, an item before the item at its
    /// index.
    ///
    /// # Errors
    ///
    /// If the member already exists, the parent does not exist, the index is out of bounds, or the
    /// text cannot be edited there (see [`EditError`]).
    pub fn insert(&mut self, pointer: &str, value: impl Into<Json>) -> Result<(), EditError> {
        self.apply(&[Edit::insert(pointer, value)])
    }

    /// Inserts a member before the member `key` of the same object.
    ///
    /// # Errors
    ///
    /// Like [`Editor::insert`], and if there is no member `key`.
    pub fn insert_before(
        &mut self,
        pointer: &str,
        key: &str,
        value: impl Into<Json>,
    ) -> Result<(), EditError> {
        self.apply(&[Edit::Insert {
            pointer: pointer.to_owned(),
            value: value.into(),
            position: InsertPosition::Before(key.to_owned()),
        }])
    }

    /// Inserts a member after the member `key` of the same object.
    ///
    /// # Errors
    ///
    /// Like [`Editor::insert`], and if there is no member `key`.
    pub fn insert_after(
        &mut self,
        pointer: &str,
        key: &str,
        value: impl Into<Json>,
    ) -> Result<(), EditError> {
        self.apply(&[Edit::insert_after(pointer, key, value)])
    }

    /// Replaces an existing value. The pointer `""` is the whole text.
    ///
    /// # Errors
    ///
    /// If the value does not exist, or the text cannot be edited there (see [`EditError`]).
    pub fn replace(&mut self, pointer: &str, value: impl Into<Json>) -> Result<(), EditError> {
        self.apply(&[Edit::replace(pointer, value)])
    }

    /// Renames the key of a member. Its value and its position remain.
    ///
    /// ```
    /// use stepwright_asl::edit::Editor;
    ///
    /// let mut editor = Editor::parse(r#"{ "Retyr" : [ ], "End": true }"#)?;
    /// editor.rename("/Retyr", "Retry")?;
    /// assert_eq!(editor.text(), r#"{ "Retry" : [ ], "End": true }"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such member, the object already has the new key, or the text cannot be edited
    /// there (see [`EditError`]).
    pub fn rename(&mut self, pointer: &str, key: &str) -> Result<(), EditError> {
        self.apply(&[Edit::rename(pointer, key)])
    }

    /// Moves an item behind the other items of its array.
    ///
    /// ```
    /// use stepwright_asl::edit::Editor;
    ///
    /// let mut editor = Editor::parse("[1,  2, 3 ]")?;
    /// editor.move_last("/0")?;
    /// assert_eq!(editor.text(), "[2,  3, 1 ]");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such item, or the text cannot be edited there (see [`EditError`]).
    pub fn move_last(&mut self, pointer: &str) -> Result<(), EditError> {
        self.apply(&[Edit::move_last(pointer)])
    }

    /// Removes a member or an item.
    ///
    /// # Errors
    ///
    /// If the value does not exist, the pointer is `""`, or the text cannot be edited there (see
    /// [`EditError`]).
    pub fn remove(&mut self, pointer: &str) -> Result<(), EditError> {
        self.apply(&[Edit::remove(pointer)])
    }

    /// Makes several edits, or none of them if one is impossible. All pointers refer to the text
    /// before the edits, and the edits must be about different values. The text is parsed once,
    /// however many edits there are.
    ///
    /// ```
    /// use stepwright_asl::edit::{Edit, Editor};
    ///
    /// let mut editor = Editor::parse(r#"{"a": 1, "b": [1, 2], "c": 3}"#)?;
    /// editor.apply(&[Edit::remove("/a"), Edit::replace("/b/1", "two"), Edit::rename("/c", "d")])?;
    /// assert_eq!(editor.text(), r#"{"b": [1, "two"], "d": 3}"#);
    ///
    /// let error = editor.apply(&[Edit::remove("/b"), Edit::remove("/b/0")]).unwrap_err();
    /// assert!(error.to_string().contains("another edit changes the same text"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If one of the edits is impossible, or two of them change the same text.
    pub fn apply(&mut self, edits: &[Edit]) -> Result<(), EditError> {
        self.apply_with_changes(edits).map(drop)
    }

    /// Makes several edits like [`Editor::apply`], and returns the changes of the previous text:
    /// ranges and their new texts, in text order.
    ///
    /// ```
    /// use stepwright_asl::edit::{Edit, Editor};
    ///
    /// let mut editor = Editor::parse(r#"{"a": 1, "b": 2}"#)?;
    /// let changes = editor.apply_with_changes(&[Edit::rename("/a", "c"), Edit::replace("/b", 3)])?;
    /// assert_eq!(changes, [(1..4, r#""c""#.to_owned()), (14..15, "3".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`Editor::apply`].
    pub fn apply_with_changes(
        &mut self,
        edits: &[Edit],
    ) -> Result<Vec<(Range<usize>, String)>, EditError> {
        let Some(first) = edits.first() else {
            return Ok(Vec::new());
        };
        let (splices, changes) = self.prepare_group(&self.plan(), edits)?;
        self.commit(first.pointer(), &splices, changes)?;
        Ok(splices.into_iter().map(Splice::into_change).collect())
    }

    /// Applies the changes if the resulting text has the intended content.
    pub(super) fn commit(
        &mut self,
        pointer: &str,
        splices: &[Splice],
        changes: Vec<PlacedChange>,
    ) -> Result<(), EditError> {
        let text = apply(self.text(), splices);
        let read = self.reader.read(&text);
        let (document, faults) = read.map_err(|source| EditError::Unreadable {
            pointer: pointer.to_owned(),
            source,
        })?;
        if faults > self.faults {
            let at = splices.first().map_or(0, |splice| splice.range.start);
            let reason = "the edited text would have another syntax error".to_owned();
            return Err(self.refusal_at(pointer, at, reason));
        }
        let wanted = expected(self.document.json(), changes);
        if let Err(other) = compare::check(&wanted, document.json()) {
            let at = splices.first().map_or(0, |splice| splice.range.start);
            let inside = other.strip_prefix(pointer);
            let reason = if inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                "the new value would be parsed as a different value".to_owned()
            } else {
                format!(
                    "the value at `{other}` would also change, because an anchor, an alias or the layout connects the two"
                )
            };
            return Err(self.refusal_at(pointer, at, reason));
        }
        self.document = document;
        self.faults = faults;
        Ok(())
    }

    pub(super) fn refusal(&self, pointer: &str, node: TargetNode<'_>, reason: String) -> EditError {
        self.refusal_at(pointer, node.mark.start as usize, reason)
    }

    pub(super) fn refusal_at(&self, pointer: &str, offset: usize, reason: String) -> EditError {
        EditError::Unsafe {
            pointer: pointer.to_owned(),
            position: self.document.position_at(offset),
            reason,
        }
    }

    /// Rejects changes to an object with duplicate keys: it is ambiguous which of the members is
    /// meant.
    pub(super) fn check_duplicates(
        &self,
        pointer: &str,
        node: TargetNode<'_>,
    ) -> Result<(), EditError> {
        let outer = pointer.rsplit_once('/').map_or("", |(outer, _)| outer);
        let duplicate = self.document.duplicates().iter().find(|duplicate| {
            let inside = duplicate.pointer.strip_prefix(outer);
            inside.is_some_and(|rest| rest.strip_prefix('/') == Some(&escape(&duplicate.key)))
        });
        match duplicate {
            Some(duplicate) if matches!(node.json, Json::Object(_)) => Err(EditError::Unsafe {
                pointer: pointer.to_owned(),
                position: duplicate.again,
                reason: format!("the object has a duplicate key `{}`", duplicate.key),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn plan(&self) -> EditPlan<'_> {
        let source = SourceText {
            text: self.document.source(),
            is_yaml: self.reader.is_yaml(),
        };
        #[cfg_attr(
            not(feature = "yaml"),
            expect(unused_mut, reason = "block style is of YAML")
        )]
        let mut plan = EditPlan::of(source, self.document.json(), self.document.root());
        #[cfg(feature = "yaml")]
        {
            plan.style.prefers_block = self.prefers_block;
        }
        plan
    }
}
