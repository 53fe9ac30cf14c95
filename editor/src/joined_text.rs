//! A definition that `Fn::Join` builds: its text with marks, and the changes of its parts.
//!
//! CloudFormation replaces no `${..}` in a part of `Fn::Join`. A computed value that moves, or of
//! which there is a copy, must be an item of the list again. Each value therefore has a mark in the
//! text that is edited: a character that no definition contains.

use std::ops::Range;

use stepwright_asl::edit::EditError;
use stepwright_asl::json::{self, Dialect, Json};
use stepwright_asl::placeholder;
use stepwright_asl::template::{JoinedText, JoinedValue, NameMeaning, name_meaning};
use stepwright_asl::yaml::Format;

use crate::definition::{Definition, DefinitionPlace};
use crate::operation::reference;
use crate::string_notation::{Changes, StringNotation};
use crate::{Document, TextEdit};

/// The first mark. The characters of this plane have no meaning.
const FIRST_MARK: u32 = 0xF_0000;
/// The number of marks.
const MARKS: u32 = 0xFFFE;
/// The bytes of a mark.
const MARK: usize = 4;

/// A piece of a text that `Fn::Join` builds.
#[derive(Debug, Clone, PartialEq)]
enum Run {
    Text(String),
    /// A value with its text in the definition.
    Value {
        text: String,
        source: String,
    },
}

impl Run {
    fn text(&self) -> &str {
        match self {
            Run::Text(text) | Run::Value { text, .. } => text,
        }
    }
}

/// The text of a definition with a mark at each value that can move.
pub(crate) struct MarkedText<'d> {
    definition: &'d Definition,
    joined: &'d JoinedText,
    /// The offset in the definition of each mark, in text order, with the index of its value.
    marks: Vec<(usize, usize)>,
}

impl<'d> MarkedText<'d> {
    /// The marks of a definition; `None` if `Fn::Join` does not build it.
    pub(crate) fn of(definition: &'d Definition) -> Option<MarkedText<'d>> {
        let DefinitionPlace::Text {
            joined: Some(joined),
            ..
        } = definition.place()
        else {
            return None;
        };
        let text = definition.tree().source();
        let mut marks = Vec::new();
        // A text with a mark has none of ours: its values do not move.
        if !text.chars().any(is_mark) {
            for (index, value) in joined.values.iter().enumerate().take(MARKS as usize) {
                if is_in_string(definition, value) {
                    let written = &text[value.text.clone()];
                    let is_placeholder = written.starts_with("${") && written.ends_with('}');
                    marks.push((value.text.end - usize::from(is_placeholder), index));
                }
            }
        }
        Some(MarkedText {
            definition,
            joined,
            marks,
        })
    }

    /// The text with its marks.
    pub(crate) fn text(&self) -> String {
        let text = self.definition.tree().source();
        let mut marked = String::with_capacity(text.len() + MARK * self.marks.len());
        let mut at = 0;
        for (offset, index) in &self.marks {
            marked.push_str(&text[at..*offset]);
            marked.extend(mark(*index));
            at = *offset;
        }
        marked + &text[at..]
    }

    /// Replaces the marked values in a text of the definition.
    pub(crate) fn replace(
        &self,
        text: &str,
        mut new: impl FnMut(&str, &str) -> String,
    ) -> Result<String, EditError> {
        let runs = self.marked_runs(text)?.into_iter();
        let parts = runs.map(|run| match run {
            Run::Text(text) => text,
            Run::Value { text, source } => new(&text, &source),
        });
        Ok(parts.collect())
    }

    /// The offset in the text without marks.
    fn unmarked(&self, marked: usize) -> usize {
        let marks = self.marks.iter().zip(0..);
        let before = marks.take_while(|((offset, _), count)| offset + (count + 1) * MARK <= marked);
        marked - before.count() * MARK
    }

    /// The offset in the text with marks.
    pub(crate) fn marked(&self, offset: usize) -> usize {
        let before = self.marks.partition_point(|(at, _)| *at < offset);
        offset + before * MARK
    }

    fn value_text(&self, value: &JoinedValue) -> &'d str {
        &self.definition.tree().source()[value.text.clone()]
    }

