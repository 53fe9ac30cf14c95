//! Semantic tokens.

use gen_lsp_types::{SemanticToken, SemanticTokens, SemanticTokensLegend, SemanticTokensParams};
use stepwright_editor::TokenKind;

use crate::refusal::Refusal;
use crate::session::Session;

/// The kinds of tokens, in the order of their numbers in the protocol, and the standard type that
/// themes have a colour for.
const TYPES: &[(TokenKind, &str)] = &[
    (TokenKind::State, "class"),
    (TokenKind::StateType, "type"),
    (TokenKind::Resource, "namespace"),
    (TokenKind::ErrorName, "enumMember"),
    (TokenKind::Variable, "variable"),
    (TokenKind::Function, "function"),
    (TokenKind::Member, "property"),
    (TokenKind::String, "string"),
    (TokenKind::Number, "number"),
    (TokenKind::Word, "keyword"),
    (TokenKind::Regex, "regexp"),
    (TokenKind::Operator, "operator"),
];

pub(crate) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TYPES.iter().map(|(_, name)| (*name).to_owned()).collect(),
        token_modifiers: vec!["declaration".to_owned()],
    }
}

pub(crate) fn semantic_tokens(
    session: &mut Session,
    parameters: SemanticTokensParams,
) -> Result<Option<SemanticTokens>, Refusal> {
    let open = session.document(&parameters.text_document.uri)?;
    let mut data = Vec::new();
    let mut before = gen_lsp_types::Position {
        line: 0,
        character: 0,
    };
    for token in open.document().tokens() {
        let range = open.range(token.range);
        // A token is on one line.
        if range.start.line != range.end.line {
            continue;
        }
        let delta_line = range.start.line - before.line;
        let delta_start = match delta_line {
            0 => range.start.character - before.character,
            _ => range.start.character,
        };
        let kind = TYPES.iter().position(|(kind, _)| *kind == token.kind);
        data.push(SemanticToken {
            delta_line,
            delta_start,
            length: range.end.character - range.start.character,
            token_type: kind.unwrap_or_default() as u32,
            token_modifiers_bitset: u32::from(token.is_declaration),
        });
        before = range.start;
    }
    Ok(Some(SemanticTokens {
        result_id: None,
        data,
    }))
}
