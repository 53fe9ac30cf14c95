//! Completion.

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse,
    Documentation, InsertTextFormat, InsertTextMode, MarkupContent, MarkupKind, TextEdit,
};
use stepwright_editor::{Completion, CompletionKind};

use crate::open_document::OpenDocument;
use crate::refusal::Refusal;
use crate::session::Session;

/// The characters after which an editor asks for completions by itself.
pub(crate) const TRIGGERS: [&str; 6] = ["\"", "$", ".", ":", "{", " "];

/// Maximum number of items. The list is incomplete if there are more, so the editor asks again
/// when more is typed.
const MOST_ITEMS: usize = 1_000;

pub(crate) fn completion(
    session: &mut Session,
    parameters: CompletionParams,
) -> Result<Option<CompletionResponse>, Refusal> {
    let place = parameters.text_document_position_params;
    let open = session.document(&place.text_document.uri)?;
    let found = open
        .document()
        .completion_in(open.offset(place.position), &session.machines);
    // The services depend on what was typed.
    let is_incomplete =
        found.len() > MOST_ITEMS || found.iter().any(|one| one.kind == CompletionKind::Resource);
    let items = found.into_iter().take(MOST_ITEMS);
    let items = items.map(|one| item(session, open, one)).collect();
    Ok(Some(
        CompletionList {
            is_incomplete,
            items,
            ..CompletionList::default()
        }
        .into(),
    ))
}

fn item(session: &Session, open: &OpenDocument, found: Completion) -> CompletionItem {
    let has_snippets = session.client.snippets;
    let is_snippet = found.is_snippet && has_snippets;
    let text = if found.is_snippet && !has_snippets {
        plain(&found.text)
    } else {
        found.text
    };
    let kind = match found.kind {
        CompletionKind::Field => CompletionItemKind::Property,
        CompletionKind::State => CompletionItemKind::Class,
        CompletionKind::Word => CompletionItemKind::EnumMember,
        CompletionKind::Resource => CompletionItemKind::Module,
        CompletionKind::Error => CompletionItemKind::Constant,
        CompletionKind::Variable => CompletionItemKind::Variable,
        CompletionKind::Function => CompletionItemKind::Function,
        CompletionKind::Member => CompletionItemKind::Field,
    };
    let documentation = found.documentation.map(|value| {
        Documentation::MarkupContent(MarkupContent {
            kind: MarkupKind::Markdown,
            value,
        })
    });
    let edit = TextEdit {
        range: open.range(found.range),
        new_text: text,
    };
    let further = open.edits(found.further);
    CompletionItem {
        sort_text: Some(format!("{}{}", found.rank, found.label)),
        label: found.label,
        kind: Some(kind),
        detail: found.detail,
        documentation,
        filter_text: Some(found.filter),
        insert_text_format: Some(if is_snippet {
            InsertTextFormat::Snippet
        } else {
            InsertTextFormat::PlainText
        }),
        // Further lines of a snippet are relative to the line of the completion.
        insert_text_mode: Some(InsertTextMode::AdjustIndentation),
        text_edit: Some(edit.into()),
        additional_text_edits: (!further.is_empty()).then_some(further),
        ..CompletionItem::default()
    }
}

/// A snippet without its places to fill in, for a client that has no snippets.
fn plain(snippet: &str) -> String {
    let mut out = String::new();
    let mut rest = snippet;
    while let Some(at) = rest.find(['\\', '$', '}']) {
        out.push_str(&rest[..at]);
        let special = &rest[at..];
        rest = match special.as_bytes() {
            [b'\\', ..] => {
                let escaped = special[1..].chars().next();
                out.extend(escaped);
                &special[1 + escaped.map_or(0, char::len_utf8)..]
            }
            // `${1:text}` leaves its text, and its brace is dropped below.
            [b'$', b'{', ..] => special.split_once(':').map_or("", |(_, text)| text),
            [b'$', ..] => special[1..].trim_start_matches(|c: char| c.is_ascii_digit()),
            _ => &special[1..],
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_snippet_becomes_its_text() {
        assert_eq!(plain(r#""Retry": [{$1\}],"#), r#""Retry": [{}],"#);
        assert_eq!(
            plain(r#""Type": "${2:Pass}", "a.\$": "\\d$1""#),
            r#""Type": "Pass", "a.$": "\d""#
        );
    }
}
