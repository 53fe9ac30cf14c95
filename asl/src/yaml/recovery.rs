//! Recovery of the YAML parser: it repairs the lines that cannot be parsed.
//!
//! YAML's structure is in its indentation, so a parser cannot continue in the middle of a text.
//! Instead, a copy of the text without the error is parsed, and all positions are mapped to the
//! original text. A repair is the smallest one after which the parser reaches a later line.

use std::ops::Range;

use super::Format;
use super::reader::{TagMode, read_with};
use crate::SyntaxError;
use crate::json::{Dialect, Document, Failure, ParsedText, ValueMark};

/// Maximum number of lines to repair.
const MAX_REPAIRS: usize = 20;

/// Maximum number of bytes to parse for one text.
const MAX_PARSED: usize = 4 * 1_048_576;

/// Parses a text as far as possible.
///
/// # Errors
///
/// If no part of the text can be parsed.
pub(crate) fn parse_recovering(
    text: &str,
    tags: TagMode,
) -> Result<(Document, Vec<SyntaxError>), SyntaxError> {
    if Format::of_text(text) == Format::Json {
        let parsed = Document::read(text, |text| read_with(text, tags));
        return Ok(match parsed {
            Ok(document) => (document, Vec::new()),
            Err(_) => Document::parse_recovering(text, Dialect::Json),
        });
    }
    Document::read_recovering(text, |text| read_recovering(text, tags))
}

/// Parses a YAML text as far as possible. Returns the value and the errors in the order of repairs.
///
/// # Errors
///
/// The first error, if the repairs do not help.
fn read_recovering(text: &str, tags: TagMode) -> Result<(ParsedText, Vec<Failure>), Failure> {
    let mut repaired = RepairedText::of(text);
    let mut parsed_bytes = 0;
    let mut result = read_with(text, tags);
    let mut errors = Vec::new();
    loop {
        let failure = match result {
            Ok(mut parsed) => {
                repaired.restore(&mut parsed);
                return Ok((parsed, errors));
            }
            Err(failure) => failure,
        };
        let reached = repaired.original(failure.offset);
        errors.push(Failure {
            offset: reached,
            message: failure.message.clone(),
        });
        let mut best: Option<(usize, RepairedText<'_>, Result<ParsedText, Failure>)> = None;
        for repair in repairs(&repaired.text, failure.offset) {
            parsed_bytes += text.len();
            if parsed_bytes > MAX_PARSED || errors.len() > MAX_REPAIRS {
                break;
            }
            let candidate = repaired.with(repair);
            let read = read_with(&candidate.text, tags);
            let progress = match &read {
                Ok(_) => usize::MAX,
                Err(failure) => candidate.original(failure.offset),
            };
            let is_better = best.as_ref().is_none_or(|(most, ..)| progress > *most);
            if is_better && progress > reached {
                best = Some((progress, candidate, read));
            }
            if progress == usize::MAX {
                break;
            }
        }
        let Some((_, candidate, read)) = best else {
            return Err(errors.swap_remove(0));
        };
        repaired = candidate;
        result = read;
    }
}

/// A replacement of a range.
#[derive(Debug, Clone)]
struct Repair {
    range: Range<usize>,
    text: String,
}

impl Repair {
    fn new(range: Range<usize>, text: impl Into<String>) -> Repair {
        let text = text.into();
        Repair { range, text }
    }
}

/// A text with repairs.
#[derive(Debug, Clone)]
struct RepairedText<'t> {
    original: &'t str,
    text: String,
    /// The repairs by their ranges in the original text, in its order.
    repairs: Vec<Repair>,
}

impl<'t> RepairedText<'t> {
    fn of(original: &'t str) -> RepairedText<'t> {
        RepairedText {
            original,
            text: original.to_owned(),
            repairs: Vec::new(),
        }
    }

    /// The text with one more repair, whose range is in the repaired text.
    fn with(&self, repair: Repair) -> RepairedText<'t> {
        let mut range = self.original(repair.range.start)..self.original(repair.range.end);
        let mut repairs = self.repairs.clone();
        // A repair of the same text is replaced.
        repairs.retain(|old| {
            let is_apart = old.range.end < range.start || range.end < old.range.start;
            if !is_apart {
                range = range.start.min(old.range.start)..range.end.max(old.range.end);
            }
            is_apart
        });
        let at = repairs.partition_point(|old| old.range.start < range.start);
        repairs.insert(at, Repair::new(range, repair.text));
        let mut text = String::with_capacity(self.original.len() + 8);
        let mut after = 0;
        for repair in &repairs {
            text.push_str(&self.original[after..repair.range.start]);
            text.push_str(&repair.text);
            after = repair.range.end;
        }
        text.push_str(&self.original[after..]);
        RepairedText {
            original: self.original,
            text,
            repairs,
        }
    }

    /// The offset in the original text of an offset in the repaired one.
    fn original(&self, offset: usize) -> usize {
        // The ends of the repair before, in both texts.
        let (mut original, mut repaired) = (0, 0);
        for Repair { range, text } in &self.repairs {
            let start = repaired + (range.start - original);
            if offset <= start {
                break;
            }
            let inside = offset - start;
            if inside < text.len() {
                return range.start + inside.min(range.len());
            }
            (original, repaired) = (range.end, start + text.len());
        }
        original + (offset - repaired)
    }

    /// Maps the positions of a value to the original text.
    fn restore(&self, parsed: &mut ParsedText) {
        if self.repairs.is_empty() {
            return;
        }
        self.restore_mark(&mut parsed.mark);
        for duplicate in &mut parsed.duplicates {
            duplicate.first = self.original(duplicate.first);
            duplicate.again = self.original(duplicate.again);
        }
    }

