//! The diagnostics of a document.

use gen_lsp_types::Diagnostic;
use stepwright_asl::validate::Validator;

use crate::commands::lsp::open_document::OpenDocument;

pub(crate) fn of(open: &OpenDocument, _validator: &Validator) -> Vec<Diagnostic> {
    let faults = open.document().faults().iter();
    faults
        .map(|fault| Diagnostic {
            range: open.range(fault.range.clone()),
            message: fault.message.clone().into(),
            source: Some("stepwright".to_owned()),
            ..Diagnostic::default()
        })
        .collect()
}
