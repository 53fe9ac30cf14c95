//! A document that is open in the editor.

use std::cell::{Cell, OnceCell, Ref, RefCell};
use std::ops::Range;
use std::rc::Rc;

use gen_lsp_types::{Position, Uri};
use stepwright_asl::validate::Validator;
use stepwright_editor::{Document, EditorDiagnostic, TextEdit};

use crate::document_uri::{name_of, path_of};
use crate::positions::{ColumnUnit, LineStarts};
use crate::session::Session;
use crate::workspace_files::WorkspaceFiles;

/// A text of the editor. It is read when the first answer needs it, so a burst of changes is read
/// once.
pub(crate) struct OpenDocument {
    files: Rc<dyn WorkspaceFiles>,
    pub(crate) uri: Uri,
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

impl Session {
    /// A document with a text.
    pub(crate) fn read_document(&self, uri: Uri, text: String, version: i32) -> OpenDocument {
        let columns = self.client.columns;
        OpenDocument {
            files: self.workspace.files.clone(),
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
}

impl OpenDocument {
    pub(crate) fn version(&self) -> i32 {
        self.version
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The document of the current text.
    pub(crate) fn document(&self) -> &Document {
        self.read.get_or_init(|| match &self.before {
            Some(before) => before.with_text(&self.text, self.version),
            None => {
                let siblings = module_files(&*self.files, &self.uri);
                Document::open_with(name_of(&self.uri), &self.text, self.version, siblings)
            }
        })
    }

    /// Checks the current text.
    pub(crate) fn check(&self, validator: &Validator) {
        self.diagnostics
            .replace(self.document().diagnostics(validator));
        self.is_checked.set(true);
    }

    /// Whether the current text was checked.
    pub(crate) fn is_checked(&self) -> bool {
        self.is_checked.get()
    }

    /// The diagnostics of the last check.
    pub(crate) fn diagnostics(&self) -> Ref<'_, Vec<EditorDiagnostic>> {
        self.diagnostics.borrow()
    }

    /// Changes the text.
    pub(crate) fn change(&mut self, version: i32, change: impl FnOnce(&mut String, &LineStarts)) {
        if let Some(document) = self.read.take() {
            self.before = Some(document);
        }
        change(&mut self.text, &self.lines);
        self.lines = LineStarts::of(&self.text, self.columns);
        self.version = version;
        self.is_checked.set(false);
    }

    pub(crate) fn offset(&self, position: Position) -> usize {
        self.lines.offset(&self.text, position)
    }

    pub(crate) fn offsets(&self, range: gen_lsp_types::Range) -> Range<usize> {
        self.lines.offsets(&self.text, range)
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        self.lines.position(&self.text, offset)
    }

    pub(crate) fn range(&self, range: Range<usize>) -> gen_lsp_types::Range {
        self.lines.range(&self.text, range)
    }

    pub(crate) fn edits(&self, edits: Vec<TextEdit>) -> Vec<gen_lsp_types::TextEdit> {
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
fn module_files(files: &dyn WorkspaceFiles, uri: &Uri) -> Vec<(String, String)> {
    let Some(path) = path_of(&uri.0) else {
        return Vec::new();
    };
    let others = files.module_files(&path).into_iter();
    let texts = others.filter_map(|other| {
        let text = files.read(path.parent()?, &other)?;
        Some((other.to_string_lossy().into_owned(), text))
    });
    texts.collect()
}
