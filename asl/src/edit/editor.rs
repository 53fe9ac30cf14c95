//! The [`Editor`].

use super::compare::{self, Change};
use super::error::EditError;
use super::plan::EditPlan;
use super::source::SourceText;
use super::splice::{Splice, apply};
use super::target::{EditTarget, TargetNode, is_alias, missing};
use crate::SyntaxError;
use crate::json::{Document, Json, MAX_DEPTH, escape, index};
#[cfg(feature = "yaml")]
use crate::yaml::Format;

/// A JSON or YAML text with edits. Text that no edit names remains unchanged, byte by byte; see [`edit`](super).
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
    document: Document,
    /// The parser of the text.
    read: fn(&str) -> Result<Document, SyntaxError>,
    is_yaml: bool,
}

/// The position of a new member.
#[derive(Debug, Clone, Copy)]
enum InsertPosition<'k> {
    Last,
    Before(&'k str),
    After(&'k str),
}

impl Editor {
    /// Edits a JSON text.
    ///
    /// # Errors
    ///
    /// See [`Document::parse`].
    pub fn parse(text: &str) -> Result<Editor, SyntaxError> {
        Ok(Editor {
            document: Document::parse(text)?,
            read: Document::parse,
            is_yaml: false,
        })
    }

    /// Edits a YAML text. A text in JSON remains JSON.
    ///
    /// ```
    /// use stepwright_asl::edit::Editor;
    /// use stepwright_asl::json::Json;
    ///
    /// let mut editor = Editor::parse_yaml("States:\n  Charge: # by card\n    Type: Task\n    End: true\n")?;
    /// let retry: Json = r#"[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]"#.parse()?;
    /// editor.insert_after("/States/Charge/Retry", "Type", retry)?;
    /// assert_eq!(editor.text(), "\
    /// States:
    ///   Charge: # by card
    ///     Type: Task
    ///     Retry:
    ///       - ErrorEquals:
    ///           - States.ALL
    ///         MaxAttempts: 2
    ///     End: true
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Document::parse_yaml`].
    #[cfg(feature = "yaml")]
    pub fn parse_yaml(text: &str) -> Result<Editor, SyntaxError> {
        if Format::of_text(text) == Format::Json
            && let Ok(editor) = Editor::parse(text)
        {
            return Ok(editor);
        }
        Ok(Editor {
            document: Document::parse_yaml(text)?,
            read: Document::parse_yaml,
            is_yaml: true,
        })
    }

    /// The current text.
    pub fn text(&self) -> &str {
        self.document.source()
    }

    /// The current text with the position of each value.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Inserts a member or an item: a member after the others, an item before the item at its index.
    ///
    /// # Errors
    ///
    /// If the member already exists, the parent does not exist, the index is out of bounds, or the text cannot be edited there (see [`EditError`]).
    pub fn insert(&mut self, pointer: &str, value: impl Into<Json>) -> Result<(), EditError> {
        self.insert_at(pointer, InsertPosition::Last, &value.into())
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
        self.insert_at(pointer, InsertPosition::Before(key), &value.into())
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
        self.insert_at(pointer, InsertPosition::After(key), &value.into())
    }

    /// Replaces an existing value. The pointer `""` is the whole text.
    ///
    /// # Errors
    ///
    /// If the value does not exist, or the text cannot be edited there (see [`EditError`]).
    pub fn replace(&mut self, pointer: &str, value: impl Into<Json>) -> Result<(), EditError> {
        let value = value.into();
        check_depth(&value)?;
        let target = EditTarget::find(&self.document, pointer)?;
        let splices = self
            .plan()
            .replace(&target, &value)
            .map_err(|reason| self.refusal(pointer, target.node(), reason))?;
        let path = target.path;
        match path.split_last() {
            Some((&at, outer)) => {
                self.commit(pointer, &splices, outer, Change::Replace(at, &value))
            }
            None => self.commit(pointer, &splices, &[], Change::Root(&value)),
        }
    }

    /// Removes a member or an item.
    ///
    /// # Errors
    ///
    /// If the value does not exist, the pointer is `""`, or the text cannot be edited there (see [`EditError`]).
    pub fn remove(&mut self, pointer: &str) -> Result<(), EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let (Some(parent), Some((&at, outer))) = (target.parent(), target.path.split_last()) else {
            let reason = "the root value cannot be removed; replace it".to_owned();
            return Err(self.refusal(pointer, target.node(), reason));
        };
        self.check_duplicates(pointer, parent)?;
        let splices = self
            .plan()
            .remove(&target, parent, at)
            .map_err(|reason| self.refusal(pointer, target.node(), reason))?;
        self.commit(pointer, &splices, outer, Change::Remove(at))
    }

    fn insert_at(
        &mut self,
        pointer: &str,
        place: InsertPosition<'_>,
        value: &Json,
    ) -> Result<(), EditError> {
        check_depth(value)?;
        let Some((outer, step)) = pointer.rsplit_once('/') else {
            return Err(match pointer {
                "" => EditError::Exists {
                    pointer: String::new(),
                },
                _ => EditError::Pointer {
                    pointer: pointer.to_owned(),
                },
            });
        };
        let step = step.replace("~1", "/").replace("~0", "~");
        let target = EditTarget::find(&self.document, outer)?;
        let node = target.node();
        if is_alias(node.mark) {
            let reason = "this is an alias; edit the value of its anchor, or replace the alias";
            return Err(self.refusal(pointer, node, reason.to_owned()));
        }
        self.check_duplicates(pointer, node)?;
        let beside = |key: &str| match node.json {
            Json::Object(members) => members
                .get_index_of(key)
                .ok_or_else(|| missing(outer, key, node)),
            _ => Err(missing(outer, key, node)),
        };
        let (at, key) = match (node.json, place) {
            (Json::Object(members), _) if members.contains_key(&step) => {
                return Err(EditError::Exists {
                    pointer: pointer.to_owned(),
                });
            }
            (Json::Object(members), InsertPosition::Last) => (members.len(), Some(step.as_str())),
            (_, InsertPosition::Before(key)) => (beside(key)?, Some(step.as_str())),
            (_, InsertPosition::After(key)) => (beside(key)? + 1, Some(step.as_str())),
            (Json::Array(items), InsertPosition::Last) => match index(&step) {
                None if step == "-" => (items.len(), None),
                Some(at) if at <= items.len() => (at, None),
                _ => return Err(missing(outer, &step, node)),
            },
            _ => return Err(missing(outer, &step, node)),
        };
        let splices = self
            .plan()
            .insert(&target, at, key, value)
            .map_err(|reason| self.refusal(pointer, node, reason))?;
        let path = target.path;
        let change = Change::Insert(at, key.unwrap_or_default(), value);
        self.commit(pointer, &splices, &path, change)
    }

    /// Applies the change if the resulting text has the intended content.
    fn commit(
        &mut self,
        pointer: &str,
        splices: &[Splice],
        path: &[usize],
        change: Change<'_>,
    ) -> Result<(), EditError> {
        let text = apply(self.text(), splices);
        let document = (self.read)(&text).map_err(|source| EditError::Unreadable {
            pointer: pointer.to_owned(),
            source,
        })?;
        let checked = compare::check(self.document.json(), document.json(), path, change);
        if let Err(other) = checked {
            let at = splices.first().map_or(0, |splice| splice.range.start);
            let inside = other.strip_prefix(pointer);
            let reason = if inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                "the new value would be parsed as a different value".to_owned()
            } else {
                format!(
                    "the value at `{other}` would also change, because an anchor, an alias or the layout connects the two"
                )
            };
            return Err(EditError::Unsafe {
                pointer: pointer.to_owned(),
                position: self.document.position_at(at),
                reason,
            });
        }
        self.document = document;
        Ok(())
    }

    fn refusal(&self, pointer: &str, node: TargetNode<'_>, reason: String) -> EditError {
        EditError::Unsafe {
            pointer: pointer.to_owned(),
            position: self.document.position_at(node.mark.start as usize),
            reason,
        }
    }

    /// Rejects changes to an object with duplicate keys: it is ambiguous which of the members is meant.
    fn check_duplicates(&self, pointer: &str, node: TargetNode<'_>) -> Result<(), EditError> {
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

    fn plan(&self) -> EditPlan<'_> {
        let source = SourceText {
            text: self.document.source(),
            is_yaml: self.is_yaml,
        };
        EditPlan::of(source, self.document.json(), self.document.root())
    }
}

/// Rejects a value that nests deeper than the parser allows.
fn check_depth(value: &Json) -> Result<(), EditError> {
    fn fits(value: &Json, depth: usize) -> bool {
        match value {
            Json::Array(items) => depth > 0 && items.iter().all(|item| fits(item, depth - 1)),
            Json::Object(members) => {
                depth > 0 && members.values().all(|member| fits(member, depth - 1))
            }
            _ => true,
        }
    }
    if fits(value, MAX_DEPTH) {
        Ok(())
    } else {
        Err(EditError::Value {
            reason: format!("it nests deeper than {MAX_DEPTH} levels"),
        })
    }
}
