//! Code actions: fixes of diagnostics, and operations on states.

use gen_lsp_types::{CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse};
use serde_json::json;
use stepwright_asl::fix::{Fix, Safety};
use stepwright_asl::validate::Validator;
use stepwright_editor::{EditorDiagnostic, Operation};

use super::{commands, diagnostics, extraction, workspace_edit};
use crate::open_document::OpenDocument;
use crate::refusal::Refusal;
use crate::session::Session;

/// The kinds of actions that the server offers.
pub(crate) const KINDS: [CodeActionKind; 4] = [
    CodeActionKind::QuickFix,
    CodeActionKind::RefactorExtract,
    CodeActionKind::RefactorRewrite,
    CodeActionKind::SourceFixAll,
];

pub(crate) fn code_actions(
    session: &mut Session,
    parameters: CodeActionParams,
) -> Result<Option<Vec<CodeActionResponse>>, Refusal> {
    let uri = parameters.text_document.uri;
    session.check_open(&uri);
    let validator = session.validator_of(&uri);
    let open = session.document(&uri)?;
    let only = parameters.context.only;
    let is_wanted = |kind: &CodeActionKind| {
        only.as_ref()
            .is_none_or(|only| only.iter().any(|outer| is_inside(kind, outer)))
    };
    let mut actions = Vec::new();
    if is_wanted(&CodeActionKind::QuickFix) {
        quick_fixes(session, open, &validator, parameters.range, &mut actions);
    }
    let mut operations = operations(session, open, parameters.range);
    operations.retain(|action| action.kind.as_ref().is_some_and(is_wanted));
    actions.extend(operations);
    if is_wanted(&CodeActionKind::SourceFixAll) {
        // An editor that asks for this kind only, such as before it saves a file, makes the edits.
        let is_chosen = only.is_some();
        actions.extend(fix_all(session, open, &validator, is_chosen));
    }
    Ok(Some(actions.into_iter().map(Into::into).collect()))
}

/// Whether a kind is the same as another one, or a special case of it: `refactor.extract` of
/// `refactor`.
fn is_inside(kind: &CodeActionKind, outer: &CodeActionKind) -> bool {
    let (kind, outer) = (kind.to_string(), outer.to_string());
    let rest = kind.strip_prefix(&outer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The fixes of the diagnostics that a range touches, without those that add another error.
fn quick_fixes(
    session: &Session,
    open: &OpenDocument,
    validator: &Validator,
    range: gen_lsp_types::Range,
    actions: &mut Vec<CodeAction>,
) {
    let range = open.offsets(range);
    let all = open.diagnostics();
    let touches = |found: &&EditorDiagnostic| {
        found.range.start <= range.end && range.start <= found.range.end
    };
    let some = all.iter().filter(touches);
    let fixes = open.document().offered_fixes(some, &all, validator);
    for offered in fixes {
        let is_first = offered.diagnostic.fixes.first() == Some(offered.fix);
        actions.push(CodeAction {
            title: capitalized(&offered.fix.title),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostics::converted(open, offered.diagnostic)]),
            is_preferred: Some(is_first && offered.fix.safety == Safety::Safe),
            edit: Some(workspace_edit(session, open, offered.edits)),
            ..CodeAction::default()
        });
    }
}

/// The operations on the states of a range. Their edits are computed when the user chooses one, if
/// the client can wait for them.
fn operations(
    session: &Session,
    open: &OpenDocument,
    range: gen_lsp_types::Range,
) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    for offer in open.document().offers(open.offsets(range)) {
        let is_extraction = matches!(offer.operation, Operation::ExtractStates { .. });
        if is_extraction && !extraction::is_possible(session, open) {
            continue;
        }
        let mut action = CodeAction {
            title: offer.title,
            kind: Some(if is_extraction {
                CodeActionKind::RefactorExtract
            } else {
                CodeActionKind::RefactorRewrite
            }),
            ..CodeAction::default()
        };
        if session.client.resolves_edits {
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
        let edit = commands::operation_edit(session, open, offer.definition, &offer.operation);
        if let Ok(edit) = edit {
            action.edit = Some(edit);
            actions.push(action);
        }
    }
    actions
}

/// Adds the edits to an action that the user has chosen.
pub(crate) fn resolve(
    session: &mut Session,
    mut action: CodeAction,
) -> Result<CodeAction, Refusal> {
    let Some(data) = action.data.take() else {
        return Ok(action);
    };
    if action.kind == Some(CodeActionKind::SourceFixAll) {
        let uri = commands::current(session, &data)?.uri.clone();
        let validator = session.validator_of(&uri);
        let open = session.document(&uri)?;
        let edits = open.document().fix_all(&validator);
        action.edit = Some(workspace_edit(session, open, edits));
    } else {
        action.edit = Some(commands::operation(session, &data)?);
    }
    Ok(action)
}

/// All safe fixes at once, as `stepwright validate --fix` makes them. Unless the user has chosen
/// them, their edits are computed later, if the client can wait for them.
fn fix_all(
    session: &Session,
    open: &OpenDocument,
    validator: &Validator,
    is_chosen: bool,
) -> Option<CodeAction> {
    let is_safe = |fix: &Fix| fix.safety == Safety::Safe;
    let has_safe = |found: &EditorDiagnostic| found.fixes.first().is_some_and(is_safe);
    if !open.diagnostics().iter().any(has_safe) {
        return None;
    }
    let mut action = CodeAction {
        title: "Fix all problems with a safe fix".to_owned(),
        kind: Some(CodeActionKind::SourceFixAll),
        ..CodeAction::default()
    };
    if session.client.resolves_edits && !is_chosen {
        action.data = Some(json!({"uri": open.uri, "version": open.version()}));
        return Some(action);
    }
    let edits = open.document().fix_all(validator);
    if edits.is_empty() {
        return None;
    }
    action.edit = Some(workspace_edit(session, open, edits));
    Some(action)
}

/// Titles of fixes are commands in lower case, as they appear in a sentence.
fn capitalized(title: &str) -> String {
    let mut chars = title.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
