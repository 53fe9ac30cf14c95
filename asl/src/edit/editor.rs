//! The [`Editor`].

use std::ops::Range;

use super::compare;
use super::error::EditError;
use super::expected::{Change, PlacedChange, expected};
use super::operation::{Edit, InsertPosition};
use super::plan::EditPlan;
use super::source::SourceText;
use super::splice::{Splice, apply, insert_sorted, meets};
use super::target::{EditTarget, TargetNode, is_alias, missing};
use crate::SyntaxError;
use crate::json::{Dialect, Document, Json, MAX_DEPTH, escape, index};
#[cfg(feature = "yaml")]
use crate::yaml::{Format, TagMode, parse_recovering, read_template};

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
    reader: TextReader,
    /// The number of syntax errors in the text.
    faults: usize,
}

/// The parser of a text.
#[derive(Debug, Clone, Copy)]
enum TextReader {
    /// JSON or a superset of it.
    Json(Dialect),
    /// JSON or a superset of it, with or without syntax errors.
    Recovering(Dialect),
    /// YAML, perhaps with syntax errors.
    #[cfg(feature = "yaml")]
    Yaml(YamlReader),
}

/// A parser of YAML: the text and its syntax errors.
#[cfg(feature = "yaml")]
type YamlReader = fn(&str) -> Result<(Document, Vec<SyntaxError>), SyntaxError>;

impl TextReader {
    /// Parses a text. Returns it with the number of its syntax errors.
    fn read(self, text: &str) -> Result<(Document, usize), SyntaxError> {
        match self {
            TextReader::Json(dialect) => Ok((Document::parse_dialect(text, dialect)?, 0)),
            TextReader::Recovering(dialect) => {
                let (document, errors) = Document::parse_recovering(text, dialect);
                Ok((document, errors.len()))
            }
            #[cfg(feature = "yaml")]
            TextReader::Yaml(read) => {
                let (document, errors) = read(text)?;
                Ok((document, errors.len()))
            }
        }
    }

    fn is_yaml(self) -> bool {
        match self {
            TextReader::Json(_) | TextReader::Recovering(_) => false,
            #[cfg(feature = "yaml")]
            TextReader::Yaml(_) => true,
        }
    }
}

/// The reason why an alias cannot be edited.
pub(super) const ALIAS: &str =
    "this is an alias; edit the value of its anchor, or replace the alias";

/// The text changes of one edit, and the change of the value that they make.
pub(super) struct PreparedEdit {
    splices: Vec<Splice>,
    placed: PlacedChange,
}

impl Editor {
    /// Edits a JSON text.
    ///
    /// # Errors
    ///
    /// See [`Document::parse`].
    pub fn parse(text: &str) -> Result<Editor, SyntaxError> {
        Editor::parse_dialect(text, Dialect::Json)
    }

    /// Edits a text in JSON, or in its largest superset if the text has comments or other syntax
    /// that JSON lacks.
    ///
    /// # Errors
    ///
    /// See [`Document::parse_dialect`].
    pub fn parse_any_dialect(text: &str) -> Result<Editor, SyntaxError> {
        Editor::parse(text).or_else(|_| Editor::parse_dialect(text, Dialect::Json5))
    }

