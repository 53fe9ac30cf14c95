//! The editing of one file: its text, its revision, and a log of its changes.

use std::collections::VecDeque;

use stepwright_asl::validate::Validator;
use stepwright_editor::{Document, EditorDiagnostic, TextEdit};

use crate::edit::action::{Action, perform};
use crate::edit::action_error::ActionError;
use crate::edit::merge;
use crate::edit::performed::NewFile;
use crate::edit::rounds::Rounds;
use crate::edit::shown_text::{ShownEdit, ShownText};

/// How many changes a page can be behind before it loads the whole text again.
const MOST_CHANGES: usize = 2_000;
/// How many steps can be undone.
const MOST_STEPS: usize = 2_000;

/// The editing of one file.
///
/// All changes of the text, by the picture, by typing or from the disk, are in one log. A revision
/// is the number of changes since the file was opened.
#[derive(Debug)]
pub struct Session {
    document: Document,
    validator: Validator,
    diagnostics: Vec<EditorDiagnostic>,
    /// The text on the disk, as far as this session knows.
    base: String,
    revision: usize,
    log: VecDeque<Vec<Vec<ShownEdit>>>,
    done: VecDeque<Step>,
    undone: Vec<Step>,
}

/// A change that can be undone.
#[derive(Debug)]
struct Step {
    forward: Rounds,
    backward: Rounds,
    /// Whether further typing belongs to the same step.
    is_typing: bool,
}

/// Actions that were performed on a copy of the document.
#[derive(Debug)]
struct StepResult {
    rounds: Rounds,
    document: Document,
    is_typing: bool,
    outcome: Outcome,
}

/// The result of actions.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Pointers to the states that the page then selects.
    pub select: Vec<String>,
    /// The file of a new state machine.
    pub extracted: Option<NewFile>,
}

/// The reason why actions had no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The text has changed since the revision for which the actions were meant.
    #[error("the file has changed since then; look at the new picture and repeat the edit")]
    Stale,
    /// An action cannot be performed.
    #[error(transparent)]
    Refused(#[from] ActionError),
}

/// The effect of a text that another program wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiskChange {
    /// The text on the disk is the known one.
    None,
    /// The changes are in the session now.
    Merged,
    /// Both changed the same lines: the user chooses.
    Conflict,
}

impl Session {
    /// Opens a text. The name of its file determines the format.
    pub fn open(name: &str, text: &str, validator: Validator) -> Session {
        let document = Document::open(name, text, 0);
        let diagnostics = document.diagnostics(&validator);
        Session {
            document,
            validator,
            diagnostics,
            base: text.to_owned(),
            revision: 0,
            log: VecDeque::new(),
            done: VecDeque::new(),
            undone: Vec::new(),
        }
    }

    /// The document with the current text.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The problems of the current text.
    pub fn diagnostics(&self) -> &[EditorDiagnostic] {
        &self.diagnostics
    }

    /// The validator of the file.
    pub fn validator(&self) -> &Validator {
        &self.validator
    }

    /// The number of changes since the file was opened.
    pub fn revision(&self) -> usize {
        self.revision
    }

    /// The text on the disk, as far as the session knows.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether the text differs from that on the disk.
    pub fn is_changed(&self) -> bool {
        self.document.text() != self.base
    }

    /// Whether a step can be undone.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether an undone step can be repeated.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// The edits of the shown text since a revision, in rounds. `None` if the revision is unknown
    /// or too old; the page then loads the text.
    pub fn since(&self, revision: usize) -> Option<Vec<Vec<ShownEdit>>> {
        let behind = self.revision.checked_sub(revision)?;
        let first = self.log.len().checked_sub(behind)?;
        Some(self.log.range(first..).flatten().cloned().collect())
    }

    /// Performs actions on the text of a revision: all of them, as one step, or none.
    ///
    /// # Errors
    ///
    /// [`SessionError::Stale`] for another revision than the current one.
    pub fn apply(&mut self, revision: usize, actions: &[Action]) -> Result<Outcome, SessionError> {
        if let [action @ (Action::Undo | Action::Redo)] = actions {
            self.check(revision)?;
            match action {
                Action::Undo => self.undo(),
                _ => self.redo(),
            }
            return Ok(Outcome::default());
        }
        let result = self.perform(revision, actions)?;
        if !result.rounds.is_empty() {
            self.make(result.rounds, Some(result.document), result.is_typing);
        }
        Ok(result.outcome)
    }

    /// Computes actions for an editor that owns the text: returns the edits of the current text, in
    /// text order, and changes nothing. [`follow`](Self::follow) takes over the new text.
    ///
    /// # Errors
    ///
    /// Those of [`apply`](Self::apply), and undo and redo, which the editor has.
    pub fn plan(
        &self,
        revision: usize,
        actions: &[Action],
    ) -> Result<(Vec<TextEdit>, Outcome), SessionError> {
        if actions
            .iter()
            .any(|action| matches!(action, Action::Undo | Action::Redo))
        {
            return Err(ActionError::new("undo and redo are those of the editor").into());
        }
        let result = self.perform(revision, actions)?;
        let edits = TextEdit::composed(self.document.text(), &result.rounds);
        Ok((edits, result.outcome))
    }

