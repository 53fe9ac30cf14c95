//! The interface of a text search in executions, and the texts that it compares.

use std::fmt;

use stepwright_asl::redaction::Redaction;

use crate::clock::Timestamp;
use crate::value::Value;
use crate::{ExecutionData, ExecutionFilter, ExecutionPage};

/// Finds executions by a text in their data, for lists of the console.
/// [`ExecutionIndex`](super::ExecutionIndex) is one that follows a store.
pub trait ExecutionSearch: fmt::Debug + Send + Sync {
    /// Whether the search compares texts without the data that `redaction` masks. The console does
    /// not use a search that compares more than its pages show, because each match would reveal a
    /// part of a masked value.
    fn masks(&self, redaction: &Redaction) -> bool;

    /// Returns a page of the executions that pass the filter, and of which one of the
    /// [texts](searched_texts) contains this text. They have the order of
    /// [`Engine::executions`](crate::Engine::executions), whose tokens it takes and returns. A page
    /// can have fewer executions than the limit of the filter, and a next page. The caller does not
    /// wait for executions that are not indexed yet.
    ///
    /// # Errors
    ///
    /// When the index cannot be used. The caller reads the executions instead.
    ///
    /// # Blocking
    ///
    /// Blocks the thread while it reads.
    fn page(&self, filter: &ExecutionFilter, text: &str) -> Result<SearchPage, SearchError>;
}

/// Returns the texts of an execution that a search compares, with masks instead of sensitive data:
/// its input and its output as JSON, its error name and its cause. A missing one is empty.
pub fn searched_texts(data: &ExecutionData, redaction: &Redaction) -> [String; 4] {
    let json = |value: &Value| searched_text(value, redaction);
    // The tokenizer of an index ends at this character, which JSON escapes.
    let plain = |text: &String| redaction.text(text).replace('\0', "\u{fffd}");
    [
        json(&data.input),
        data.output.as_ref().map(json).unwrap_or_default(),
        data.error.as_ref().map(plain).unwrap_or_default(),
        data.cause.as_ref().map(plain).unwrap_or_default(),
    ]
}

/// Returns a value as a search compares it: as JSON, with masks instead of sensitive data.
pub fn searched_text(value: &Value, redaction: &Redaction) -> String {
    if redaction.has_fields() {
        redaction.value(&value.to_json()).to_string()
    } else {
        redaction.text(&value.to_text()).into_owned()
    }
}

/// A page of executions that a search found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SearchPage {
    /// The executions.
    pub page: ExecutionPage,
    /// How many executions were compared with the text.
    pub compared: usize,
    /// Up to which execution the search knows all; `None` if it knows none yet.
    pub indexed_to: Option<IndexedExecution>,
}

/// The newest execution of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexedExecution {
    /// Its ARN.
    pub id: String,
    /// When it started.
    pub started: Timestamp,
    /// Whether the index has all executions that were committed when it read the store last.
    pub is_newest: bool,
}

/// Why a search cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SearchError(String);

impl SearchError {
    /// Creates an error with this reason.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl SearchPage {
    /// Creates a page.
    pub fn new(page: ExecutionPage, compared: usize, indexed_to: Option<IndexedExecution>) -> Self {
        Self {
            page,
            compared,
            indexed_to,
        }
    }
}
