//! Messages for syntax errors in YAML texts.

use granit_parser::ErrorKind;

use crate::json::too_deep;

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
        | ErrorKind::TabNotAllowed => "tab in the indentation; YAML allows only blanks there",
        ErrorKind::MappingValueNotAllowed => {
            "unexpected key; put a text that contains `: ` in quotes, and give all keys of an object the same indentation"
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => "expected `:` after the key",
        ErrorKind::ExpectedBlockMappingKey => {
            "expected a key; give all keys of an object the same indentation"
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            "expected `-`; give all items of an array the same indentation"
        }
        ErrorKind::InvalidIndentation => "the indentation matches none of the lines above",
        ErrorKind::ExpectedFlowMappingSeparator => "expected `,` or `}` after the member",
        ErrorKind::ExpectedFlowSequenceSeparator => "expected `,` or `]` after the item",
        ErrorKind::UnclosedFlowCollection { open } => {
            return format!("the `{open}` is not closed");
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return format!("`{close}` does not match `{open}`");
        }
        ErrorKind::MisplacedFlowCollectionEnd => "closing bracket without an opening one",
        ErrorKind::UnclosedQuotedScalar => "the string is not closed",
        ErrorKind::UnknownQuotedScalarEscape => {
            "YAML does not have this escape; in single quotes, `\\` has no special meaning"
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            "unexpected text after the closing quote; put the whole text in quotes"
        }
        ErrorKind::UnknownAnchor => "the alias has no anchor before it",
        ErrorKind::RecursionLimitExceeded => return too_deep(),
        _ => return kind.to_string(),
    };
    fixed.to_owned()
}
