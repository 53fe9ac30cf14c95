//! Where a text would be inserted: as a key of an object, or as a value.

use std::ops::Range;

use stepwright_asl::json::Json;

use crate::{Definition, Document, NodePart, TextEdit};

/// The role of an inserted text.
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
    /// The columns of a dash of YAML before a new member: further lines have that much more
    /// indentation.
    pub(super) dash: usize,
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
    let notation = notation(document, definition);
    if notation.is_yaml
        && let Some(point) = blank_line(document, definition, offset, &notation)
            .or_else(|| missing_value(document, definition, offset, &notation))
    {
        return Some(point);
    }
    let node = definition.node_at(offset)?;
    let json = definition.json().pointer(&node.pointer)?;
    let collection = match (node.part, json) {
        (NodePart::Value, Json::Object(_) | Json::Array(_)) => &*node.pointer,
        _ => node
            .pointer
            .rsplit_once('/')
            .map_or("", |(parent, _)| parent),
    };
    let has_brackets = definition
        .range(collection)
        .is_some_and(|range| document.text()[range].starts_with(['{', '[']));
    // YAML between brackets is written as JSON.
    let notation = Notation {
        is_yaml: notation.is_yaml && !has_brackets,
        ..notation
    };
    if node.part == NodePart::Key {
        let range = definition.key_range(&node.pointer)?;
        let (parent, _) = node.pointer.rsplit_once('/')?;
        let (_, after) = around_range(definition, &range)?;
        // Before a key, another one is inserted. In YAML it needs its own line.
        if offset == range.start && !notation.is_yaml && after.starts_with(':') {
            return Some(InsertionPoint::Key {
                parent: parent.to_owned(),
                replaced: None,
                has_value: false,
                notation: with_commas(definition, &(offset..offset), notation),
                range: offset..offset,
            });
        }
        return Some(InsertionPoint::Key {
            parent: parent.to_owned(),
            replaced: stepwright_asl::json::segments(&node.pointer)?
                .last()
                .map(|key| key.into_owned()),
            has_value: after.starts_with(':'),
            notation: with_commas(definition, &range, notation),
            range,
        });
    }
    let is_empty = offset..offset;
    match json {
        Json::Object(_) | Json::Array(_) if notation.is_yaml => None,
        Json::Object(_) if !is_inside(document, definition, &node.pointer, offset) => None,
        Json::Object(_) if is_after_key(definition, offset) => {
            before_value(document, definition, offset, notation)
        }
        Json::Object(_) => Some(InsertionPoint::Key {
            parent: node.pointer,
            replaced: None,
            has_value: false,
            notation: with_commas(definition, &is_empty, notation),
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
                notation: with_commas(definition, &is_empty, notation),
                range: is_empty,
            })
        }
        _ => {
            let range = definition.range(&node.pointer)?;
            let text = document.text().get(range.clone())?;
            let quotes = ['"', '\''];
            let is_closed =
                text.len() > 1 && text.starts_with(['"', '\'', '\\']) && text.ends_with(quotes);
            let in_text = json.as_str().is_some()
                && (offset < range.end || !is_closed)
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
    let text = &document.text()[range.clone()];
    let is_closed = text.len() > 1 && text.ends_with(['}', ']']);
    if text.starts_with(['{', '[']) {
        range.start < offset && (offset < range.end || !is_closed && offset == range.end)
    } else {
        true
    }
}

fn notation(document: &Document, definition: &Definition) -> Notation {
    let is_text = definition.is_text();
    let range = definition.range("");
    let first = range.and_then(|range| document.text()[range.start..].chars().next());
    let is_yaml = !is_text && first != Some('{') && document.is_yaml();
    // A string in double quotes escapes the quotes in it.
    let start = definition.in_file(0..0).start;
    let is_escaped = is_text && document.text()[..start].ends_with('"');
    Notation {
        is_yaml,
        quote: if is_escaped { "\\\"" } else { "\"" },
        comma_before: None,
        comma_after: false,
        dash: 0,
    }
}

impl InsertionPoint {
    /// The first member of an object that an item of YAML begins: after `- `.
    pub(super) fn as_first_member(&self, document: &Document) -> Option<InsertionPoint> {
        let InsertionPoint::Value {
            pointer,
            range,
            notation,
            ..
        } = self
        else {
            return None;
        };
        let text = document.text();
        let line_start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[line_start..range.start].trim_start_matches(' ');
        let is_item = notation.is_yaml && line.starts_with("- ") && line.trim_end() == "-";
        let word = &text[range.clone()];
        let is_word = word.chars().all(|c| c.is_ascii_alphanumeric());
        (is_item && is_word).then(|| InsertionPoint::Key {
            parent: pointer.clone(),
            range: range.clone(),
            replaced: (!word.is_empty()).then(|| word.to_owned()),
            has_value: false,
            notation: Notation {
                dash: line.len(),
                ..notation.clone()
            },
        })
    }
}

/// The definition's own text before and after a range of the file, without the blanks next to the
/// range.
fn around_range<'d>(
    definition: &'d Definition,
    range: &Range<usize>,
) -> Option<(&'d str, &'d str)> {
    let text = definition.tree().source();
    let start = definition.in_definition(range.start)?;
    let end = definition.in_definition(range.end)?;
    Some((text.get(..start)?.trim_end(), text.get(end..)?.trim_start()))
}

/// The notation with the commas that are missing around a range.
fn with_commas(definition: &Definition, range: &Range<usize>, notation: Notation) -> Notation {
    if notation.is_yaml {
        return notation;
    }
    let Some((before, after)) = around_range(definition, range) else {
        return notation;
    };
    let has_member = !before.is_empty() && !before.ends_with(['{', '[', ',', ':']);
    let end = before.len();
    Notation {
        comma_before: has_member.then(|| definition.in_file(end..end).start),
        comma_after: !after.is_empty() && !after.starts_with(['}', ']', ',', ':']),
        ..notation
    }
}

/// Whether an offset is between a key and its value, before or after the colon.
fn is_after_key(definition: &Definition, offset: usize) -> bool {
    let around = around_range(definition, &(offset..offset));
    around.is_some_and(|(before, after)| before.ends_with(':') || after.starts_with(':'))
}

/// The point between a colon and a value on the same line, which is replaced.
fn before_value(
    document: &Document,
    definition: &Definition,
    offset: usize,
    notation: Notation,
) -> Option<InsertionPoint> {
    let (before, after) = around_range(definition, &(offset..offset))?;
    let key = before.strip_suffix(':')?.trim_end().len().checked_sub(1)?;
    let node = definition.node_at(definition.in_file(key..key).start)?;
    if node.part != NodePart::Key {
        return None;
    }
    let is_missing = after.starts_with([',', '}']) || after.is_empty();
    let end = match definition.json().pointer(&node.pointer)? {
        _ if is_missing => offset,
        Json::Object(_) | Json::Array(_) => return None,
        _ => definition.range(&node.pointer)?.end,
    };
    let replaced = document.text().get(offset..end)?;
    (!replaced.contains('\n')).then_some(InsertionPoint::Value {
        pointer: node.pointer,
        range: offset..end,
        in_text: false,
        notation,
    })
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
    let value = definition.json().pointer(&node.pointer);
    let is_missing = node.part == NodePart::Key && value.is_none_or(Json::is_null);
    is_missing.then(|| InsertionPoint::Value {
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
