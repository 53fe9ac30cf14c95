//! The tree of states.

use gen_lsp_types::{
    BaseSymbolInformation, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location,
    SymbolInformation,
};
use stepwright_editor::{Symbol, SymbolKind};

use crate::open_document::OpenDocument;
use crate::refusal::Refusal;
use crate::session::Session;

pub(crate) fn document_symbols(
    session: &mut Session,
    parameters: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>, Refusal> {
    let open = session.document(&parameters.text_document.uri)?;
    let symbols = open.document().symbols();
    if session.client.symbol_tree {
        let tree: Vec<DocumentSymbol> = symbols
            .into_iter()
            .map(|symbol| of_symbol(open, symbol))
            .collect();
        return Ok(Some(tree.into()));
    }
    let mut list = Vec::new();
    for symbol in symbols {
        add_to_list(open, symbol, None, &mut list);
    }
    Ok(Some(list.into()))
}

fn of_symbol(open: &OpenDocument, symbol: Symbol) -> DocumentSymbol {
    let children = symbol.children.into_iter();
    DocumentSymbol::new(
        shown(&symbol.name),
        symbol.detail,
        kind(symbol.kind),
        None,
        None,
        open.range(symbol.range),
        open.range(symbol.selection),
        Some(children.map(|child| of_symbol(open, child)).collect()),
    )
}

/// Adds a symbol and those in it, for a client without trees.
fn add_to_list(
    open: &OpenDocument,
    symbol: Symbol,
    parent: Option<&str>,
    list: &mut Vec<SymbolInformation>,
) {
    let location = Location {
        uri: open.uri.clone(),
        range: open.range(symbol.range),
    };
    let information = BaseSymbolInformation::new(
        shown(&symbol.name),
        kind(symbol.kind),
        None,
        parent.map(str::to_owned),
    );
    list.push(SymbolInformation::new(None, location, information));
    for child in symbol.children {
        add_to_list(open, child, Some(&symbol.name), list);
    }
}

/// A client refuses a symbol without a name.
fn shown(name: &str) -> String {
    if name.trim().is_empty() {
        "(no name)".to_owned()
    } else {
        name.to_owned()
    }
}

fn kind(kind: SymbolKind) -> gen_lsp_types::SymbolKind {
    match kind {
        SymbolKind::Definition => gen_lsp_types::SymbolKind::Module,
        SymbolKind::State => gen_lsp_types::SymbolKind::Function,
        SymbolKind::Branch => gen_lsp_types::SymbolKind::Namespace,
    }
}
