//! The text of a definition, and where it comes from.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use stepwright_asl::json::Document;
use stepwright_asl::yaml::Format;

/// A definition's text.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) format: Format,
    /// `None` when the text cannot be read.
    pub(crate) document: Option<Document>,
}

impl Source {
    /// Where it comes from, as messages say it.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        if self.path == Path::new("-") {
            "standard input".into()
        } else {
            self.path.to_string_lossy()
        }
    }

    /// The file's name without its endings: `orders` for `deploy/orders.asl.json` and `orders.asl.yaml`.
    pub(crate) fn stem(&self) -> &str {
        let name = self
            .path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let stem = [".json", ".yaml", ".yml"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(name);
        let stem = stem.strip_suffix(".asl").unwrap_or(stem);
        if stem.is_empty() || stem == "-" {
            "StateMachine"
        } else {
            stem
        }
    }
}
