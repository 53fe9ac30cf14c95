//! Recovery of the JSON parser: after an error it continues at the nearest member.
//!
//! The first pass follows the brackets. If they are unbalanced, a second pass also follows the
//! indentation: a key in the column of an outer object ends the inner objects, and a bracket that
//! matches no open line is skipped. The pass with fewer errors counts.

use super::dialect::Dialect;
use super::lenient_token::is_identifier;
use super::read::{Failure, ParsedText, RawDuplicate, ValueMark, ValueSyntax, check_length};
use super::reader::{JsonParser, JsonSyntax, read_text};
use super::recovery_state::{LinePosition, OpenBracket, Recovery, Step, StringRole};
use super::value::Json;
use crate::substitution::word_length;

/// Maximum number of errors that are reported for one text.
const MAX_ERRORS: usize = 100;

/// Parses a text as far as possible. Returns the errors in text order; there are none if the text
/// is valid.
pub(super) fn read_recovering(text: &str, syntax: JsonSyntax) -> (ParsedText, Vec<Failure>) {
    let failure = match read_text(text, syntax) {
        Ok(parsed) => return (parsed, Vec::new()),
        Err(failure) => failure,
    };
    if check_length(text).is_err() {
        return (nothing(0), vec![failure]);
    }
    let (mut parsed, mut recovery) = pass(text, syntax, false);
    let errors = recovery.errors.len();
    if recovery.is_unbalanced && errors < MAX_ERRORS {
        let by_layout = pass(text, syntax, true);
        if by_layout.1.errors.len() <= errors {
            (parsed, recovery) = by_layout;
        }
    }
    let mut errors = recovery.errors;
    errors.sort_by_key(|error| error.offset);
    if errors.is_empty() {
        errors.push(failure);
    }
    (parsed, errors)
}

fn nothing(offset: usize) -> ParsedText {
    let mark = ValueMark {
        key: offset as u32,
        start: offset as u32,
        end: offset as u32,
        ..ValueMark::default()
    };
    ParsedText {
        json: Json::Null,
        mark,
        duplicates: Vec::new(),
    }
}

fn pass(text: &str, syntax: JsonSyntax, follows_layout: bool) -> (ParsedText, Recovery) {
    let recovery = Recovery {
        follows_layout,
        ..Recovery::default()
    };
    let mut parser = JsonParser::new(text, syntax, Some(recovery));
    let read = parser.root();
    let mut recovery = parser.recovery.take().unwrap_or_default();
    let (json, mark) = read.unwrap_or_else(|error| {
        recovery.errors.push(error);
        let nothing = nothing(0);
        (nothing.json, nothing.mark)
    });
    let duplicates: Vec<RawDuplicate> = std::mem::take(&mut parser.duplicates);
    let parsed = ParsedText {
        json,
        mark,
        duplicates,
    };
    (parsed, recovery)
}

impl<'t> JsonParser<'t> {
    fn root(&mut self) -> Result<(Json, ValueMark), Failure> {
        self.skip_blanks();
        let is_word = !matches!(self.peek(), None | Some(b'{' | b'[' | b'"'));
        if is_word
            && word_length(self.placeholder_window()).is_none()
            && let Some(length) = self.rest().find('{')
        {
            self.report("expected a JSON value")?;
            self.offset += length;
            self.skip_blanks();
        }
        if self.peek().is_none() {
            self.report("the text is empty; expected a JSON value")?;
            let nothing = nothing(self.offset);
            return Ok((nothing.json, nothing.mark));
        }
        let start = self.offset;
        let before = self.line_position();
        let (mut json, mut mark) = self.value()?;
        self.skip_blanks();
        if self.peek() == Some(b':') && json.as_str().is_some() {
            self.return_to(before);
            self.report_at(start, "expected `{` before the first member")?;
            let mut children = Vec::new();
            self.enter(true);
            json = self.members(&mut children)?;
            self.leave_brackets();
            mark = ValueMark {
                key: start as u32,
                start: start as u32,
                end: self.offset as u32,
                shape: ValueSyntax::Flow,
                children,
            };
            self.skip_blanks();
        }
        if self.peek().is_some() {
            self.unbalanced();
            self.report("expected the end of the text after the JSON value")?;
        }
        Ok((json, mark))
    }

