//! What the client supports.

use gen_lsp_types::InitializeParams;
use serde_json::Value;

use super::positions::ColumnUnit;

/// The abilities of a client on which answers depend.
#[derive(Debug, Clone)]
pub(super) struct ClientAbilities {
    pub(super) columns: ColumnUnit,
    /// Edits may name the version of the text.
    pub(super) versioned_edits: bool,
    /// Edits may ask for a confirmation, with a preview.
    pub(super) annotated_edits: bool,
    pub(super) markdown: bool,
    pub(super) snippets: bool,
    /// Symbols may be a tree.
    pub(super) symbol_tree: bool,
    pub(super) definition_links: bool,
    /// The client reports changes of files that the server registers.
    pub(super) watches_files: bool,
    /// The client asks again for code lenses when the server says that they changed.
    pub(super) refreshes_lenses: bool,
}

impl ClientAbilities {
    /// Reads them leniently: a client that sends an unexpected type lacks the ability.
    pub(super) fn of(parameters: &InitializeParams) -> ClientAbilities {
        let capabilities = serde_json::to_value(&parameters.capabilities).unwrap_or_default();
        let at = |pointer: &str| capabilities.pointer(pointer);
        let has = |pointer: &str| at(pointer).and_then(Value::as_bool) == Some(true);
        let lists = |pointer: &str, word: &str| {
            at(pointer)
                .and_then(Value::as_array)
                .is_some_and(|items| items.iter().any(|item| item == word))
        };
        let encodings = parameters
            .capabilities
            .general
            .as_ref()
            .and_then(|general| general.position_encodings.as_deref());
        ClientAbilities {
            columns: ColumnUnit::choose(encodings),
            versioned_edits: has("/workspace/workspaceEdit/documentChanges"),
            annotated_edits: at("/workspace/workspaceEdit/changeAnnotationSupport").is_some(),
            markdown: lists("/textDocument/hover/contentFormat", "markdown"),
            snippets: has("/textDocument/completion/completionItem/snippetSupport"),
            symbol_tree: has("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            definition_links: has("/textDocument/definition/linkSupport"),
            watches_files: has("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            refreshes_lenses: has("/workspace/codeLens/refreshSupport"),
        }
    }
}
