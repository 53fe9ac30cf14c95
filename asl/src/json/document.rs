//! A text together with the place of every node in it.

use std::fmt;
use std::ops::Range;

use super::reader::{self, Failure, Read};
use super::{Json, pointer, segments};

/// A JSON or YAML text that was read: its value, and line, column and offset of every node.
///
/// ```
/// use stepwright_asl::json::Document;
///
/// let document = Document::parse("{\n  \"StartAt\": \"A\"\n}")?;
/// let position = document.position("/StartAt").expect("the member is there");
/// assert_eq!((position.line, position.column), (2, 14));
/// # Ok::<(), stepwright_asl::json::SyntaxError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Document {
    source: String,
    json: Json,
    root: Mark,
    duplicates: Vec<Duplicate>,
    lines: Lines,
}

/// Where a node begins and ends in the text. Its children stand in the order of the value's members or items.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mark {
    /// Offset of the member's key; of the value itself where there is no key.
    pub(crate) key: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) children: Vec<Mark>,
}

/// A place in a text. Lines and columns count from 1, columns in characters; the offset counts bytes from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offset in bytes, from 0.
    pub offset: usize,
}

/// A key that one object has twice. The value keeps what was written last, as most readers do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Pointer to the member.
    pub pointer: String,
    /// The key.
    pub key: String,
    /// Where the key stands first.
    pub first: Position,
    /// Where it stands again.
    pub again: Position,
}

/// A text that is no JSON, or no YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line}, column {column}")]
#[non_exhaustive]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offset in bytes, from 0.
    pub offset: usize,
    /// What is wrong, without the place.
    pub message: String,
}

impl Document {
    /// Reads a JSON text.
    ///
    /// # Errors
    ///
    /// When the text is no JSON, nests deeper than [`MAX_DEPTH`](super::MAX_DEPTH), or is longer than 4 GiB.
    pub fn parse(text: &str) -> Result<Document, SyntaxError> {
        Document::read(text, reader::read)
    }

    /// Reads a YAML text, as SAM's `.asl.yaml` files are: [`yaml`](crate::yaml) says what it means. A text that is JSON is read as JSON, and one in
    /// which nothing stands is null.
    ///
    /// # Errors
    ///
    /// When the text is no YAML or holds what a definition cannot have (several documents, keys that are no text, numbers that JSON
    /// lacks, tags that nothing computes), nests deeper than [`MAX_DEPTH`](super::MAX_DEPTH), repeats too much by aliases, or is longer than 4 GiB.
    #[cfg(feature = "yaml")]
    pub fn parse_yaml(text: &str) -> Result<Document, SyntaxError> {
        Document::read(text, crate::yaml::read)
    }

    fn read(
        text: &str,
        read: impl FnOnce(&str) -> Result<Read, Failure>,
    ) -> Result<Document, SyntaxError> {
        let lines = Lines::of(text);
        let read = read(text).map_err(|error| {
            let position = lines.locate(text, error.offset);
            SyntaxError {
                line: position.line,
                column: position.column,
                offset: position.offset,
                message: error.message,
            }
        })?;
        let duplicates = read
            .duplicates
            .into_iter()
            .map(|duplicate| Duplicate {
                first: lines.locate(text, duplicate.first),
                again: lines.locate(text, duplicate.again),
                pointer: duplicate.pointer,
                key: duplicate.key,
            })
            .collect();
        Ok(Document {
            source: text.to_owned(),
            json: read.json,
            root: read.mark,
            duplicates,
            lines,
        })
    }

    /// A text in which nothing stands: its value is null.
    pub(crate) fn empty(text: &str) -> Document {
        Document {
            source: text.to_owned(),
            json: Json::Null,
            root: Mark::default(),
            duplicates: Vec::new(),
            lines: Lines::of(text),
        }
    }

    /// A value that no text was read for. Its nodes have no places.
    pub(crate) fn of_value(json: Json) -> Document {
        Document {
            json,
            ..Document::empty("")
        }
    }