    /// Edits a text in JSON or a superset of it, also if it has syntax errors. An edit must not add
    /// one.
    ///
    /// ```
    /// use stepwright_asl::edit::Editor;
    /// use stepwright_asl::json::Dialect;
    ///
    /// let text = "{\n  \"StartAt\": , // later\n  \"States\": {\"A\": {\"Type\": \"Pass\"}}\n}";
    /// let mut editor = Editor::parse_recovering(text, Dialect::Comments);
    /// editor.insert("/States/A/End", true)?;
    /// assert_eq!(editor.text(), text.replace("\"Pass\"", "\"Pass\", \"End\": true"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse_recovering(text: &str, dialect: Dialect) -> Editor {
        let (document, errors) = Document::parse_recovering(text, dialect);
        Editor {
            document,
            reader: TextReader::Recovering(dialect),
            faults: errors.len(),
        }
    }

    fn open(text: &str, reader: TextReader) -> Result<Editor, SyntaxError> {
        let (document, faults) = reader.read(text)?;
        Ok(Editor {
            document,
            reader,
            faults,
        })
    }

    /// Edits a text in a dialect of JSON. Comments and the notation of unchanged values remain.
    ///
    /// ```
    /// use stepwright_asl::edit::Editor;
    /// use stepwright_asl::json::Dialect;
    ///
    /// let text = "{\n  StartAt: 'Charge', // by card\n}";
    /// let mut editor = Editor::parse_dialect(text, Dialect::Json5)?;
    /// editor.insert("/TimeoutSeconds", 60)?;
    /// let edited = "{\n  StartAt: 'Charge', // by card\n  \"TimeoutSeconds\": 60,\n}";
    /// assert_eq!(editor.text(), edited);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Document::parse_dialect`].
    pub fn parse_dialect(text: &str, dialect: Dialect) -> Result<Editor, SyntaxError> {
        Editor::open(text, TextReader::Json(dialect))
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
        Editor::parse_with(text, |text| Ok((Document::parse_yaml(text)?, Vec::new())))
    }

    /// Edits a YAML text, also if it has syntax errors. An edit must not add one.
    ///
    /// # Errors
    ///
    /// See [`Document::parse_yaml_recovering`].
    #[cfg(feature = "yaml")]
    pub fn parse_yaml_recovering(text: &str) -> Result<Editor, SyntaxError> {
        Editor::open(text, TextReader::Yaml(Document::parse_yaml_recovering))
    }

    /// Edits a [template](crate::template) in JSON or YAML, whose values may have any tag.
    ///
    /// # Errors
    ///
    /// If the text is neither JSON nor YAML.
    #[cfg(feature = "yaml")]
    pub fn parse_template(text: &str) -> Result<Editor, SyntaxError> {
        Editor::parse_with(text, |text| {
            Ok((Document::read(text, read_template)?, Vec::new()))
        })
    }

    /// Edits a template in YAML, also if it has syntax errors. An edit must not add one.
    ///
    /// # Errors
    ///
    /// See [`Document::parse_yaml_recovering`].
    #[cfg(feature = "yaml")]
    pub fn parse_template_recovering(text: &str) -> Result<Editor, SyntaxError> {
        let read: YamlReader = |text| parse_recovering(text, TagMode::Template);
        Editor::open(text, TextReader::Yaml(read))
    }

    /// Edits a text in JSON, or in the YAML that `read` parses.
    #[cfg(feature = "yaml")]
    fn parse_with(text: &str, read: YamlReader) -> Result<Editor, SyntaxError> {
        if Format::of_text(text) == Format::Json
            && let Ok(editor) = Editor::parse(text)
        {
            return Ok(editor);
        }
        Editor::open(text, TextReader::Yaml(read))
    }

    /// The current text.
    pub fn text(&self) -> &str {
        self.document.source()
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

    /// Makes as many of these groups of edits as possible, without two that change the same text.
    /// Returns for each group whether it was made; the error of an impossible group. The groups
    /// that were left out may be possible in the edited text, with pointers into that text.
    pub(crate) fn apply_some(&mut self, groups: &[&[Edit]]) -> Vec<Result<bool, EditError>> {
        let plan = self.plan();
        let mut splices: Vec<Splice> = Vec::new();
        let mut changes = Vec::new();
        let mut made: Vec<Result<bool, EditError>> = Vec::new();
        for group in groups {
            made.push(self.prepare_group(&plan, group).map(|prepared| {
                let (own, placed) = prepared;
                let is_free = own.iter().all(|splice| !meets(&splices, splice));
                if is_free {
                    insert_sorted(&mut splices, own);
                    changes.extend(placed);
                }
                is_free
            }));
        }
        let chosen: Vec<usize> = (0..made.len()).filter(|at| made[*at] == Ok(true)).collect();
        let Some(first) = chosen.first().and_then(|at| groups[*at].first()) else {
            return made;
        };
        if let Err(error) = self.commit(first.pointer(), &splices, changes) {
            self.apply_halves(groups, &chosen, &mut made, error);
        }
        made
    }

    /// Makes some of the chosen groups, which cannot be made together: one of them is impossible.
    /// As soon as a half is made, the pointers of the others may be out of date.
    fn apply_halves(
        &mut self,
        groups: &[&[Edit]],
        chosen: &[usize],
        made: &mut [Result<bool, EditError>],
        error: EditError,
    ) {
        if let [only] = chosen {
            made[*only] = Err(error);
            return;
        }
        chosen.iter().for_each(|at| made[*at] = Ok(false));
        let (first, second) = chosen.split_at(chosen.len() / 2);
        for half in [first, second] {
            let of_half: Vec<&[Edit]> = half.iter().map(|at| groups[*at]).collect();
            for (at, result) in half.iter().zip(self.apply_some(&of_half)) {
                made[*at] = result;
            }
            if half.iter().any(|at| made[*at] == Ok(true)) {
                return;
            }
        }
    }

    /// The text changes of a group of edits, in text order, and its changes of the value.
    fn prepare_group(
        &self,
        plan: &EditPlan<'_>,
        group: &[Edit],
    ) -> Result<(Vec<Splice>, Vec<PlacedChange>), EditError> {
        let mut splices: Vec<Splice> = Vec::new();
        let mut changes = Vec::new();
        for edit in group {
            let prepared = self.prepare(plan, edit, group)?;
            if prepared.splices.iter().any(|one| meets(&splices, one)) {
                return Err(self.overlap(edit.pointer(), &prepared.splices));
            }
            insert_sorted(&mut splices, prepared.splices);
            changes.push(prepared.placed);
        }
        Ok((splices, changes))
    }

    fn prepare(
        &self,
        plan: &EditPlan<'_>,
        edit: &Edit,
        group: &[Edit],
    ) -> Result<PreparedEdit, EditError> {
        match edit {
            Edit::Replace { pointer, value } => self.prepare_replace(plan, pointer, value),
            Edit::Rename { pointer, key } => self.prepare_rename(plan, pointer, key),
            Edit::Remove { pointer } => self.prepare_remove(plan, pointer, group),
            Edit::MoveLast { pointer } => self.prepare_move(plan, pointer),
            Edit::Reorder { pointer, keys } => self.prepare_reorder(plan, pointer, keys),
            Edit::CopyText {
                pointer,
                from,
                keys,
            } => self.prepare_copy(plan, pointer, from, keys),
            Edit::RemoveMembers { pointer, keys } => {
                self.prepare_remove_members(plan, pointer, keys)
            }
            Edit::Unnest { pointer, members } => self.prepare_unnest(plan, pointer, members),
            Edit::Insert {
                pointer,
                value,
                position,
            } => self.prepare_insert(plan, pointer, position, value),
        }
    }

    fn prepare_replace(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        value: &Json,
    ) -> Result<PreparedEdit, EditError> {
        check_depth(value)?;
        let target = EditTarget::find(&self.document, pointer)?;
        let splices = plan.replace(&target, value);
        self.prepared(pointer, target, splices, Change::Replace(value.clone()))
    }

    fn prepare_rename(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        key: &str,
    ) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let parent = target.parent();
        let Some((parent, members)) =
            parent.and_then(|parent| Some((parent, parent.json.as_object()?)))
        else {
            let reason = "it has no key; only a member of an object can be renamed".to_owned();
            return Err(self.refusal(pointer, target.node(), reason));
        };
        if members.contains_key(key) {
            let (outer, _) = pointer.rsplit_once('/').unwrap_or_default();
            return Err(EditError::Exists {
                pointer: format!("{outer}/{}", escape(key)),
            });
        }
        self.check_duplicates(pointer, parent)?;
        let splices = plan.rename(&target, parent, key);
        self.prepared(pointer, target, splices, Change::Rename(key.to_owned()))
    }

    fn prepare_remove(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        group: &[Edit],
    ) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let (Some(parent), Some(&at)) = (target.parent(), target.path.last()) else {
            let reason = "the root value cannot be removed; replace it".to_owned();
            return Err(self.refusal(pointer, target.node(), reason));
        };
        self.check_duplicates(pointer, parent)?;
        let is_last = ends_with_removals(pointer, parent, at, group);
        let splices = plan.remove(&target, parent, at, is_last);
        self.prepared(pointer, target, splices, Change::Remove)
    }

    fn prepare_move(&self, plan: &EditPlan<'_>, pointer: &str) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let parent = target.parent();
        let (Some(parent), Some(&at)) = (
            parent.filter(|parent| matches!(parent.json, Json::Array(_))),
            target.path.last(),
        ) else {
            let reason = "it is not an item of an array".to_owned();
            return Err(self.refusal(pointer, target.node(), reason));
        };
        let splices = plan.move_last(parent, at);
        self.prepared(pointer, target, splices, Change::MoveLast)
    }

    fn prepare_insert(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        position: &InsertPosition,
        value: &Json,
    ) -> Result<PreparedEdit, EditError> {
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
            return Err(self.refusal(pointer, node, ALIAS.to_owned()));
        }
        self.check_duplicates(pointer, node)?;
        let (at, is_member) = child_position(pointer, outer, &step, node, position)?;
        let key = is_member.then_some(step.as_str());
        let splices = plan.insert(&target, at, key, value);
        let change = Change::Insert(step, value.clone());
        let mut prepared = self.prepared(pointer, target, splices, change)?;
        prepared.placed.path.push(at);
        Ok(prepared)
    }

    /// The text changes of an edit of a target, or its error if the text cannot be changed there.
    pub(super) fn prepared(
        &self,
        pointer: &str,
        target: EditTarget<'_>,
        splices: Result<Vec<Splice>, String>,
        change: Change,
    ) -> Result<PreparedEdit, EditError> {
        match splices {
            Ok(splices) => Ok(PreparedEdit {
                splices,
                placed: PlacedChange {
                    path: target.path,
                    change,
                },
            }),
            Err(reason) => Err(self.refusal(pointer, target.node(), reason)),
        }
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

    fn overlap(&self, pointer: &str, splices: &[Splice]) -> EditError {
        let at = splices.first().map_or(0, |splice| splice.range.start);
        self.refusal_at(pointer, at, "another edit changes the same text".to_owned())
    }

    pub(super) fn refusal(&self, pointer: &str, node: TargetNode<'_>, reason: String) -> EditError {
        self.refusal_at(pointer, node.mark.start as usize, reason)
    }

    fn refusal_at(&self, pointer: &str, offset: usize, reason: String) -> EditError {
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
        EditPlan::of(source, self.document.json(), self.document.root())
    }
}