    /// Reports an error and continues, or returns it if the parser does not recover.
    pub(super) fn report(&mut self, message: impl Into<String>) -> Result<(), Failure> {
        self.report_at(self.offset, message)
    }

    pub(super) fn report_at(
        &mut self,
        offset: usize,
        message: impl Into<String>,
    ) -> Result<(), Failure> {
        let failure = Failure {
            offset,
            message: message.into(),
        };
        let Some(recovery) = &mut self.recovery else {
            return Err(failure);
        };
        // The first error at an offset is the cause of the others.
        let is_new = recovery
            .errors
            .last()
            .is_none_or(|last| last.offset != offset);
        if is_new && recovery.errors.len() < MAX_ERRORS {
            recovery.errors.push(failure);
        }
        Ok(())
    }

    /// Accepts syntax of a dialect.
    pub(super) fn extension(
        &mut self,
        dialect: Dialect,
        offset: usize,
        message: &'static str,
    ) -> Result<(), Failure> {
        if self.dialect >= dialect {
            Ok(())
        } else {
            self.report_at(offset, message)
        }
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.offset..]
    }

    pub(super) fn line_position(&self) -> LinePosition {
        self.recovery
            .as_ref()
            .map(|recovery| recovery.at)
            .unwrap_or_default()
    }

    /// Returns to a position after blanks.
    fn return_to(&mut self, at: LinePosition) {
        self.offset = at.skipped_to;
        if let Some(recovery) = &mut self.recovery {
            recovery.at = at;
        }
    }

    /// The end of the token before the parser's position.
    pub(super) fn content_end(&self) -> usize {
        let content_end = self
            .recovery
            .as_ref()
            .map(|recovery| recovery.at.content_end);
        content_end.unwrap_or(self.offset)
    }

    /// The position of a missing token: that of the next token, or the end of the previous one if
    /// the next one is on a later line.
    fn expected_at(&self) -> usize {
        match &self.recovery {
            Some(recovery) if recovery.at.line > recovery.at.content_end => recovery.at.content_end,
            _ => self.offset,
        }
    }

    pub(super) fn unbalanced(&mut self) {
        if let Some(recovery) = &mut self.recovery {
            recovery.is_unbalanced = true;
        }
    }

    /// Skips the rest of the text; no missing bracket is reported.
    pub(super) fn skip_rest(&mut self) {
        self.offset = self.text.len();
        if let Some(recovery) = &mut self.recovery {
            recovery.has_ended = true;
        }
    }

    pub(super) fn enter_brackets(&mut self) {
        if self.recovery.is_some() {
            self.enter(self.peek() == Some(b'{'));
        }
    }

    fn enter(&mut self, is_object: bool) {
        if let Some(recovery) = &mut self.recovery {
            recovery.open.push(OpenBracket {
                is_object,
                line: recovery.at.line,
                indent: recovery.at.indent(),
                member_indent: None,
            });
            recovery.open_objects += usize::from(is_object);
        }
    }

    pub(super) fn leave_brackets(&mut self) {
        if let Some(recovery) = &mut self.recovery
            && let Some(bracket) = recovery.open.pop()
        {
            recovery.open_objects -= usize::from(bracket.is_object);
        }
    }

    /// Whether the current token is the first one in its line, in a later line than the innermost
    /// open bracket.
    fn begins_line(&self) -> bool {
        self.recovery.as_ref().is_some_and(|recovery| {
            let is_later = |bracket: &OpenBracket| bracket.line != recovery.at.line;
            recovery.at.first == self.offset && recovery.open.last().is_some_and(is_later)
        })
    }

    /// Whether an object ends before the key at the parser's position, by the indentation.
    pub(super) fn ends_by_layout(&mut self) -> Result<bool, Failure> {
        let begins_line = self.begins_line();
        let is_key = matches!(self.peek(), Some(b'"' | b'\''));
        let Some(recovery) = &mut self.recovery else {
            return Ok(false);
        };
        let indent = recovery.at.indent();
        let is_inner = recovery.open_objects > 1;
        let Some(bracket) = recovery.open.last_mut() else {
            return Ok(false);
        };
        if !begins_line || !is_key {
            return Ok(false);
        }
        if recovery.follows_layout && is_inner && indent <= bracket.indent {
            self.report_at(self.expected_at(), "expected `}` after the last member")?;
            return Ok(true);
        }
        bracket.member_indent.get_or_insert(indent);
        Ok(false)
    }

    /// Reads the bracket that closes an array or object, if it is next.
    pub(super) fn closes(&mut self, close: u8) -> Result<bool, Failure> {
        while self.peek() == Some(close) {
            match self.bracket_role() {
                BracketRole::Own => {
                    self.offset += 1;
                    return Ok(true);
                }
                BracketRole::Outer => {
                    self.report_at(self.expected_at(), missing_bracket(close))?;
                    return Ok(true);
                }
                BracketRole::Stray => {
                    self.unbalanced();
                    self.report(format!("unexpected `{}`; remove it", char::from(close)))?;
                    self.offset += 1;
                    self.skip_blanks();
                }
            }
        }
        Ok(false)
    }

    /// The role of a bracket that could close the innermost array or object.
    fn bracket_role(&self) -> BracketRole {
        let Some(recovery) = &self.recovery else {
            return BracketRole::Own;
        };
        let Some((bracket, outer)) = recovery.open.split_last() else {
            return BracketRole::Own;
        };
        let after = &self.text[self.offset + 1..];
        let next = after.trim_start_matches([' ', '\t', '\n', '\r', ',']);
        if outer.is_empty() {
            // Members follow, so this is not the end of the text's value.
            return if bracket.is_object && next.starts_with('"') {
                BracketRole::Stray
            } else {
                BracketRole::Own
            };
        }
        if !recovery.follows_layout {
            return BracketRole::Own;
        }
        if self.begins_line() {
            let indent = recovery.at.indent();
            if indent > bracket.indent {
                return BracketRole::Stray;
            }
            if indent < bracket.indent && outer.iter().any(|outer| outer.indent == indent) {
                return BracketRole::Outer;
            }
        }
        let skipped = &after[..after.len() - next.len()];
        let next_indent = skipped.rfind('\n').map(|line| skipped.len() - line - 1);
        if next.starts_with('"') && next_indent.is_some() && next_indent == bracket.member_indent {
            BracketRole::Stray
        } else {
            BracketRole::Own
        }
    }

    /// Handles a bracket that does not match the innermost open one.
    fn mismatched<T>(&mut self, close: u8) -> Result<Step<T>, Failure> {
        let Some(found) = self.peek() else {
            return Ok(Step::End);
        };
        let is_object = found == b'}';
        let begins_line = self.begins_line();
        let is_open = self.recovery.as_ref().is_some_and(|recovery| {
            let indent = recovery.at.indent();
            let innermost = recovery.open.last();
            let mut alike = recovery
                .open
                .iter()
                .filter(|open| open.is_object == is_object);
            if recovery.follows_layout && begins_line {
                alike.any(|open| open.indent == indent)
            } else if recovery.follows_layout
                && innermost.is_some_and(|open| open.line != recovery.at.line)
            {
                false
            } else {
                alike.next().is_some()
            }
        });
        self.unbalanced();
        if is_open {
            self.report_at(self.expected_at(), missing_bracket(close))?;
            return Ok(Step::End);
        }
        self.report(format!("unexpected `{}`; remove it", char::from(found)))?;
        self.offset += 1;
        Ok(Step::Again)
    }

    /// Handles the end of the text in an array or object.
    fn ended<T>(&mut self, close: u8) -> Result<Step<T>, Failure> {
        let has_ended = self
            .recovery
            .as_ref()
            .is_none_or(|recovery| recovery.has_ended);
        if !has_ended || self.recovery.is_none() {
            self.report(format!(
                "the text ends here; expected `{}`",
                char::from(close)
            ))?;
        }
        self.unbalanced();
        self.skip_rest();
        Ok(Step::End)
    }

    /// Reads a key that has no double quotes.
    pub(super) fn lenient_key(&mut self) -> Result<Step<String>, Failure> {
        const EXPECTED: &str = "expected a key in double quotes";
        if !self.is_lenient {
            return Err(self.failure(EXPECTED));
        }
        let start = self.offset;
        match self.peek() {
            None if self.recovery.is_some() => self.ended(b'}'),
            None => Err(self.failure(EXPECTED)),
            Some(b'}') => self.after_comma(b'}'),
            Some(b']') if self.recovery.is_some() => self.mismatched(b'}'),
            Some(b',') => {
                self.report("unexpected comma; remove it")?;
                self.offset += 1;
                Ok(Step::Again)
            }
            Some(b':' | b'{' | b'[') => {
                self.report(EXPECTED)?;
                self.take(b':');
                self.skip_blanks();
                if !matches!(self.peek(), None | Some(b',' | b'}' | b']')) {
                    self.value()?;
                }
                self.skip_blanks();
                self.take(b',');
                Ok(Step::Again)
            }
            Some(b'\'') => {
                let message = "AWS accepts a key only in double quotes";
                self.extension(Dialect::Json5, start, message)?;
                self.string(b'\'', StringRole::Key).map(Step::Found)
            }
            Some(_) => {
                let key = self.token();
                if self.recovery.is_some() && self.rest().starts_with("\":") {
                    self.offset += 1;
                    self.report_at(start, EXPECTED)?;
                } else if is_identifier(&key) {
                    let message = "AWS accepts a key only in double quotes";
                    self.extension(Dialect::Json5, start, message)?;
                } else {
                    self.report_at(start, EXPECTED)?;
                }
                Ok(Step::Found(key))
            }
        }
    }

    /// Handles a bracket after a comma, or directly after another skipped token.
    fn after_comma<T>(&mut self, close: u8) -> Result<Step<T>, Failure> {
        let comma = self.text[..self.offset].trim_end();
        if comma.ends_with(',') {
            let message = "AWS accepts no comma after the last value; remove it";
            self.extension(Dialect::Comments, comma.len() - 1, message)?;
        } else if self.dialect < Dialect::Comments {
            self.report("expected a JSON value")?;
        }
        Ok(if self.closes(close)? {
            Step::End
        } else {
            Step::Again
        })
    }

    /// Whether a value follows a key that has no `:`.
    pub(super) fn value_follows(&mut self, key_start: usize) -> Result<bool, Failure> {
        const EXPECTED: &str = "expected `:` after the key";
        let Some(recovery) = &self.recovery else {
            return Err(self.failure(EXPECTED));
        };
        let is_same_line = recovery.at.line <= key_start;
        let is_reported = recovery
            .errors
            .last()
            .is_some_and(|error| error.offset == key_start);
        if !is_reported {
            self.report_at(self.expected_at(), EXPECTED)?;
        }
        Ok(match self.peek() {
            None | Some(b',' | b'}' | b']') => false,
            Some(b'{' | b'[') => true,
            Some(_) => is_same_line,
        })
    }

    /// Whether a separator or the end follows instead of a value.
    pub(super) fn misses_value(&mut self) -> Result<bool, Failure> {
        if self.recovery.is_none() {
            return Ok(false);
        }
        while self.peek() == Some(b':') {
            self.report("unexpected `:`; remove it")?;
            self.offset += 1;
            self.skip_blanks();
        }
        let is_missing = matches!(self.peek(), None | Some(b',' | b'}' | b']'));
        if is_missing {
            self.report_at(self.expected_at(), "expected a JSON value")?;
        }
        Ok(is_missing)
    }

    /// The value that is missing between the previous token and the next one: null, at most one
    /// blank after the previous token.
    pub(super) fn missing_value(&self) -> (Json, ValueMark) {
        let end = self.content_end();
        let has_blank = self.text[end..self.offset.max(end)].starts_with([' ', '\t']);
        let nothing = nothing(end + usize::from(has_blank));
        (nothing.json, nothing.mark)
    }

    /// Whether a member's value is the next key, so that the value is missing. The parser then
    /// returns to `start`, the position before it.
    pub(super) fn is_next_key(
        &mut self,
        json: &Json,
        mark: &ValueMark,
        start: LinePosition,
    ) -> Result<bool, Failure> {
        if self.recovery.is_none() || !self.is_key(json, mark) {
            return Ok(false);
        }
        self.return_to(start);
        self.report_at(self.expected_at(), "expected a JSON value")?;
        Ok(true)
    }

    /// Whether an item is the key of an outer object. The parser then returns to it.
    pub(super) fn is_outer_key(
        &mut self,
        json: &Json,
        mark: &ValueMark,
        start: LinePosition,
    ) -> Result<bool, Failure> {
        let is_inside = self
            .recovery
            .as_ref()
            .is_some_and(|recovery| recovery.open_objects > 0);
        if !is_inside || !self.is_key(json, mark) {
            return Ok(false);
        }
        self.return_to(start);
        self.unbalanced();
        self.report_at(self.expected_at(), missing_bracket(b']'))?;
        Ok(true)
    }

    fn is_key(&mut self, json: &Json, mark: &ValueMark) -> bool {
        if json.as_str().is_none() || mark.shape != ValueSyntax::Scalar {
            return false;
        }
        self.skip_blanks();
        self.peek() == Some(b':')
    }

    /// Whether an item follows. Skips tokens that cannot begin one.
    pub(super) fn item_follows(&mut self) -> Result<bool, Failure> {
        loop {
            let step: Step<()> = match self.peek() {
                Some(b']') => self.after_comma(b']')?,
                None if self.recovery.is_some() => self.ended(b']')?,
                Some(b'}') if self.recovery.is_some() => self.mismatched(b']')?,
                Some(byte @ (b',' | b':')) if self.recovery.is_some() => {
                    self.report(format!("unexpected `{}`; remove it", char::from(byte)))?;
                    self.offset += 1;
                    Step::Again
                }
                _ => return Ok(true),
            };
            if matches!(step, Step::End) {
                return Ok(false);
            }
            self.skip_blanks();
        }
    }

    /// Handles a token after a member or an item that is neither a comma nor its bracket.
    pub(super) fn skip_to_separator(&mut self, close: u8) -> Result<Step<()>, Failure> {
        let expected = match close {
            b'}' => "expected `,` or `}` after the member",
            _ => "expected `,` or `]` after the item",
        };
        if self.recovery.is_none() {
            return Err(self.failure(expected));
        }
        match self.peek() {
            None => self.ended(close),
            Some(b'}' | b']') => self.mismatched(close),
            // The comma after a bracket that was skipped.
            Some(b',') => Ok(Step::Again),
            Some(b':') => {
                self.report("unexpected `:`; remove it")?;
                self.offset += 1;
                Ok(Step::Found(()))
            }
            Some(_) => {
                self.report_at(self.expected_at(), expected)?;
                Ok(Step::Found(()))
            }
        }
    }
}

/// The role of a closing bracket.
enum BracketRole {
    /// It closes the innermost array or object.
    Own,
    /// It closes an outer one, so that the bracket of the innermost one is missing.
    Outer,
    /// It closes nothing.
    Stray,
}

fn missing_bracket(close: u8) -> String {
    match close {
        b'}' => "expected `}` after the last member".to_owned(),
        _ => "expected `]` after the last item".to_owned(),
    }
}