    /// The recursion depth is limited by the parser.
    fn restore_mark(&self, mark: &mut ValueMark) {
        for offset in [&mut mark.key, &mut mark.start, &mut mark.end] {
            *offset = self.original(*offset as usize) as u32;
        }
        for child in &mut mark.children {
            self.restore_mark(child);
        }
    }
}

/// A line without its line break.
#[derive(Debug, Clone)]
struct SourceLine<'t> {
    start: usize,
    text: &'t str,
}

impl<'t> SourceLine<'t> {
    /// The line that contains an offset.
    fn at(text: &'t str, offset: usize) -> SourceLine<'t> {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let start = text[..offset].rfind('\n').map_or(0, |line| line + 1);
        let line = text[start..].split('\n').next().unwrap_or_default();
        SourceLine {
            start,
            text: line.strip_suffix('\r').unwrap_or(line),
        }
    }

    /// The lines before this one, nearest first, without blank lines and comments.
    fn before(&self, text: &'t str) -> impl Iterator<Item = SourceLine<'t>> {
        let mut start = self.start;
        let next = move || {
            let end = start.checked_sub(1)?;
            let line = SourceLine::at(text, end);
            start = line.start;
            Some(line)
        };
        std::iter::from_fn(next).filter(|line| {
            let content = line.text.trim_start();
            !content.is_empty() && !content.starts_with('#')
        })
    }

    fn range(&self, inside: Range<usize>) -> Range<usize> {
        self.start + inside.start..self.start + inside.end
    }

    /// The indentation, with the dashes of items.
    fn indentation(&self) -> &'t str {
        let is_indent = |char: char| matches!(char, ' ' | '\t' | '-');
        let content = self.text.trim_start_matches(is_indent);
        &self.text[..self.text.len() - content.len()]
    }

    fn content(&self) -> &'t str {
        self.text[self.indentation().len()..].trim_end()
    }

    /// The offset after the colon of the key that begins the line.
    fn value(&self) -> Option<usize> {
        let colon = self.text.find(": ").or_else(|| {
            let end = self.text.trim_end();
            end.ends_with(':').then(|| end.len() - 1)
        });
        colon.map(|colon| colon + 1)
    }

    /// The quote that opens in this line and does not close in it, outside of comments.
    fn open_quote(&self) -> Option<char> {
        let mut open = None;
        let mut previous = ' ';
        let mut chars = self.text.chars();
        while let Some(char) = chars.next() {
            match (open, char) {
                (None, '"' | '\'') if " [{,:\t-".contains(previous) => open = Some(char),
                (None, '#') if previous == ' ' => break,
                (Some('"'), '\\') => {
                    chars.next();
                }
                (Some(quote), char) if quote == char => open = None,
                _ => {}
            }
            previous = char;
        }
        open
    }

    /// Whether brackets that open in this line do not close in it.
    fn opens_brackets(&self) -> bool {
        let count = |chars: [char; 2]| self.text.matches(chars).count();
        count(['[', '{']) > count([']', '}'])
    }
}

/// The repairs that may remove an error at an offset, smallest first.
fn repairs(text: &str, offset: usize) -> Vec<Repair> {
    let line = SourceLine::at(text, offset);
    let before = line.before(text).next();
    let near = [Some(&line), before.as_ref()];
    let near: Vec<&SourceLine<'_>> = near.into_iter().flatten().collect();
    let mut repairs = Vec::new();
    for line in &near {
        let indentation = line.indentation();
        if indentation.contains('\t') {
            let blanks = indentation.replace('\t', " ");
            repairs.push(Repair::new(line.range(0..indentation.len()), blanks));
        }
    }
    let mut lines_before = line.before(text);
    let is_open = |line: &SourceLine<'_>| line.open_quote().is_some();
    let unclosed = if is_open(&line) {
        Some(line.clone())
    } else {
        lines_before.find(is_open)
    };
    if let Some(unclosed) = &unclosed
        && let Some(quote) = unclosed.open_quote()
    {
        let end = unclosed.text.trim_end_matches([' ', '\t', ',']).len();
        repairs.push(Repair::new(unclosed.range(end..end), quote));
    }
    for line in &near {
        let content = line.content();
        if !content.is_empty() && !content.contains([':', '"', '\'', '#', '[', '{']) {
            let end = line.text.trim_end().len();
            repairs.push(Repair::new(line.range(end..end), ":"));
        }
    }
    if let Some(before) = &before
        && line.indentation() != before.indentation()
        && !line.content().is_empty()
    {
        for (line, like) in [(&line, before), (before, &line)] {
            if !line.text.trim_start().starts_with('-') {
                let blanks = like.indentation().replace(['-', '\t'], " ");
                repairs.push(Repair::new(line.range(0..line.indentation().len()), blanks));
            }
        }
    }
    let opens = |line: &SourceLine<'_>| line.opens_brackets();
    let bracket = if opens(&line) {
        Some(line.clone())
    } else {
        line.before(text).find(opens)
    };
    for line in near.iter().copied().chain(&unclosed).chain(&bracket) {
        if let Some(value) = line.value()
            && !line.text[value..].trim().is_empty()
        {
            repairs.push(Repair::new(line.range(value..line.text.len()), ""));
        }
    }
    for line in near.iter().copied().chain(&unclosed).chain(&bracket) {
        if !line.text.is_empty() {
            repairs.push(Repair::new(line.range(0..line.text.len()), ""));
        }
    }
    repairs
}