    /// A text as pieces: its marked values, and the text between them.
    fn marked_runs(&self, text: &str) -> Result<Vec<Run>, EditError> {
        let mut runs = Vec::new();
        let mut rest = text;
        while let Some((at, found)) = rest.char_indices().find(|(_, char)| is_mark(*char)) {
            let index = (found as u32 - FIRST_MARK) as usize;
            let value = self.joined.values.get(index).ok_or_else(|| moved(""))?;
            let written = self.value_text(value);
            let is_placeholder = written.starts_with("${") && written.ends_with('}');
            let (start, end) = written.split_at(written.len() - usize::from(is_placeholder));
            let after = &rest[at + found.len_utf8()..];
            let before = rest[..at]
                .strip_suffix(start)
                .ok_or_else(|| moved(written))?;
            rest = after.strip_prefix(end).ok_or_else(|| moved(written))?;
            runs.push(Run::Text(before.to_owned()));
            runs.push(Run::Value {
                text: written.to_owned(),
                source: value.source.clone(),
            });
        }
        runs.push(Run::Text(rest.to_owned()));
        Ok(runs)
    }
}

/// The edits of the file for the changes of a joined definition.
pub(crate) struct JoinedEdits<'d> {
    document: &'d Document,
    index: usize,
    definition: &'d Definition,
    joined: &'d JoinedText,
    pointer: &'d str,
    marked: MarkedText<'d>,
}

