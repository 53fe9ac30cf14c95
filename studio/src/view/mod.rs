//! The view of a session in a page, as one message.

mod list_patch;
mod view_lists;

use serde::Serialize;
use stepwright_editor::Definition;

use crate::digest::digest;
use crate::edit::shown_text::{ShownEdit, ShownText, shown};
use crate::file::FileState;
pub(crate) use view_lists::ViewCache;
use view_lists::{ListChanges, ViewKey};

/// The parts that a page has already.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownParts {
    /// The revision of its text; `None` before it has one.
    pub(crate) revision: Option<usize>,
    /// The tag of its lists.
    pub(crate) tag: String,
    /// Pointers to the states whose bodies it shows as folded.
    pub(crate) folded: Vec<String>,
}

/// The view of a session in a page. Positions are those of the shown text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    revision: usize,
    /// The changes since the revision of the page, in rounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    rounds: Option<Vec<Vec<ShownEdit>>>,
    /// The whole text, for a page without a known revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The length of the text after the changes.
    length: usize,
    /// The digest of the text on the disk.
    base: String,
    is_changed: bool,
    is_conflict: bool,
    can_undo: bool,
    can_redo: bool,
    /// Whether the text cannot be read, so that the picture is an old one.
    is_stale: bool,
    definitions: Vec<String>,
    /// Names the lists after the changes.
    tag: String,
    /// Whether the changes are for an empty page.
    is_whole: bool,
    lists: ListChanges,
}

impl View {
    /// Describes a session for a page that shows one definition.
    pub(crate) fn of(state: &mut FileState, definition: usize, known: &KnownParts) -> View {
        let is_changed = state.is_changed();
        let session = &state.session;
        let document = session.document();
        let text = ShownText::of(document.text());
        let rounds = known.revision.and_then(|known| session.since(known));
        let definitions = document.definitions();
        let chosen = definitions.get(definition);
        let key = ViewKey {
            revision: session.revision(),
            definition,
            folded: known.folded.clone(),
        };
        let old = state.views.tagged(&known.tag);
        let lists = state.views.lists(session, &key);
        View {
            revision: session.revision(),
            text: rounds.is_none().then(|| shown(document.text())),
            rounds,
            length: text.len(),
            base: digest(session.base().as_bytes()),
            is_changed,
            is_conflict: state.conflict.is_some(),
            // The steps of an editor are not known here.
            can_undo: state.owner.is_some() || session.can_undo(),
            can_redo: state.owner.is_some() || session.can_redo(),
            is_stale: chosen.is_some_and(Definition::is_stale),
            definitions: definitions
                .iter()
                .map(|definition| definition.name().unwrap_or_default().to_owned())
                .collect(),
            tag: lists.tag.clone(),
            is_whole: old.is_none(),
            lists: lists.changes_since(old.as_deref()),
        }
    }
}
