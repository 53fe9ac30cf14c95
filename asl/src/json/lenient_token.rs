//! Tokens that JSON does not have: those of its dialects, and broken ones.

use super::dialect::Dialect;
use super::read::Failure;
use super::reader::{JsonParser, json_of};
use super::recovery_state::{OpenBracket, Recovery, StringRole};
use super::token::{self, TokenProblem};
use super::value::Json;
use crate::substitution::word_length;

/// Maximum length of a placeholder without quotes, in bytes.
const MAX_PLACEHOLDER: usize = 4096;

impl<'t> JsonParser<'t> {
    /// Skips whitespace and comments.
    pub(super) fn skip_trivia(&mut self) {
        let start = self.offset;
        let mut line = None;
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.offset += 1,
                Some(b'\n') => {
                    self.offset += 1;
                    line = Some(self.offset);
                }
                Some(b'/') => {
                    let comment = self.offset;
                    let Some(length) = comment_length(self.rest()) else {
                        break;
                    };
                    let is_closed = length < self.rest().len() || self.rest().ends_with("*/");
                    let is_block = self.rest().starts_with("/*");
                    if is_block && !is_closed && self.recovery.is_none() {
                        break;
                    }
                    self.offset += length;
                    if let Some(last) = self.text[comment..self.offset].rfind('\n') {
                        line = Some(comment + last + 1);
                    }
                    // Without recovery, only a dialect with comments comes here.
                    let reported = if is_block && !is_closed {
                        self.report_at(comment, "the comment is not closed; add `*/`")
                    } else {
                        self.extension(
                            Dialect::Comments,
                            comment,
                            "AWS accepts no comments; use the field `Comment` instead",
                        )
                    };
                    debug_assert!(reported.is_ok());
                }
                Some(0x0b | 0x0c | 0x80..) => {
                    let blank = self.rest().chars().next().filter(|char| is_blank(*char));
                    let Some(blank) = blank else { break };
                    if self.recovery.is_none() && self.dialect < Dialect::Json5 {
                        break;
                    }
                    let message = "JSON does not have this whitespace character; use a blank";
                    let reported = self.extension(Dialect::Json5, self.offset, message);
                    debug_assert!(reported.is_ok());
                    self.offset += blank.len_utf8();
                }
                _ => break,
            }
        }
        let end = self.offset;
        if let Some(Recovery { at, .. }) = &mut self.recovery {
            if start != at.skipped_to || start == 0 {
                at.content_end = start;
            }
            at.skipped_to = end;
            if let Some(line) = line {
                at.line = line;
                at.first = end;
            } else if at.line == 0 && start == 0 {
                at.first = end;
            }
        }
    }

    /// Reads a scalar that is no string in double quotes.
    pub(super) fn lenient_scalar(&mut self) -> Result<Json, Failure> {
        let start = self.offset;
        if self.peek() == Some(b'\'') {
            let message = "AWS accepts a string only in double quotes";
            self.extension(Dialect::Json5, start, message)?;
            return self.string(b'\'', StringRole::Value).map(Json::String);
        }
        let token = self.token();
        if let Some((literal, length)) = token::literal(token.as_bytes())
            && length == token.len()
        {
            return Ok(json_of(literal));
        }
        let end = self.offset;
        if !token.starts_with(|char: char| char.is_ascii_digit() || "+-.".contains(char)) {
            self.report_at(
                start,
                if token.starts_with("${") {
                    "expected a JSON value; a template must replace this placeholder before the text is read"
                } else {
                    "expected a JSON value; put a text in double quotes"
                },
            )?;
            return Ok(Json::String(token));
        }
        self.offset = start;
        let number = self.number();
        let is_whole = self.offset == end;
        self.offset = end;
        match (number, decimal(&token)) {
            (Ok(number), _) if is_whole => Ok(Json::Number(number)),
            (_, Some(decimal)) => {
                let message = "AWS accepts a number only as JSON has it, such as `16` or `0.5`";
                self.extension(Dialect::Json5, start, message)?;
                decimal
                    .parse()
                    .map_err(|_| self.failure("internal error: the number is not decimal"))
            }
            (Err(error), None) => {
                self.report_at(error.offset, error.message)?;
                Ok(Json::Null)
            }
            (Ok(_), None) => {
                self.report_at(start, "this is not a number; put a text in double quotes")?;
                Ok(Json::String(token))
            }
        }
    }

    /// Reads the characters until a separator.
    pub(super) fn token(&mut self) -> String {
        let rest = self.rest();
        let ends = |(offset, char): &(usize, char)| {
            is_blank(*char)
                || ",:{}[]\"'".contains(*char)
                || (*char == '/' && comment_length(&rest[*offset..]).is_some())
        };
        let length = rest.char_indices().skip(1).find(ends);
        let length = length.map_or(rest.len(), |(offset, _)| offset);
        let token = rest[..length].to_owned();
        self.offset += length;
        token
    }

    /// The text in which a placeholder without quotes must end.
    pub(super) fn placeholder_window(&self) -> &'t str {
        if self
            .recovery
            .as_ref()
            .is_some_and(|recovery| recovery.no_brace_follows)
        {
            return "";
        }
        let rest = self.rest();
        let mut length = rest.len().min(MAX_PLACEHOLDER);
        while !rest.is_char_boundary(length) {
            length -= 1;
        }
        let window = &rest[..length];
        match word_length(window) {
            Some(length) => match window[..length].find(['\n', '"']) {
                Some(end) if window[end..length].starts_with('\n') => &window[..end],
                // The word is a text of the template engine, or the placeholder is not closed.
                Some(end) if window[end..length].contains("\":") => &window[..end],
                _ => window,
            },
            None if window.starts_with("${") => window.split('\n').next().unwrap_or_default(),
            None => "",
        }
    }

    /// Handles a placeholder without its brace.
    pub(super) fn unclosed_placeholder(&mut self) -> Result<String, Failure> {
        self.report("the placeholder is not closed; add `}`")?;
        let rest = self.rest();
        let ends = |char: char| is_blank(char) || ",]}\"".contains(char);
        let length = rest.find(ends).unwrap_or(rest.len());
        let text = rest[..length].to_owned();
        self.offset += length;
        Ok(text)
    }

    /// Reads an escape of JSON, or one that only JSON5 has.
    pub(super) fn lenient_escape(&mut self, text: &mut String) -> Result<(), Failure> {
        let start = self.offset;
        let mut after = self.rest()[1..].chars();
        let json5 = match after.next() {
            Some('\r') if after.next() == Some('\n') => Some(("", 3)),
            Some('\n' | '\r') => Some(("", 2)),
            Some('\u{2028}' | '\u{2029}') => Some(("", 4)),
            Some('\'') => Some(("'", 2)),
            Some('v') => Some(("\u{b}", 2)),
            Some('0') => Some(("\0", 2)),
            _ => None,
        };
        if let Some((char, length)) = json5
            && (self.dialect == Dialect::Json5 || !char.is_empty())
        {
            let message = TokenProblem::UnknownEscape.message();
            self.extension(Dialect::Json5, start, message)?;
            text.push_str(char);
            self.offset = start + length;
            return Ok(());
        }
        match self.escape_sequence() {
            Ok(char) => text.push(char),
            Err(error) => {
                // The backslash is a part of the string. At the end of the text, the string is
                // reported instead.
                if self.rest().len() > 1 {
                    self.report_at(error.offset, error.message)?;
                }
                text.push('\\');
                self.offset = start + 1;
            }
        }
        Ok(())
    }

    /// Ends a string without a closing quote at the end of its line, before the separators that
    /// belong to the text around it.
    pub(super) fn unclosed_string(
        &mut self,
        opening: usize,
        role: StringRole,
    ) -> Result<String, Failure> {
        self.report_at(opening, TokenProblem::OpenString.message())?;
        let content = &self.text[opening + 1..self.offset];
        let content = match role {
            StringRole::Key => content.split(':').next().unwrap_or_default(),
            StringRole::Value => {
                let content = without_comma(content);
                self.without_brackets(content)
            }
        };
        let content = content.trim_end().to_owned();
        self.offset = opening + 1 + content.len();
        Ok(content)
    }

    /// Removes the brackets at the end that close brackets of the same line.
    fn without_brackets<'c>(&self, mut content: &'c str) -> &'c str {
        let Some(recovery) = &self.recovery else {
            return content;
        };
        let in_line = |bracket: &&OpenBracket| bracket.line == recovery.at.line;
        for bracket in recovery.open.iter().rev().take_while(in_line) {
            let (open, close) = if bracket.is_object {
                ('{', '}')
            } else {
                ('[', ']')
            };
            let count = |wanted| content.chars().filter(|char| *char == wanted).count();
            match content.strip_suffix(close) {
                Some(before) if count(close) > count(open) => content = without_comma(before),
                _ => break,
            }
        }
        content
    }

    /// The string that ended before its last quote: after it, no separator follows.
    pub(super) fn ends_earlier(
        &mut self,
        opening: usize,
        role: StringRole,
    ) -> Result<Option<String>, Failure> {
        let is_separator = |byte: u8| byte.is_ascii_whitespace() || b",:{}[]/".contains(&byte);
        if self.peek().is_none_or(is_separator) {
            return Ok(None);
        }
        let content = &self.text[opening + 1..self.offset - 1];
        let separator = match role {
            StringRole::Key => ':',
            StringRole::Value => ',',
        };
        let Some((content, _)) = content.split_once(separator) else {
            return Ok(None);
        };
        let content = content.trim_end().to_owned();
        self.report_at(opening, TokenProblem::OpenString.message())?;
        self.offset = opening + 1 + content.len();
        Ok(Some(content))
    }
}