impl<'d> JoinedEdits<'d> {
    pub(crate) fn of(
        document: &'d Document,
        index: usize,
        pointer: &'d str,
        marked: MarkedText<'d>,
    ) -> JoinedEdits<'d> {
        JoinedEdits {
            document,
            index,
            definition: marked.definition,
            joined: marked.joined,
            pointer,
            marked,
        }
    }

    /// The edits of the file that make changes of the marked text.
    pub(crate) fn edits(&self, changes: Changes) -> Result<Vec<TextEdit>, EditError> {
        let mut replaced = Vec::with_capacity(changes.len());
        for (range, text) in changes {
            let range = self.marked.unmarked(range.start)..self.marked.unmarked(range.end);
            let runs = self.runs(&range, &text)?;
            replaced.push((range, runs));
        }
        if replaced.is_empty() {
            return Ok(Vec::new());
        }
        let whole = 0..self.definition.tree().source().len();
        let expected = self.changed_runs(&whole, &replaced)?;
        self.check_choices(&replaced, &expected)?;
        let simple = self.simple_edits(&replaced);
        if let Some(edits) = simple.filter(|edits| self.makes(edits, &expected)) {
            return Ok(edits);
        }
        let edits = self.new_parts(&replaced)?;
        edits
            .filter(|edits| self.makes(edits, &expected))
            .ok_or_else(|| {
                self.refused("the definition is built by `Fn::Join`, whose parts cannot be changed there; write it as an object in `Definition`")
            })
    }

    fn refused(&self, reason: impl Into<String>) -> EditError {
        let start = self.definition.in_file(0..0).start;
        EditError::Unsafe {
            pointer: self.pointer.to_owned(),
            position: self.document.file().position_at(start),
            reason: reason.into(),
        }
    }

    /// A new text as pieces. A placeholder without a mark is the value that it has in this
    /// definition.
    fn runs(&self, range: &Range<usize>, text: &str) -> Result<Vec<Run>, EditError> {
        let mut runs = Vec::new();
        let marked = self.marked.marked_runs(text)?;
        let is_unmarked = |run: &Run| matches!(run, Run::Text(_));
        let written: String = marked
            .iter()
            .filter(|run| is_unmarked(run))
            .map(Run::text)
            .collect();
        let mut used: Vec<&str> = Vec::new();
        for run in &marked {
            let Run::Text(text) = run else {
                runs.push(run.clone());
                continue;
            };
            let mut rest = text.as_str();
            let mut before = String::new();
            while let Some((start, after)) = rest.split_once("${") {
                let Some((name, after)) = after.split_once('}') else {
                    break;
                };
                before.push_str(start);
                let placeholder = format!("${{{name}}}");
                let nth = used.iter().filter(|one| **one == name).count();
                let total = written.matches(&placeholder).count();
                used.push(name);
                match self.source_of(range, &placeholder, name, nth, total)? {
                    Some(source) => {
                        runs.push(Run::Text(std::mem::take(&mut before)));
                        runs.push(Run::Value {
                            text: placeholder,
                            source,
                        });
                    }
                    None => before.push_str(&placeholder),
                }
                rest = after;
            }
            runs.push(Run::Text(before + rest));
        }
        Ok(runs)
    }

    /// The value that a placeholder in a new text is; `None` if it is a text. It is the `nth` of
    /// `total` equal ones.
    fn source_of(
        &self,
        range: &Range<usize>,
        placeholder: &str,
        name: &str,
        nth: usize,
        total: usize,
    ) -> Result<Option<String>, EditError> {
        let values = self.joined.values.iter();
        let equal: Vec<&JoinedValue> = values
            .filter(|value| self.marked.value_text(value) == placeholder)
            .collect();
        let is_literal = self.has_literal(placeholder);
        let replaced: Vec<&&JoinedValue> = equal
            .iter()
            .filter(|value| range.start <= value.text.start && value.text.end <= range.end)
            .collect();
        if replaced.len() == total && !is_literal {
            return Ok(Some(replaced[nth].source.clone()));
        }
        match equal.as_slice() {
            [first, others @ ..] => {
                let is_same = others.iter().all(|other| other.source == first.source);
                if is_same && !is_literal {
                    return Ok(Some(first.source.clone()));
                }
                return Err(self.refused(format!(
                    "`{placeholder}` has several meanings in this `Fn::Join`; edit the text of the file there"
                )));
            }
            [] if is_literal => return Ok(None),
            [] => {}
        }
        let machine = self.definition.name().unwrap_or_default();
        match name_meaning(self.document.file(), machine, name) {
            NameMeaning::Reference => {
                let format = if self.document.is_yaml() {
                    Format::Yaml
                } else {
                    Format::Json
                };
                Ok(Some(reference(name, format)))
            }
            NameMeaning::Unknown if is_reference(name) => Err(self.refused(format!(
                "nothing would replace `{placeholder}` in a part of `Fn::Join`, and the template has no such resource or parameter; add `{name}` to `DefinitionSubstitutions` first"
            ))),
            // `DefinitionSubstitutions` has the name, or gets it.
            NameMeaning::Substitution | NameMeaning::Unknown => Ok(None),
        }
    }

    /// Whether the text of the definition contains a placeholder outside of its values.
    fn has_literal(&self, placeholder: &str) -> bool {
        let text = self.definition.tree().source();
        text.match_indices(placeholder).any(|(at, _)| {
            let mut values = self.joined.values.iter();
            !values.any(|value| value.text.start <= at && at < value.text.end)
        })
    }

    /// Refuses to write the first text of an `Fn::If` instead of the function. A form shows only
    /// that text. A removed field loses the function, too.
    fn check_choices(
        &self,
        changes: &[(Range<usize>, Vec<Run>)],
        expected: &[Run],
    ) -> Result<(), EditError> {
        let written = |source: &str| {
            let mut runs = changes.iter().flat_map(|(_, runs)| runs);
            runs.any(|run| matches!(run, Run::Value { source: own, .. } if own == source))
        };
        let mut values = self.joined.values.iter();
        let replaced = values.find(|value| {
            let text = self.marked.value_text(value);
            let is_shown = text.starts_with("${") && text.ends_with('}');
            let meets =
                |range: &Range<usize>| range.start < value.text.end && value.text.start < range.end;
            !is_shown && changes.iter().any(|(range, _)| meets(range)) && !written(&value.source)
        });
        let Some(value) = replaced else {
            return Ok(());
        };
        let text: String = expected.iter().map(Run::text).collect();
        let (new, _) = json::Document::parse_recovering(&text, Dialect::Json);
        let node = self.definition.tree().node_at(value.text.start);
        let is_field = |(pointer, _): (String, bool)| {
            let field = new.json().pointer(&pointer);
            field.is_some_and(|field| field.as_object().is_none())
        };
        if node.is_some_and(is_field) {
            return Err(self.refused(format!(
                "this change would replace `{}` by a text; edit the text of the file there",
                value.source
            )));
        }
        Ok(())
    }

    /// The pieces of a range of the definition after the changes, which are inside of it.
    fn changed_runs(
        &self,
        range: &Range<usize>,
        changes: &[(Range<usize>, Vec<Run>)],
    ) -> Result<Vec<Run>, EditError> {
        let text = self.definition.tree().source();
        let mut runs = Vec::new();
        let mut at = range.start;
        let keep = |until: usize, at: usize, runs: &mut Vec<Run>| {
            let mut at = at;
            for value in &self.joined.values {
                let Range { start, end } = value.text;
                if start == end || end <= at || until <= start {
                    continue;
                }
                if start < at || until < end {
                    return Err(
                        self.refused(format!("the change would split `{}`", &text[start..end]))
                    );
                }
                runs.push(Run::Text(text[at..start].to_owned()));
                runs.push(Run::Value {
                    text: text[start..end].to_owned(),
                    source: value.source.clone(),
                });
                at = end;
            }
            runs.push(Run::Text(text[at..until].to_owned()));
            Ok(())
        };
        for (replaced, new) in changes {
            keep(replaced.start, at, &mut runs)?;
            runs.extend(new.iter().cloned());
            at = replaced.end;
        }
        keep(range.end, at, &mut runs)?;
        Ok(joined_runs(runs))
    }

    /// The changes as changes of the strings in the file.
    fn simple_edits(&self, changes: &[(Range<usize>, Vec<Run>)]) -> Option<Vec<TextEdit>> {
        let edits = changes.iter().map(|(range, runs)| {
            let new: String = runs.iter().map(Run::text).collect();
            let mut parts = self.joined.parts.iter();
            let part = parts.find(|part| {
                part.text.start <= range.start
                    && range.start <= part.text.end
                    && !part.text.is_empty()
            })?;
            let start = self
                .definition
                .in_file(part.text.start..part.text.start)
                .start;
            let notation = StringNotation::of(self.document.text(), start)?;
            let text = notation.write(&new)?;
            Some(TextEdit::replace(
                self.definition.in_file(range.clone()),
                text,
            ))
        });
        edits.collect()
    }

    /// The parts of the list from the first changed one to the last changed one, written again.
    fn new_parts(
        &self,
        changes: &[(Range<usize>, Vec<Run>)],
    ) -> Result<Option<Vec<TextEdit>>, EditError> {
        let parts = &self.joined.parts;
        let (Some((start, _)), Some((end, _))) = (changes.first(), changes.last()) else {
            return Ok(Some(Vec::new()));
        };
        let first = parts
            .iter()
            .rposition(|part| part.text.start <= start.start);
        let last = parts.iter().position(|part| end.end <= part.text.end);
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(None);
        };
        let (first, last) = (first.min(last), first.max(last));
        let text = parts[first].text.start..parts[last].text.end;
        let runs = self.changed_runs(&text, changes)?;
        let source = self.document.text();
        let start = parts[first].source.start;
        let old = &source[start..parts[last].source.end];
        let end = start + old.trim_end().len();
        let between = parts[first..=last].windows(2);
        let mut between = between.map(|pair| &source[pair[0].source.end..pair[1].source.start]);
        if between.any(|text| text.contains('#') || text.contains("//")) {
            return Err(self.refused(
                "comments between the parts of `Fn::Join` would be lost; move them first",
            ));
        }
        let items = self.items(runs);
        let is_single = source[start..].starts_with('\'');
        let items: Vec<String> = items
            .iter()
            .map(|item| written_item(item, is_single))
            .collect();
        let new = items.join(&self.separator());
        Ok(Some(
            trimmed(source, start..end, &new).into_iter().collect(),
        ))
    }

    /// The items of the list that have this text.
    fn items(&self, runs: Vec<Run>) -> Vec<Vec<Run>> {
        let delimiter = self.joined.delimiter.as_str();
        if delimiter.is_empty() {
            return runs.into_iter().map(|run| vec![run]).collect();
        }
        let mut items = vec![Vec::new()];
        for run in runs {
            let Run::Text(text) = &run else {
                items.last_mut().expect("there is one").push(run);
                continue;
            };
            for (index, part) in text.split(delimiter).enumerate() {
                if index > 0 {
                    items.push(Vec::new());
                }
                if !part.is_empty() {
                    let part = Run::Text(part.to_owned());
                    items.last_mut().expect("there is one").push(part);
                }
            }
        }
        items
    }

    /// The text between two items of the list.
    fn separator(&self) -> String {
        let source = self.document.text();
        let Some(first) = self.joined.parts.first() else {
            return ", ".to_owned();
        };
        if self.joined.is_flow {
            let second = self.joined.parts.get(1);
            let between =
                second.and_then(|second| source.get(first.source.end..second.source.start));
            let is_plain = |text: &&str| text.trim() == ",";
            return between.filter(is_plain).unwrap_or(", ").to_owned();
        }
        let line = source[..first.source.start]
            .rfind('\n')
            .map_or(0, |line| line + 1);
        let before = &source[line..first.source.start];
        let column = before.rfind('-').unwrap_or_default();
        format!("\n{}{}", " ".repeat(column), &before[column..])
    }

    /// Whether edits of the file make a definition of these pieces.
    fn makes(&self, edits: &[TextEdit], expected: &[Run]) -> bool {
        let mut sorted = edits.windows(2);
        if sorted.any(|pair| pair[1].range.start < pair[0].range.end) {
            return false;
        }
        let file = self.document.with_edits(edits);
        let definitions = file.definitions();
        let Some(definition) = definitions.get(self.index) else {
            return false;
        };
        if definitions.len() != self.document.definitions().len() || definition.is_stale() {
            return false;
        }
        let Some(marked) = MarkedText::of(definition) else {
            return false;
        };
        let whole: String = expected.iter().map(Run::text).collect();
        let mut wanted = Vec::new();
        let mut at = 0;
        for run in expected {
            let end = at + run.text().len();
            if let Run::Value { source, .. } = run {
                wanted.push((at..end, without_blanks(source)));
            }
            at = end;
        }
        let found = marked
            .joined
            .values
            .iter()
            .filter(|value| !value.text.is_empty());
        let found = found.map(|value| (value.text.clone(), without_blanks(&value.source)));
        definition.tree().source() == whole && found.eq(wanted)
    }
}