/// Whether a group of edits removes all children after the one at `pointer`, and at least one.
fn ends_with_removals(pointer: &str, parent: TargetNode<'_>, at: usize, group: &[Edit]) -> bool {
    let outer = pointer.rsplit_once('/').map_or("", |(outer, _)| outer);
    let is_removed = |step: &str| {
        group.iter().any(|edit| match edit {
            Edit::Remove { pointer } => {
                let inside = pointer.strip_prefix(outer);
                inside.and_then(|rest| rest.strip_prefix('/')) == Some(step)
            }
            _ => false,
        })
    };
    match parent.json {
        Json::Object(members) => {
            let mut later = members.keys().skip(at + 1);
            at + 1 < members.len() && later.all(|key| is_removed(&escape(key)))
        }
        Json::Array(items) => {
            let mut later = at + 1..items.len();
            at + 1 < items.len() && later.all(|index| is_removed(&index.to_string()))
        }
        _ => false,
    }
}

/// The index of a new child, and whether it is a member.
fn child_position(
    pointer: &str,
    outer: &str,
    step: &str,
    node: TargetNode<'_>,
    position: &InsertPosition,
) -> Result<(usize, bool), EditError> {
    let beside = |key: &str| match node.json {
        Json::Object(members) => members
            .get_index_of(key)
            .ok_or_else(|| missing(outer, key, node)),
        _ => Err(missing(outer, key, node)),
    };
    match (node.json, position) {
        (Json::Object(members), _) if members.contains_key(step) => Err(EditError::Exists {
            pointer: pointer.to_owned(),
        }),
        (Json::Object(members), InsertPosition::Last) => Ok((members.len(), true)),
        (_, InsertPosition::Before(key)) => Ok((beside(key)?, true)),
        (_, InsertPosition::After(key)) => Ok((beside(key)? + 1, true)),
        (Json::Array(items), InsertPosition::Last) => match index(step) {
            None if step == "-" => Ok((items.len(), false)),
            Some(at) if at <= items.len() => Ok((at, false)),
            _ => Err(missing(outer, step, node)),
        },
        _ => Err(missing(outer, step, node)),
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
