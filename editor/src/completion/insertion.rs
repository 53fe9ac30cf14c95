//! Where a text would be inserted: as a key of an object, or as a value.

use std::ops::Range;

use stepwright_asl::json::Json;

use crate::{Definition, Document, NodePart, TextEdit};

/// What an inserted text would be.
#[derive(Debug)]
pub(super) enum InsertionPoint {
    /// A member of an object.
    Key {
        /// Pointer to the object.
        parent: String,
        /// The range of the key that is replaced, with its quotes.
        range: Range<usize>,
        /// The key that is replaced.
        replaced: Option<String>,
        /// Whether a colon and a value follow.
        has_value: bool,
        notation: Notation,
    },
    /// A value.
    Value {
        /// Pointer to the value, which may be missing.
        pointer: String,
        /// The range of the value, with its quotes.
        range: Range<usize>,
        /// Whether the offset is in a string in quotes or in a text of YAML.
        in_text: bool,
        notation: Notation,
    },
}

/// How values are written here.
#[derive(Debug, Clone)]
pub(super) struct Notation {
    pub(super) is_yaml: bool,
    /// The quote around strings: `"`, or `\"` in a string of a file in JSON.
    pub(super) quote: &'static str,
    /// The comma that is missing before a new member or item.
    pub(super) comma_before: Option<usize>,
    /// Whether a comma is missing after it.
    pub(super) comma_after: bool,
}

impl Notation {
    pub(super) fn string(&self, text: &str) -> String {
        if self.is_yaml {
            return plain_or_quoted(text);
        }
        let json = Json::from(text).to_string();
        let inner = &json[1..json.len() - 1];
        match self.quote {
            "\"" => json,
            quote => format!(
                "{quote}{}{quote}",
                inner.replace('\\', "\\\\").replace('"', "\\\"")
            ),
        }
    }

    pub(super) fn further(&self) -> Vec<TextEdit> {
        let comma = self.comma_before.iter();
        comma.map(|at| TextEdit::replace(*at..*at, ",")).collect()
    }
}

/// A text in YAML: without quotes if it is a simple word.
fn plain_or_quoted(text: &str) -> String {
    let is_simple = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ' | ':'))
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null"
        );
    if is_simple {
        text.to_owned()
    } else {
        Json::from(text).to_string()
    }
}

/// What would be inserted at an offset.
pub(super) fn insertion_point(
    document: &Document,
    definition: &Definition,
    offset: usize,
) -> Option<InsertionPoint> {
    let notation = notation(document, definition, offset);
    if notation.is_yaml
        && let Some(point) = blank_line(document, definition, offset, &notation)
            .or_else(|| missing_value(document, definition, offset, &notation))
    {
        return Some(point);
    }
    let node = definition.node_at(offset)?;
    let json = definition.json().pointer(&node.pointer)?;
    if node.part == NodePart::Key {
        let range = definition.key_range(&node.pointer)?;
        let (parent, _) = node.pointer.rsplit_once('/')?;
        let after = document.text().get(range.end..)?.trim_start();
        // Before a key, another one is inserted.
        if offset == range.start && after.starts_with(':') {
            return Some(InsertionPoint::Key {
                parent: parent.to_owned(),
                replaced: None,
                has_value: false,
                notation: around(document, definition, offset..offset, notation),
                range: offset..offset,
            });
        }
        return Some(InsertionPoint::Key {
            parent: parent.to_owned(),
            replaced: stepwright_asl::json::segments(&node.pointer)?
                .last()
                .map(|key| key.into_owned()),
            has_value: after.starts_with(':'),
            notation: around(document, definition, range.clone(), notation),
            range,
        });
    }
    let is_empty = offset..offset;
    match json {
        Json::Object(_) if !is_inside(document, definition, &node.pointer, offset) => None,
        Json::Object(_) => Some(InsertionPoint::Key {
            parent: node.pointer,
            replaced: None,
            has_value: false,
            notation: around(document, definition, is_empty.clone(), notation),
            range: is_empty,
        }),
        Json::Array(items) => {
            if !is_inside(document, definition, &node.pointer, offset) {
                return None;
            }
            // The item after those before the offset.
            let before = (0..items.len()).filter(|index| {
                let range = definition.range(&format!("{}/{index}", node.pointer));
                range.is_some_and(|range| range.end <= offset)
            });
            Some(InsertionPoint::Value {
                pointer: format!("{}/{}", node.pointer, before.count()),
                in_text: false,
                notation: around(document, definition, is_empty.clone(), notation),
                range: is_empty,
            })
        }
        _ => {
            let range = definition.range(&node.pointer)?;
            let text = document.text().get(range.clone())?;
            let in_text = json.as_str().is_some()
                && (notation.is_yaml || text.starts_with(['"', '\'', '\\']))
                && (range.start < offset || notation.is_yaml);
            Some(InsertionPoint::Value {
                pointer: node.pointer,
                in_text,
                range,
                notation,
            })
        }
    }
}

