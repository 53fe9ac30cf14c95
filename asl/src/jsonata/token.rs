//! JSONata's tokens.

use std::ops::Range;

use crate::SyntaxError;
use crate::json::token::{self, TokenProblem};

/// The type of a token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Name(String),
    Variable(String),
    String(String),
    Number(f64),
    /// `true`, `false` and `null`.
    Literal,
    Regex,
    Operator(&'static str),
    End,
}

/// A token with its byte range in the text.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

/// Longer operators first. `!` and `~` alone are not operators, but end a name.
const OPERATORS: &[&str] = &[
    "..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??", ".", "[", "]", "{", "}", "(", ")", ",",
    "@", "#", ";", ":", "?", "+", "-", "*", "/", "%", "|", "=", "<", ">", "^", "&", "!", "~",
];

/// Operators that are words. Where an operand is expected they are names.
const WORDS: &[&str] = &["or", "in", "and"];

/// Reads tokens one by one: only the parser knows whether `/` divides or begins a regular
/// expression.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next token; `infix` is whether an operator is expected.
    pub(super) fn next(&mut self, infix: bool) -> Result<Token, SyntaxError> {
        self.skip_blanks()?;
        let start = self.at;
        let rest = self.rest();
        let kind = match rest.chars().next() {
            None => TokenKind::End,
            Some('/') if !infix => self.regex()?,
            Some(quote @ ('"' | '\'')) => TokenKind::String(self.string(quote)?),
            Some('0'..='9') => self.number()?,
            Some('`') => self.quoted_name()?,
            Some(_) => match OPERATORS
                .iter()
                .find(|operator| rest.starts_with(**operator))
            {
                Some(operator) => {
                    self.at += operator.len();
                    TokenKind::Operator(operator)
                }
                None => self.word(),
            },
        };
        let span = start..self.at;
        match kind {
            TokenKind::Operator(operator @ ("!" | "~")) => Err(SyntaxError::new(
                start,
                format!("S0204: Unknown operator: \"{operator}\""),
            )),
            kind => Ok(Token { kind, span }),
        }
    }

    fn skip_blanks(&mut self) -> Result<(), SyntaxError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(is_blank);
            self.at += rest.len() - trimmed.len();
            let Some(comment) = trimmed.strip_prefix("/*") else {
                return Ok(());
            };
            let Some(end) = comment.find("*/") else {
                return Err(SyntaxError::new(
                    self.at,
                    "S0106: Comment has no closing tag",
                ));
            };
            self.at += end + 4;
        }
    }

    fn word(&mut self) -> TokenKind {
        let rest = self.rest();
        let ends = |letter: char| {
            is_blank(letter)
                || OPERATORS
                    .iter()
                    .any(|one| one.len() == 1 && one.starts_with(letter))
        };
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += word.len();
        if let Some(name) = word.strip_prefix('$') {
            return TokenKind::Variable(name.to_owned());
        }
        match (word, WORDS.iter().find(|operator| **operator == word)) {
            (_, Some(operator)) => TokenKind::Operator(operator),
            ("true" | "false" | "null", None) => TokenKind::Literal,
            (name, None) => TokenKind::Name(name.to_owned()),
        }
    }

    fn quoted_name(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        let name = self.rest().get(1..).unwrap_or_default();
        let Some(end) = name.find('`') else {
            let message = "S0105: Quoted property name must be terminated with a backquote (`)";
            return Err(SyntaxError::new(start, message));
        };
        self.at += end + 2;
        Ok(TokenKind::Name(name[..end].to_owned()))
    }

    fn number(&mut self) -> Result<TokenKind, SyntaxError> {
        let rest = self.rest();
        let digits = |from: usize| {
            let rest = rest.as_bytes().get(from..).unwrap_or_default();
            rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let is = |at: usize, any: &[u8]| {
            rest.as_bytes()
                .get(at)
                .is_some_and(|byte| any.contains(byte))
        };
        // No digits may follow a leading zero.
        let mut end = if is(0, b"0") { 1 } else { digits(0) };
        if is(end, b".") && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
        if is(end, b"eE") {
            let sign = usize::from(is(end + 1, b"+-"));
            let exponent = digits(end + 1 + sign);
            if exponent > 0 {
                end += 1 + sign + exponent;
            }
        }
        let text = &rest[..end];
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.at += end;
                Ok(TokenKind::Number(number))
            }
            _ => Err(SyntaxError::new(
                self.at,
                format!("S0102: Number out of range: \"{text}\""),
            )),
        }
    }

    fn regex(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        let pattern = self.rest().get(1..).unwrap_or_default();
        let (mut depth, mut backslashes) = (0_i32, 0_usize);
        for (at, byte) in pattern.bytes().enumerate() {
            let escaped = backslashes > 0;
            match byte {
                b'/' if depth == 0 && backslashes.is_multiple_of(2) => {
                    if at == 0 {
                        let message = "S0301: Empty regular expressions are not allowed";
                        return Err(SyntaxError::new(start, message));
                    }
                    let after = &pattern[at + 1..];
                    let flags = after.len() - after.trim_start_matches(['i', 'm']).len();
                    self.at += 1 + at + 1 + flags;
                    return Ok(TokenKind::Regex);
                }
                b'(' | b'[' | b'{' if !escaped => depth += 1,
                b')' | b']' | b'}' if !escaped => depth -= 1,
                _ => {}
            }
            backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
        }
        let message = "S0302: No terminating / in regular expression";
        Err(SyntaxError::new(start, message))
    }

    fn string(&mut self, quote: char) -> Result<String, SyntaxError> {
        let start = self.at;
        let text = self.rest().get(1..).unwrap_or_default();
        let mut out = String::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            if letter == quote {
                self.at += 1 + text.len() - rest.len();
                return Ok(out);
            }
            if letter != '\\' {
                out.push(letter);
                continue;
            }
            let Some(escape) = rest.chars().next() else {
                break;
            };
            rest = &rest[escape.len_utf8()..];
            if escape == 'u' {
                let char = match token::code_point(rest.as_bytes()) {
                    Ok((char, length)) => {
                        rest = &rest[length..];
                        char
                    }
                    // Rust strings cannot contain it.
                    Err(TokenProblem::UnpairedSurrogate) => {
                        rest = &rest[4..];
                        char::REPLACEMENT_CHARACTER
                    }
                    // JSONata accepts fewer digits at the end of the text, where no quote follows.
                    Err(_) if is_short_code(rest) => break,
                    Err(_) => {
                        let message =
                            "S0104: The escape sequence \\u must be followed by 4 hex digits";
                        return Err(SyntaxError::new(start, message));
                    }
                };
                out.push(char);
                continue;
            }
            let Some(char) = u8::try_from(escape).ok().and_then(token::short_escape) else {
                let message = format!("S0103: Unsupported escape sequence: \\\"{escape}\"");
                return Err(SyntaxError::new(start, message));
            };
            out.push(char);
        }
        let message = "S0101: String literal must be terminated by a matching quote";
        Err(SyntaxError::new(start, message))
    }
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{b}')
}

/// Whether a text is one to three hexadecimal digits.
fn is_short_code(text: &str) -> bool {
    (1..4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