/// An item of the list of `Fn::Join`.
fn written_item(runs: &[Run], is_single: bool) -> String {
    match runs {
        [] => "\"\"".to_owned(),
        [run] => written_run(run, is_single),
        several => {
            let parts: Vec<String> = several
                .iter()
                .map(|run| written_run(run, is_single))
                .collect();
            format!("{{\"Fn::Join\": [\"\", [{}]]}}", parts.join(", "))
        }
    }
}

fn written_run(run: &Run, is_single: bool) -> String {
    match run {
        Run::Value { source, .. } => source.clone(),
        Run::Text(text) if is_single && !text.chars().any(char::is_control) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        Run::Text(text) => Json::from(text.as_str()).to_string(),
    }
}

/// The edit that writes a new text, without equal characters at both ends.
fn trimmed(source: &str, range: Range<usize>, new: &str) -> Option<TextEdit> {
    let old = &source[range.clone()];
    let equal = |(a, b): &(char, char)| a == b;
    let before = old.chars().zip(new.chars()).take_while(equal);
    let before: usize = before.map(|(char, _)| char.len_utf8()).sum();
    let ends = old[before..].chars().rev().zip(new[before..].chars().rev());
    let after: usize = ends
        .take_while(equal)
        .map(|(char, _)| char.len_utf8())
        .sum();
    (old != new).then(|| {
        TextEdit::replace(
            range.start + before..range.end - after,
            &new[before..new.len() - after],
        )
    })
}

