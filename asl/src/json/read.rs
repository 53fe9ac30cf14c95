//! The results of the JSON and YAML parsers.

use super::value::Json;

/// The result of parsing a text.
pub(crate) struct ParsedText {
    pub(crate) json: Json,
    pub(crate) mark: ValueMark,
    pub(crate) duplicates: Vec<RawDuplicate>,
}

impl ParsedText {
    /// A value whose nodes have no positions.
    pub(crate) fn without_marks(json: Json) -> ParsedText {
        ParsedText {
            json,
            mark: ValueMark::default(),
            duplicates: Vec::new(),
        }
    }
}

/// The start and end of a node in the text. Its children are in the order of the value's members or
/// items.
#[derive(Debug, Clone, Default)]
pub(crate) struct ValueMark {
    /// Offset of the member's key; of the value itself if there is no key.
    pub(crate) key: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) shape: ValueSyntax,
    pub(crate) children: Vec<ValueMark>,
}

/// The syntax of a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ValueSyntax {
    /// A scalar: a word, a number, a string.
    #[default]
    Scalar,
    /// A placeholder without quotes. A template engine fills in a value of any type.
    Unknown,
    /// An array or an object in brackets.
    Flow,
    /// A block-style array or object of YAML.
    #[cfg(feature = "yaml")]
    Block,
    /// An alias of YAML. Its children are at the anchor, not here.
    #[cfg(feature = "yaml")]
    Alias,
}

/// A duplicate key of an object, by byte offsets.
pub(crate) struct RawDuplicate {
    pub(crate) pointer: String,
    pub(crate) key: String,
    pub(crate) first: usize,
    pub(crate) again: usize,
}

/// Maximum total size of the pointers to duplicates, in bytes, approximately.
pub(crate) const MAX_POINTERS: usize = 16 * 1024 * 1024;

/// The reason why a text cannot be parsed.
pub(crate) struct Failure {
    pub(crate) offset: usize,
    pub(crate) message: String,
}

/// Rejects a text that is too long for the offsets of a [`ValueMark`].
pub(crate) fn check_length(text: &str) -> Result<(), Failure> {
    match u32::try_from(text.len()) {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure {
            offset: 0,
            message: "the text is longer than 4 GiB".to_owned(),
        }),
    }
}
