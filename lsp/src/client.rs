//! What the client supports.

use serde_json::Value;

use crate::positions::ColumnUnit;

/// The abilities of a client on which answers depend.
#[derive(Debug, Clone)]
pub(crate) struct ClientAbilities {
    pub(crate) columns: ColumnUnit,
    /// Edits may name the version of the text.
    pub(crate) versioned_edits: bool,
    /// Edits may create a file.
    pub(crate) creates_files: bool,
    pub(crate) markdown: bool,
    pub(crate) snippets: bool,
    /// Symbols may be a tree.
    pub(crate) symbol_tree: bool,
    pub(crate) definition_links: bool,
    /// The client asks for the edits of a code action when the user chooses it.
    pub(crate) resolves_edits: bool,
    /// The client reports changes of files that the server registers.
    pub(crate) watches_files: bool,
    /// The commands that the client can execute, by its `initializationOptions.commands`.
    pub(crate) commands: Vec<String>,
}

impl ClientAbilities {
    /// Reads the parameters of `initialize` leniently: a client that sends an unexpected type lacks
    /// the ability.
    pub(crate) fn of(parameters: &Value) -> ClientAbilities {
        let at = |pointer: &str| parameters.get("capabilities")?.pointer(pointer);
        let has = |pointer: &str| at(pointer).and_then(Value::as_bool) == Some(true);
        let lists = |pointer: &str, word: &str| {
            at(pointer)
                .and_then(Value::as_array)
                .is_some_and(|items| items.iter().any(|item| item == word))
        };
        let has_utf8 = lists("/general/positionEncodings", "utf-8");
        let versioned_edits = has("/workspace/workspaceEdit/documentChanges");
        ClientAbilities {
            columns: if has_utf8 {
                ColumnUnit::Utf8
            } else {
                // Every client supports it.
                ColumnUnit::Utf16
            },
            versioned_edits,
            creates_files: versioned_edits
                && lists("/workspace/workspaceEdit/resourceOperations", "create"),
            markdown: lists("/textDocument/hover/contentFormat", "markdown"),
            snippets: has("/textDocument/completion/completionItem/snippetSupport"),
            symbol_tree: has("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            definition_links: has("/textDocument/definition/linkSupport"),
            resolves_edits: lists("/textDocument/codeAction/resolveSupport/properties", "edit"),
            watches_files: has("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            commands: commands(parameters),
        }
    }
}

fn commands(parameters: &Value) -> Vec<String> {
    let commands = parameters.pointer("/initializationOptions/commands");
    let commands = commands.and_then(Value::as_array);
    let names = commands.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}
