//! The text of a definition, and its origin.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stepwright_asl::json::Document;
use stepwright_asl::yaml::Format;

/// A definition's text.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    /// All definitions of a file share it.
    pub(crate) text: Arc<str>,
    pub(crate) format: Format,
    /// `None` if the text cannot be parsed.
    pub(crate) document: Option<Document>,
}

impl SourceFile {
    /// The origin, for messages.
    pub(crate) fn origin(&self) -> Cow<'_, str> {
        if self.path == Path::new("-") {
            "standard input".into()
        } else {
            self.path.to_string_lossy()
        }
    }

    /// The origin of a definition in the file, for messages: `template.yaml (Orders)`.
    pub(crate) fn origin_of(&self, machine: Option<&str>) -> String {
        let file = self.origin();
        match machine {
            Some(machine) => format!("{file} ({machine})"),
            None => file.into_owned(),
        }
    }

    /// The definition's title: the stem of its file, or the name of its folder if the file has a
    /// generic name such as `statemachine` or `definition`.
    pub(crate) fn title(&self) -> String {
        const GENERAL: [&str; 5] = ["statemachine", "definition", "workflow", "template", "asl"];
        let stem = self.stem();
        let plain: String = stem.chars().filter(|c| c.is_alphanumeric()).collect();
        if !GENERAL.contains(&plain.to_ascii_lowercase().as_str()) {
            return stem.to_owned();
        }
        // A path without a folder is in the current one.
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let mut folders = path.parent().into_iter().flat_map(Path::iter).rev();
        let folder = folders.find_map(|folder| {
            let folder = folder.to_str()?;
            let plain: String = folder.chars().filter(|c| c.is_alphanumeric()).collect();
            let plain = plain.to_ascii_lowercase();
            let is_general = GENERAL
                .iter()
                .any(|general| plain == *general || plain == format!("{general}s"));
            (!is_general && plain.chars().any(char::is_alphabetic)).then_some(folder)
        });
        folder.unwrap_or(stem).to_owned()
    }

    /// The file's name without its extensions: `orders` for `deploy/orders.asl.json` and
    /// `orders.asl.yaml`.
    pub(crate) fn stem(&self) -> &str {
        let name = self
            .path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let stem = [".json", ".jsonc", ".json5", ".yaml", ".yml"]
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