    /// How many characters the definition has: in its text, or of a value in the compact text that it would be sent as.
    pub(crate) fn characters(&self) -> usize {
        if !self.source.is_empty() {
            return self.source.chars().count();
        }
        let mut count = Count(0);
        // Counting never fails.
        let _ = fmt::write(&mut count, format_args!("{}", self.json));
        count.0
    }

    /// The value.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// The value, without its places.
    pub fn into_json(self) -> Json {
        self.json
    }

    /// The text that was read.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Keys that stand twice in one object, in the order of the text.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// Where the value at `pointer` begins; `None` when there is no such node.
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.mark(pointer)
            .map(|mark| self.position_at(mark.start as usize))
    }

    /// Where the key of the member at `pointer` begins; where the value begins when it is no member of an object.
    pub fn key_position(&self, pointer: &str) -> Option<Position> {
        self.mark(pointer)
            .map(|mark| self.position_at(mark.key as usize))
    }

    /// The bytes of the text that the value at `pointer` occupies.
    pub fn span(&self, pointer: &str) -> Option<Range<usize>> {
        self.mark(pointer)
            .map(|mark| mark.start as usize..mark.end as usize)
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn position_at(&self, offset: usize) -> Position {
        self.lines.locate(&self.source, offset)
    }

    /// The text of a line (counted from 1) without its line break.
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = *self.lines.starts.get(line.checked_sub(1)?)? as usize;
        let end = self
            .lines
            .starts
            .get(line)
            .map_or(self.source.len(), |&next| next as usize);
        Some(self.source.get(start..end)?.trim_end_matches(['\n', '\r']))
    }

    fn mark(&self, pointer: &str) -> Option<&Mark> {
        segments(pointer)?
            .try_fold((&self.json, &self.root), |(json, mark), segment| {
                let index = match json {
                    Json::Object(members) => members.get_index_of(segment.as_ref())?,
                    Json::Array(_) => pointer::index(&segment)?,
                    _ => return None,
                };
                let child = match json {
                    Json::Object(members) => members.get_index(index)?.1,
                    Json::Array(items) => items.get(index)?,
                    _ => return None,
                };
                Some((child, mark.children.get(index)?))
            })
            .map(|(_, mark)| mark)
    }
}

impl std::str::FromStr for Document {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Document, SyntaxError> {
        Document::parse(text)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Counts the characters that are written to it.
struct Count(usize);

impl fmt::Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += characters(text.as_bytes());
        Ok(())
    }
}

/// Where lines begin, and how many characters stand before each block of the text: columns are found fast on long lines too.
#[derive(Debug, Clone)]
struct Lines {
    starts: Vec<u32>,
    characters: Vec<u32>,
}

/// The bytes of a block.
const BLOCK: usize = 1024;

impl Lines {
    fn of(text: &str) -> Lines {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = breaks.filter_map(|(offset, _)| u32::try_from(offset + 1).ok());
        let mut before = 0;
        let blocks = text.as_bytes().chunks(BLOCK).map(|block| {
            let start = before;
            before += characters(block) as u32;
            start
        });
        Lines {
            characters: blocks.collect(),
            starts: std::iter::once(0).chain(starts).collect(),
        }
    }

    fn locate(&self, text: &str, offset: usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self
            .starts
            .partition_point(|&start| start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        Position {
            line,
            column: self.characters_before(text, offset) - self.characters_before(text, start) + 1,
            offset,
        }
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        let counted = self.characters.get(block).copied().map_or_else(
            || {
                // The offset is the end of a text of whole blocks.
                let last = block.saturating_sub(1);
                let rest = characters(&text.as_bytes()[last * BLOCK..]);
                self.characters
                    .get(last)
                    .map_or(0, |count| *count as usize + rest)
            },
            |count| count as usize,
        );
        counted
            + characters(
                text.as_bytes()
                    .get(block * BLOCK..offset)
                    .unwrap_or_default(),
            )
    }
}

/// How many characters begin in a piece of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}
