//! Messages for syntax errors in YAML texts.

use granit_parser::ErrorKind;

use crate::json::MAX_DEPTH;

/// The message for an error of the parser at `offset`.
pub(super) fn of(kind: &ErrorKind, text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or_default();
    let fixed = match kind {
        ErrorKind::UnexpectedCharacter { character: '%' } if before.ends_with('{') => {
            "a JSONata expression needs quotes in YAML, as in `'{% $x %}'`"
        }
        ErrorKind::UnexpectedCharacter { character } => {
            return format!("a text that begins with `{character}` needs quotes");
        }
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed => "a tab stands in the indentation; YAML indents with blanks",
        ErrorKind::MappingValueNotAllowed => {
            "no key can stand here; put a text that holds `: ` in quotes, and indent the keys of one object alike"
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => "expected `:` after the key",
        ErrorKind::ExpectedBlockMappingKey => "expected a key; indent the keys of one object alike",
        ErrorKind::ExpectedBlockSequenceEntry => {
            "expected `-`; indent the items of one array alike"
        }
        ErrorKind::InvalidIndentation => "the line is indented as none of the lines above",
        ErrorKind::ExpectedFlowMappingSeparator => "expected `,` or `}` after the member",
        ErrorKind::ExpectedFlowSequenceSeparator => "expected `,` or `]` after the item",
        ErrorKind::UnclosedFlowCollection { open } => {
            return format!("the `{open}` is not closed");
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return format!("`{close}` closes a `{open}`");
        }
        ErrorKind::MisplacedFlowCollectionEnd => "the bracket closes nothing",
        ErrorKind::UnclosedQuotedScalar => "the string is not closed",
        ErrorKind::UnknownQuotedScalarEscape => {
            "this escape is unknown to YAML; in single quotes, `\\` is itself"
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            "something follows the closing quote; put the whole text in quotes"
        }
        ErrorKind::UnknownAnchor => "the alias names no anchor that stands before it",
        ErrorKind::RecursionLimitExceeded => return too_deep(),
        _ => return kind.to_string(),
    };
    fixed.to_owned()
}

pub(super) fn too_deep() -> String {
    format!("arrays and objects nest deeper than {MAX_DEPTH} levels")
}
