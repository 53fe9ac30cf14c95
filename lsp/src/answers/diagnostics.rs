//! The diagnostics of a document.

use gen_lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, Uri,
};
use stepwright_asl::Severity;
use stepwright_asl::validate::RULES;
use stepwright_editor::EditorDiagnostic;

use crate::open_document::OpenDocument;

/// The source that editors show next to a message.
const SOURCE: &str = "stepwright";

/// The rules about states that no execution enters. Editors show them in a faded colour.
const UNNECESSARY: [&str; 2] = ["unreachable-state", "unreachable-loop"];

pub(crate) fn converted(open: &OpenDocument, found: &EditorDiagnostic) -> Diagnostic {
    let related = found.related.iter().map(|related| {
        let location = Location {
            uri: open.uri.clone(),
            range: open.range(related.range.clone()),
        };
        DiagnosticRelatedInformation {
            location,
            message: related.message.clone(),
        }
    });
    let related: Vec<_> = related.collect();
    let message = match &found.help {
        Some(help) => format!("{}\n{help}", found.message),
        None => found.message.clone(),
    };
    let rule = RULES.iter().find(|rule| Some(rule.id) == found.code);
    let is_unnecessary = found.name.is_some_and(|name| UNNECESSARY.contains(&name));
    Diagnostic {
        range: open.range(found.range.clone()),
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
        }),
        code: found.code.map(|code| code.to_owned().into()),
        code_description: rule.map(|rule| CodeDescription {
            href: Uri(rule.source.to_owned()),
        }),
        source: Some(SOURCE.to_owned()),
        message: message.into(),
        tags: is_unnecessary.then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}
