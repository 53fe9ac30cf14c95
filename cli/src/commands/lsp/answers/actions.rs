//! Code actions: fixes of diagnostics, and operations on states.

use gen_lsp_types::{CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse};
use serde_json::json;
use stepwright_asl::fix::{Fix, Safety};
use stepwright_asl::validate::Validator;
use stepwright_editor::EditorDiagnostic;

use super::{commands, diagnostics, workspace_edit};
use crate::commands::lsp::open_document::OpenDocument;
use crate::commands::lsp::refusal::Refusal;
use crate::commands::lsp::server::Server;

/// The kinds of actions that the server offers.
pub(crate) const KINDS: [CodeActionKind; 3] = [
    CodeActionKind::QuickFix,
    CodeActionKind::RefactorRewrite,
    CodeActionKind::SourceFixAll,
];

pub(crate) fn code_actions(
    server: &mut Server,
    parameters: CodeActionParams,
) -> Result<Option<Vec<CodeActionResponse>>, Refusal> {
    let uri = parameters.text_document.uri;
    server.check_open(&uri);
    let validator = server.validator_of(&uri);
    let open = server.document(&uri)?;
    let only = parameters.context.only;
    let wants = |kind: &CodeActionKind| {
        only.as_ref().is_none_or(|only| {
            let is_inside = |outer: &CodeActionKind| {
                let (kind, outer) = (kind.to_string(), outer.to_string());
                kind == outer || kind.starts_with(&format!("{outer}."))
            };
            only.iter().any(is_inside)
        })
    };
    let mut actions = Vec::new();
    if wants(&CodeActionKind::QuickFix) {
        quick_fixes(server, open, parameters.range, &mut actions);
    }
    if wants(&CodeActionKind::RefactorRewrite) {
        operations(server, open, parameters.range, &mut actions);
    }
    if wants(&CodeActionKind::SourceFixAll) {
        actions.extend(fix_all(server, open, &validator));
    }
    Ok(Some(actions.into_iter().map(Into::into).collect()))
}

/// The fixes of the diagnostics that a range touches.
fn quick_fixes(
    server: &Server,
    open: &OpenDocument,
    range: gen_lsp_types::Range,
    actions: &mut Vec<CodeAction>,
) {
    let range = open.offsets(range);
    for found in open.diagnostics().iter() {
        if found.range.start > range.end || found.range.end < range.start {
            continue;
        }
        for (index, fix) in found.fixes.iter().enumerate() {
            let Some(edits) = found
                .definition
                .and_then(|definition| open.document().fix_edits(definition, fix).ok())
            else {
                continue;
            };
            actions.push(CodeAction {
                title: capitalized(&fix.title),
                kind: Some(CodeActionKind::QuickFix),
                diagnostics: Some(vec![diagnostics::converted(open, found)]),
                is_preferred: Some(index == 0 && fix.safety == Safety::Safe),
                edit: Some(workspace_edit(server, open, edits)),
                ..CodeAction::default()
            });
        }
    }
}

/// The operations on the state at the start of a range. Their edits are computed when the user
/// chooses one, if the client can wait for them.
fn operations(
    server: &Server,
    open: &OpenDocument,
    range: gen_lsp_types::Range,
    actions: &mut Vec<CodeAction>,
) {
    for offer in open.document().offers(open.offset(range.start)) {
        let mut action = CodeAction {
            title: offer.title,
            kind: Some(CodeActionKind::RefactorRewrite),
            ..CodeAction::default()
        };
        if server.client.resolves_edits {
            action.data = Some(json!({
                "uri": open.uri,
                "version": open.version(),
                "definition": offer.definition,
                "operation": offer.operation,
            }));
            actions.push(action);
            continue;
        }
        // A refused operation is not offered.
        if let Ok(edits) = open.document().edits(offer.definition, &offer.operation) {
            action.edit = Some(workspace_edit(server, open, edits));
            actions.push(action);
        }
    }
}

/// Adds the edits to an action that the user has chosen.
pub(crate) fn resolve(server: &mut Server, mut action: CodeAction) -> Result<CodeAction, Refusal> {
    if let Some(data) = action.data.take() {
        let edit = commands::operation(server, &data)?;
        let edit = serde_json::from_value(edit);
        action.edit = Some(edit.map_err(|error| Refusal::failed(error.to_string()))?);
    }
    Ok(action)
}

/// All safe fixes at once, as `stepwright validate --fix` makes them.
fn fix_all(server: &Server, open: &OpenDocument, validator: &Validator) -> Option<CodeAction> {
    let is_safe = |fix: &Fix| fix.safety == Safety::Safe;
    let has_safe = |found: &EditorDiagnostic| found.fixes.first().is_some_and(is_safe);
    if !open.diagnostics().iter().any(has_safe) {
        return None;
    }
    let edits = open.document().fix_all(validator);
    (!edits.is_empty()).then(|| CodeAction {
        title: "Fix all problems with a safe fix".to_owned(),
        kind: Some(CodeActionKind::SourceFixAll),
        edit: Some(workspace_edit(server, open, edits)),
        ..CodeAction::default()
    })
}

/// Titles of fixes are commands in lower case, as they appear in a sentence.
fn capitalized(title: &str) -> String {
    let mut chars = title.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