/// Whether an offset is between the brackets of an array or object.
fn is_inside(document: &Document, definition: &Definition, pointer: &str, offset: usize) -> bool {
    let Some(range) = definition.range(pointer) else {
        return false;
    };
    match document.text().as_bytes().get(range.start) {
        Some(b'{' | b'[') => range.start < offset && offset <= range.end,
        _ => true,
    }
}

fn notation(document: &Document, definition: &Definition, offset: usize) -> Notation {
    let is_text = definition.is_text();
    let range = definition.range("");
    let first = range.and_then(|range| document.text()[range.start..].chars().next());
    let is_yaml = !is_text && first != Some('{') && document.is_yaml();
    // A string of a file in JSON escapes the quotes in it.
    let before = &document.text()[..offset.min(document.text().len())];
    let is_escaped = is_text
        && before
            .rfind("\\\"")
            .is_some_and(|at| at + 200 > before.len());
    Notation {
        is_yaml,
        quote: if is_escaped { "\\\"" } else { "\"" },
        comma_before: None,
        comma_after: false,
    }
}

/// The notation with the commas that are missing around a range.
fn around(
    document: &Document,
    definition: &Definition,
    range: Range<usize>,
    notation: Notation,
) -> Notation {
    if notation.is_yaml {
        return notation;
    }
    let text = document.text();
    let start = definition.range("").map_or(0, |range| range.start);
    let before = text.get(start..range.start).unwrap_or_default();
    let content = before.trim_end();
    let comma_before = !content.is_empty() && !content.ends_with(['{', '[', ',', ':', '\\']);
    let after = text.get(range.end..).unwrap_or_default().trim_start();
    Notation {
        comma_before: comma_before.then(|| start + content.len()),
        comma_after: after.starts_with(['"', '\\', '{', '[']),
        ..notation
    }
}

/// The point on a line of YAML that is empty, or has a word without a colon. The column tells the
/// object to which the key belongs.
fn blank_line(
    document: &Document,
    definition: &Definition,
    offset: usize,
    notation: &Notation,
) -> Option<InsertionPoint> {
    let text = document.text();
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[offset..]
        .find('\n')
        .map_or(text.len(), |at| offset + at);
    let line = &text[line_start..line_end];
    let word_start = line_start + line.len() - line.trim_start_matches(' ').len();
    let word = text[word_start..line_end].trim_end();
    let is_word = word.chars().all(|c| c.is_ascii_alphanumeric());
    if !is_word || word_start > offset {
        return None;
    }
    // The last key before the line whose column is not greater.
    let column = word_start - line_start;
    let before = text[..line_start].trim_end();
    let node = definition.node_at(before.len().saturating_sub(1))?;
    let mut pointer = node.pointer.as_str();
    loop {
        let Some((parent, _)) = pointer.rsplit_once('/') else {
            return (column == 0).then(|| key_point(String::new(), word_start, word, notation));
        };
        let key_column = definition.key_range(pointer).map(|key| {
            let start = text[..key.start].rfind('\n').map_or(0, |at| at + 1);
            key.start - start
        });
        match key_column {
            Some(own) if own == column => {
                return Some(key_point(parent.to_owned(), word_start, word, notation));
            }
            // A key without a value begins an object on the next line.
            Some(own) if own < column => {
                let json = definition.json().pointer(pointer)?;
                return json
                    .is_null()
                    .then(|| key_point(pointer.to_owned(), word_start, word, notation));
            }
            _ => pointer = parent,
        }
    }
}

/// The point after the colon of a key of YAML without a value.
fn missing_value(
    document: &Document,
    definition: &Definition,
    offset: usize,
    notation: &Notation,
) -> Option<InsertionPoint> {
    let text = document.text();
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let key = text[line_start..offset].trim_end().strip_suffix(':')?;
    let rest = text[offset..].lines().next().unwrap_or_default();
    if !rest.trim().is_empty() || key.trim().is_empty() {
        return None;
    }
    let node = definition.node_at(line_start + key.len())?;
    (node.part == NodePart::Key).then(|| InsertionPoint::Value {
        pointer: node.pointer,
        range: offset..offset,
        in_text: false,
        notation: notation.clone(),
    })
}

fn key_point(parent: String, start: usize, word: &str, notation: &Notation) -> InsertionPoint {
    InsertionPoint::Key {
        parent,
        replaced: (!word.is_empty()).then(|| word.to_owned()),
        range: start..start + word.len(),
        has_value: false,
        notation: notation.clone(),
    }
}
