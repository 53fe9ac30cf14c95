//! Hover, signatures and inlay hints.

use gen_lsp_types::{
    Hover, HoverParams, InlayHint, InlayHintKind, InlayHintParams, MarkupContent, MarkupKind,
    ParameterInformation, SignatureHelp, SignatureHelpParams, SignatureInformation,
};

use crate::refusal::Refusal;
use crate::session::Session;

/// The characters after which an editor asks for a signature.
pub(crate) const TRIGGERS: [&str; 2] = ["(", ","];

pub(crate) fn hover(
    session: &mut Session,
    parameters: HoverParams,
) -> Result<Option<Hover>, Refusal> {
    let place = parameters.text_document_position_params;
    let open = session.document(&place.text_document.uri)?;
    let found = open
        .document()
        .hover_in(open.offset(place.position), &session.machines);
    Ok(found.map(|hover| Hover {
        contents: markup(session, hover.text).into(),
        range: Some(open.range(hover.range)),
    }))
}

fn markup(session: &Session, value: String) -> MarkupContent {
    if session.client.markdown {
        return MarkupContent {
            kind: MarkupKind::Markdown,
            value,
        };
    }
    MarkupContent {
        kind: MarkupKind::PlainText,
        value: value.replace(['*', '`'], ""),
    }
}

pub(crate) fn signature_help(
    session: &mut Session,
    parameters: SignatureHelpParams,
) -> Result<Option<SignatureHelp>, Refusal> {
    let place = parameters.text_document_position_params;
    let open = session.document(&place.text_document.uri)?;
    let Some(found) = open.document().signature(open.offset(place.position)) else {
        return Ok(None);
    };
    let names = found.parameters.iter().map(|range| ParameterInformation {
        label: found.label[range.clone()].to_owned().into(),
        documentation: None,
    });
    let signature = SignatureInformation {
        parameters: Some(names.collect()),
        label: found.label,
        documentation: Some(found.meaning.into()),
        active_parameter: None,
    };
    let active = u32::try_from(found.active).unwrap_or(u32::MAX);
    Ok(Some(SignatureHelp {
        signatures: vec![signature],
        active_signature: Some(0),
        active_parameter: Some(active.into()),
    }))
}

pub(crate) fn inlay_hints(
    session: &mut Session,
    parameters: InlayHintParams,
) -> Result<Option<Vec<InlayHint>>, Refusal> {
    let open = session.document(&parameters.text_document.uri)?;
    let hints = open
        .document()
        .inlay_hints_in(open.offsets(parameters.range), &session.machines)
        .into_iter();
    let hints = hints.map(|hint| InlayHint {
        position: open.position(hint.offset),
        label: hint.text.into(),
        kind: Some(InlayHintKind::Type),
        text_edits: None,
        tooltip: None,
        padding_left: None,
        padding_right: None,
        data: None,
    });
    Ok(Some(hints.collect()))
}
