//! A document that is open in the editor.

use std::cell::{Cell, OnceCell, Ref, RefCell};
use std::ops::Range;

use gen_lsp_types::{Position, Uri};
use stepwright_asl::validate::Validator;
use stepwright_editor::{Document, EditorDiagnostic, TextEdit};

use super::document_uri::{name_of, path_of};
use super::positions::{ColumnUnit, LineStarts};
use crate::definitions::named_file;
use crate::definitions::terraform::{is_terraform, siblings};

/// A text of the editor. It is read when the first answer needs it, so a burst of changes is read
/// once.
#[derive(Debug)]
pub(super) struct OpenDocument {
    pub(super) uri: Uri,
    text: String,
    version: i32,
    lines: LineStarts,
    columns: ColumnUnit,
    /// The document of an earlier version.
    before: Option<Document>,
    read: OnceCell<Document>,
    /// The diagnostics of the last check, which may be those of an earlier text.
    diagnostics: RefCell<Vec<EditorDiagnostic>>,
    /// Whether they are those of the current text.
    is_checked: Cell<bool>,
}

impl OpenDocument {
    pub(super) fn new(uri: Uri, text: String, version: i32, columns: ColumnUnit) -> OpenDocument {
        OpenDocument {
            lines: LineStarts::of(&text, columns),
            uri,
            text,
            version,
            columns,
            before: None,
            read: OnceCell::new(),
            diagnostics: RefCell::default(),
            is_checked: Cell::new(false),
        }
    }

    pub(super) fn version(&self) -> i32 {
        self.version
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The document of the current text.
    pub(super) fn document(&self) -> &Document {
        self.read.get_or_init(|| match &self.before {
            Some(before) => before.with_text(&self.text, self.version),
            None => {
                let siblings = module_files(&self.uri);
                Document::open_with(name_of(&self.uri), &self.text, self.version, siblings)
            }
        })
    }

    /// Checks the current text.
    pub(super) fn check(&self, validator: &Validator) {
        self.diagnostics
            .replace(self.document().diagnostics(validator));
        self.is_checked.set(true);
    }

    /// Whether the current text was checked.
    pub(super) fn is_checked(&self) -> bool {
        self.is_checked.get()
    }

    /// The diagnostics of the last check.
    pub(super) fn diagnostics(&self) -> Ref<'_, Vec<EditorDiagnostic>> {
        self.diagnostics.borrow()
    }

    /// Changes the text.
    pub(super) fn change(&mut self, version: i32, change: impl FnOnce(&mut String, &LineStarts)) {
        if let Some(document) = self.read.take() {
            self.before = Some(document);
        }
        change(&mut self.text, &self.lines);
        self.lines = LineStarts::of(&self.text, self.columns);
        self.version = version;
        self.is_checked.set(false);
    }

    pub(super) fn offset(&self, position: Position) -> usize {
        self.lines.offset(&self.text, position)
    }

    pub(super) fn offsets(&self, range: gen_lsp_types::Range) -> Range<usize> {
        self.lines.offsets(&self.text, range)
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        self.lines.position(&self.text, offset)
    }

    pub(super) fn range(&self, range: Range<usize>) -> gen_lsp_types::Range {
        self.lines.range(&self.text, range)
    }

    pub(super) fn edits(&self, edits: Vec<TextEdit>) -> Vec<gen_lsp_types::TextEdit> {
        let edits = edits.into_iter();
        edits
            .map(|edit| gen_lsp_types::TextEdit {
                range: self.range(edit.range),
                new_text: edit.text,
            })
            .collect()
    }
}

/// The other files of the Terraform module of a document, which may have locals for it.
fn module_files(uri: &Uri) -> Vec<(String, String)> {
    let Some(path) = path_of(uri).filter(|path| is_terraform(path)) else {
        return Vec::new();
    };
    let texts = siblings(&path).into_iter().filter_map(|other| {
        let text = named_file::next_to(&path, &other).ok()?;
        Some((other.to_string_lossy().into_owned(), text))
    });
    texts.collect()
}