/// Pieces without empty texts, and with one text between two values.
fn joined_runs(runs: Vec<Run>) -> Vec<Run> {
    let mut joined: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match (joined.last_mut(), run) {
            (Some(Run::Text(last)), Run::Text(text)) => last.push_str(&text),
            (_, Run::Text(text)) if text.is_empty() => {}
            (_, run) => joined.push(run),
        }
    }
    joined
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Whether a name without a value in the template is a reference, and not a part of another text.
fn is_reference(name: &str) -> bool {
    let mut parts = name.split(['.', ':']).filter(|part| !part.is_empty());
    name.contains(['.', ':']) && parts.all(placeholder::is_name)
}

fn is_mark(char: char) -> bool {
    (FIRST_MARK..FIRST_MARK + MARKS).contains(&(char as u32))
}

/// The mark of a value.
fn mark(index: usize) -> Option<char> {
    u32::try_from(index)
        .ok()
        .and_then(|index| char::from_u32(FIRST_MARK + index))
}

/// Whether a value is in a string of the definition that is no key, so that a mark in it changes
/// no pointer.
fn is_in_string(definition: &Definition, value: &JoinedValue) -> bool {
    let text = definition.tree().source();
    // The first text of an `Fn::If` may be a part of the structure.
    let is_plain = !text[value.text.clone()].contains(['"', '\\', '\n', '\r']);
    let Some((pointer, is_key)) = definition.tree().node_at(value.text.start) else {
        return false;
    };
    let span = definition.tree().span(&pointer);
    let is_inside = span.is_some_and(|span| {
        text[span.clone()].starts_with('"')
            && span.start < value.text.start
            && value.text.end < span.end
    });
    is_plain && is_inside && !is_key && !value.text.is_empty()
}

fn moved(text: &str) -> EditError {
    EditError::Value {
        reason: format!("the change would split `{text}`, which the template computes"),
    }
}
