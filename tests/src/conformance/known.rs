//! The rows that no correct implementation can reproduce.

use indexmap::IndexMap;
use serde::Deserialize;

/// `tests/conformance/known.toml`: by the stem of the file, ids with the reason why a correct
/// implementation differs.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct KnownDifferences(IndexMap<String, IndexMap<String, Entry>>);

/// Why one row is known to differ.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Why a correct implementation differs.
    reason: String,
    /// Where AWS documents the behaviour, or the evidence in the recording.
    source: String,
}

impl KnownDifferences {
    /// Reads the list.
    ///
    /// # Errors
    ///
    /// When the text is not such a list, or an entry has no reason or source.
    pub fn parse(text: &str) -> Result<Self, String> {
        let known: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let unexplained = known
            .0
            .values()
            .flatten()
            .find(|(_, entry)| entry.reason.is_empty() || entry.source.is_empty());
        match unexplained {
            Some((id, _)) => Err(format!("the entry `{id}` needs a reason and a source")),
            None => Ok(known),
        }
    }

    /// The ids of the rows of a file (`cases` for `cases.jsonl`) that are expected to differ.
    pub fn ids(&self, file: &str) -> impl Iterator<Item = &str> {
        self.0
            .get(file)
            .into_iter()
            .flat_map(|entries| entries.keys().map(String::as_str))
    }
}