fn without_comma(content: &str) -> &str {
    let content = content.trim_end();
    content.strip_suffix(',').unwrap_or(content).trim_end()
}

/// The length of the comment at the start of a text, without the line break after it. An open
/// comment ends with the text.
fn comment_length(text: &str) -> Option<usize> {
    if let Some(comment) = text.strip_prefix("/*") {
        return Some(comment.find("*/").map_or(text.len(), |end| end + 4));
    }
    let line = text.strip_prefix("//")?;
    Some(line.find('\n').map_or(text.len(), |end| end + 2))
}

/// Whether a character is whitespace in JSON5.
fn is_blank(char: char) -> bool {
    char.is_whitespace() || char == '\u{feff}'
}

/// Whether a text is a key of JSON5 without quotes.
pub(super) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    let begins = |char: char| char.is_alphabetic() || char == '_' || char == '$';
    chars.next().is_some_and(begins) && chars.all(|char| begins(char) || char.is_numeric())
}

/// The decimal text of a number that only JSON5 has: `+1`, `.5`, `5.`, `0x1F`.
fn decimal(token: &str) -> Option<String> {
    let (sign, digits) = match token.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", token.strip_prefix('+').unwrap_or(token)),
    };
    if let Some(hex) = digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        let is_hex = !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u128::from_str_radix(hex, 16).ok().filter(|_| is_hex)?;
        return Some(format!("{sign}{value}"));
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    let number = format!("{sign}{whole}{point}{fraction}{exponent}");
    let json: Json = number.parse().ok()?;
    json.as_f64().is_some().then_some(number)
}
