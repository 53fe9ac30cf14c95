//! The grammar of JSON's tokens: blanks, literals, numbers, strings and escapes.
//!
//! The parser of definitions stores positions and continues after errors; the interpreter's parser
//! of values is fast. Both read tokens here, as do the scanners of texts that are perhaps JSON, so
//! that all of them accept the same tokens and report the same problems. The functions are small
//! and inlined, because the interpreter calls them for each byte of an input.

/// A token that is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenError {
    /// The bytes from the start of the token to the problem.
    pub offset: usize,
    /// The reason.
    pub problem: TokenProblem,
}

/// The reason why a token is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenProblem {
    /// No digit after the sign.
    NoDigit,
    /// No digit after the decimal point.
    NoFraction,
    /// No digit in the exponent.
    NoExponent,
    /// A digit after a leading zero.
    LeadingZero,
    /// A string without its closing quote.
    OpenString,
    /// A control character in a string.
    ControlCharacter,
    /// A backslash before a character that no escape has.
    UnknownEscape,
    /// Less than four hexadecimal digits after `\u`.
    ShortCodeUnit,
    /// Half of a pair of surrogates, which is not a character.
    UnpairedSurrogate,
}

impl TokenProblem {
    /// Returns the problem as a message.
    #[cold]
    pub fn message(self) -> &'static str {
        match self {
            TokenProblem::NoDigit => "expected a digit",
            TokenProblem::NoFraction => "expected a digit after the decimal point",
            TokenProblem::NoExponent => "expected a digit in the exponent",
            TokenProblem::LeadingZero => "a number must not have a leading zero",
            TokenProblem::OpenString => "the string is not closed",
            TokenProblem::ControlCharacter => {
                "control character in a string; write it as an escape such as `\\n`"
            }
            TokenProblem::UnknownEscape => "JSON does not have this escape",
            TokenProblem::ShortCodeUnit => "`\\u` needs four hexadecimal digits",
            TokenProblem::UnpairedSurrogate => "unpaired surrogate in an escape",
        }
    }
}

/// A number at the start of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberToken {
    /// Its bytes.
    pub length: usize,
    /// Whether it has no fraction and no exponent.
    pub is_integer: bool,
}

/// A value that is a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Literal {
    Null,
    True,
    False,
}

/// Whether a byte is whitespace between tokens.
#[inline]
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Returns the number of blanks at the start.
#[inline]
pub fn blanks(bytes: &[u8]) -> usize {
    count(bytes, is_blank)
}

/// Reads the literal at the start, and its length.
#[inline]
pub fn literal(bytes: &[u8]) -> Option<(Literal, usize)> {
    match bytes.first()? {
        b'n' if bytes.starts_with(b"null") => Some((Literal::Null, 4)),
        b't' if bytes.starts_with(b"true") => Some((Literal::True, 4)),
        b'f' if bytes.starts_with(b"false") => Some((Literal::False, 5)),
        _ => None,
    }
}

/// Reads the number at the start.
#[inline]
pub fn number(bytes: &[u8]) -> Result<NumberToken, TokenError> {
    let digits_at = |at: usize| count(&bytes[at..], |byte| byte.is_ascii_digit());
    let has = |at: usize, wanted: u8| bytes.get(at) == Some(&wanted);
    let error = |offset, problem| Err(TokenError { offset, problem });

    let start = usize::from(has(0, b'-'));
    let digits = digits_at(start);
    if digits == 0 {
        return error(start, TokenProblem::NoDigit);
    }
    if digits > 1 && has(start, b'0') {
        return error(0, TokenProblem::LeadingZero);
    }
    let whole = start + digits;
    let mut length = whole;
    if has(length, b'.') {
        length += 1;
        let digits = digits_at(length);
        if digits == 0 {
            return error(length, TokenProblem::NoFraction);
        }
        length += digits;
    }
    if has(length, b'e') || has(length, b'E') {
        length += 1;
        length += usize::from(has(length, b'+') || has(length, b'-'));
        let digits = digits_at(length);
        if digits == 0 {
            return error(length, TokenProblem::NoExponent);
        }
        length += digits;
    }
    Ok(NumberToken {
        length,
        is_integer: length == whole,
    })
}

/// Returns the number of bytes of a string before its quote, an escape or a control character.
#[inline]
pub fn plain(bytes: &[u8], quote: u8) -> usize {
    count(bytes, |byte| byte != quote && byte != b'\\' && byte > 0x1f)
}

/// Returns the length of the string at the start with its quotes, without a check of its content.
/// A string that is not closed ends with the text.
#[inline]
pub fn string_length(bytes: &[u8]) -> usize {
    let Some(&quote) = bytes.first() else {
        return 0;
    };
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Decodes the escape at the start, from its backslash: its character and its length.
#[inline]
pub fn escape(bytes: &[u8]) -> Result<(char, usize), TokenProblem> {
    match bytes.get(1) {
        Some(b'u') => code_point(&bytes[2..]).map(|(char, length)| (char, length + 2)),
        Some(&byte) => match short_escape(byte) {
            Some(char) => Ok((char, 2)),
            None => Err(TokenProblem::UnknownEscape),
        },
        None => Err(TokenProblem::OpenString),
    }
}

/// Returns the character of an escape with one letter or sign after its backslash.
#[inline]
pub(crate) fn short_escape(byte: u8) -> Option<char> {
    Some(match byte {
        b'"' | b'\\' | b'/' => char::from(byte),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// Decodes what follows `\u`: its character and its length. The second escape of a pair of
/// surrogates belongs to it.
#[inline]
pub(crate) fn code_point(bytes: &[u8]) -> Result<(char, usize), TokenProblem> {
    let unit = code_unit(bytes).ok_or(TokenProblem::ShortCodeUnit)?;
    if let Some(char) = char::from_u32(unit.into()) {
        return Ok((char, 4));
    }
    let low = bytes.get(4..).and_then(|rest| rest.strip_prefix(b"\\u"));
    let units = [Some(unit), low.and_then(code_unit)];
    match char::decode_utf16(units.into_iter().flatten()).next() {
        Some(Ok(char)) => Ok((char, 10)),
        _ => Err(TokenProblem::UnpairedSurrogate),
    }
}

/// Returns the number of four hexadecimal digits.
#[inline]
fn code_unit(bytes: &[u8]) -> Option<u16> {
    bytes.get(..4)?.iter().try_fold(0, |unit, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(unit << 4 | digit as u16)
    })
}

/// Returns the number of bytes at the start with a property.
#[inline]
fn count(bytes: &[u8], has: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !has(*byte));
    end.unwrap_or(bytes.len())
}
