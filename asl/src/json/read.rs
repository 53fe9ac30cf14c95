//! What the readers of JSON and YAML give.

use super::value::Json;

/// What a reader finds in a text.
pub(crate) struct Read {
    pub(crate) json: Json,
    pub(crate) mark: Mark,
    pub(crate) duplicates: Vec<RawDuplicate>,
}

/// Where a node begins and ends in the text. Its children stand in the order of the value's members or items.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mark {
    /// Offset of the member's key; of the value itself where there is no key.
    pub(crate) key: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) shape: Shape,
    pub(crate) children: Vec<Mark>,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One piece of text: a word, a number, a string.
    #[default]
    Scalar,
    /// An array or an object in brackets.
    Flow,
    /// An array or an object of YAML, by its indentation.
    #[cfg(feature = "yaml")]
    Block,
    /// What an anchor of YAML names. The children stand there, not here.
    #[cfg(feature = "yaml")]
    Alias,
}

/// A key that stands twice in one object, by byte offsets.
pub(crate) struct RawDuplicate {
    pub(crate) pointer: String,
    pub(crate) key: String,
    pub(crate) first: usize,
    pub(crate) again: usize,
}

/// How many bytes the pointers to duplicates have together, about.
pub(crate) const MAX_POINTERS: usize = 16 * 1024 * 1024;

/// Why a text cannot be read.
pub(crate) struct Failure {
    pub(crate) offset: usize,
    pub(crate) message: String,
}

/// Refuses a text that is longer than a [`Mark`] can say.
pub(crate) fn check_length(text: &str) -> Result<(), Failure> {
    match u32::try_from(text.len()) {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure {
            offset: 0,
            message: "the text is longer than 4 GiB".to_owned(),
        }),
    }
}