    fn check(&self, revision: usize) -> Result<(), SessionError> {
        if revision == self.revision {
            Ok(())
        } else {
            Err(SessionError::Stale)
        }
    }

    /// Performs actions on a copy of the document.
    fn perform(&self, revision: usize, actions: &[Action]) -> Result<StepResult, SessionError> {
        self.check(revision)?;
        let mut result = StepResult {
            rounds: Rounds::new(),
            document: self.document.clone(),
            is_typing: false,
            outcome: Outcome::default(),
        };
        for action in actions {
            if matches!(action, Action::Undo | Action::Redo) {
                return Err(ActionError::new("undo and redo are single actions").into());
            }
            result.is_typing = matches!(action, Action::Type { joins: true, .. });
            let diagnostics = if result.rounds.is_empty() {
                &self.diagnostics[..]
            } else {
                &[]
            };
            let done = perform(&result.document, action, diagnostics)?;
            for edits in done.rounds {
                result.document = result.document.with_edits(&edits);
                result.rounds.push(edits);
            }
            result.outcome.select = done.select;
            result.outcome.extracted = done.extracted.or(result.outcome.extracted);
        }
        result.rounds.retain(|edits| !edits.is_empty());
        Ok(result)
    }

    /// Adds a step of the user. `document` has the new text, if it has been read already.
    fn make(&mut self, forward: Rounds, document: Option<Document>, is_typing: bool) {
        let backward = self.replace(&forward, document);
        self.undone.clear();
        if let Some(last) = self.done.back_mut()
            && is_typing
            && last.is_typing
        {
            last.forward.extend(forward);
            last.backward.splice(0..0, backward);
            return;
        }
        self.done.push_back(Step {
            forward,
            backward,
            is_typing,
        });
        if self.done.len() > MOST_STEPS {
            self.done.pop_front();
        }
    }

    fn undo(&mut self) {
        if let Some(mut step) = self.done.pop_back() {
            self.replace(&step.backward, None);
            step.is_typing = false;
            self.undone.push(step);
        }
        // Typing after an undo begins a new step.
        if let Some(last) = self.done.back_mut() {
            last.is_typing = false;
        }
    }

    fn redo(&mut self) {
        if let Some(step) = self.undone.pop() {
            self.replace(&step.forward, None);
            self.done.push_back(step);
        }
    }

    /// Changes the text. Returns the rounds that change it back.
    fn replace(&mut self, rounds: &Rounds, document: Option<Document>) -> Rounds {
        let mut backward = Rounds::with_capacity(rounds.len());
        let mut change = Vec::with_capacity(rounds.len());
        let mut text = self.document.text().to_owned();
        for edits in rounds {
            change.push(ShownText::of(&text).shown(edits));
            backward.push(inverse(&text, edits));
            text = TextEdit::apply(&text, edits);
        }
        backward.reverse();
        self.document = document.unwrap_or_else(|| self.document.with_text(&text, 0));
        self.diagnostics = self.document.diagnostics(&self.validator);
        self.revision += 1;
        self.log.push_back(change);
        if self.log.len() > MOST_CHANGES {
            self.log.pop_front();
        }
        backward
    }

    /// Takes over the text of the editor that owns it. Only the editor can undo this.
    pub fn follow(&mut self, text: &str) {
        let edits = merge::small_edits(self.document.text(), text);
        if !edits.is_empty() {
            self.replace(&vec![edits], None);
        }
    }

    /// Takes over what another program wrote.
    pub fn disk_changed(&mut self, disk: &str) -> DiskChange {
        if disk == self.base {
            return DiskChange::None;
        }
        let Some(edits) = merge::merged(&self.base, self.document.text(), disk) else {
            return DiskChange::Conflict;
        };
        self.base = disk.to_owned();
        if !edits.is_empty() {
            self.make(vec![edits], None, false);
        }
        DiskChange::Merged
    }

    /// Replaces the text by that of the disk, as one step that can be undone.
    pub fn take_disk(&mut self, disk: &str) {
        self.base = disk.to_owned();
        let edits = merge::line_edits(self.document.text(), disk);
        if !edits.is_empty() {
            self.make(vec![edits], None, false);
        }
    }

    /// The file on the disk has this text now: the session saved it, or the user prefers the text
    /// of the session.
    pub fn set_base(&mut self, disk: &str) {
        self.base = disk.to_owned();
    }
}

/// The edits of the new text that restore the old one.
fn inverse(old: &str, edits: &[TextEdit]) -> Vec<TextEdit> {
    let mut shift = 0_isize;
    let inverse = edits.iter().map(|edit| {
        let start = (edit.range.start as isize + shift) as usize;
        shift += edit.text.len() as isize - edit.range.len() as isize;
        TextEdit::replace(start..start + edit.text.len(), &old[edit.range.clone()])
    });
    inverse.collect()
}
