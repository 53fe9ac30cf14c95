//! Parsing of values. Uses an explicit stack; handles duplicate keys, huge integers and the depth
//! limit.

use std::borrow::Cow;
use std::fmt;

use super::number::Big;
use super::object::ObjectBuilder;
use super::{MAX_DEPTH, Str, Value};

/// Text that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextError {
    /// The problem.
    pub message: Cow<'static, str>,
    /// The line of the error, from 1.
    pub line: usize,
    /// The column of the error in characters, from 1.
    pub column: usize,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TextError {
            message,
            line,
            column,
        } = self;
        write!(f, "{message} at line {line} column {column}")
    }
}

impl std::error::Error for TextError {}

impl Value {
    /// Parses JSON text. If keys repeat, the last value wins, in the position of the first,
    /// as in the service's parser.
    ///
    /// Fails on invalid JSON, on more than [`MAX_DEPTH`] levels, and on a number too large
    /// for a float unless it is written as an integer.
    ///
    /// ```
    /// # use stepwright_runtime::value::Value;
    /// assert_eq!(Value::from_text("[1, 1.0]")?.to_text(), "[1,1.0]");
    /// let error = Value::from_text("{\"a\": 1,}").unwrap_err();
    /// assert_eq!(error.to_string(), "expected a key in double quotes at line 1 column 9");
    /// # Ok::<(), stepwright_runtime::value::TextError>(())
    /// ```
    pub fn from_text(text: &str) -> Result<Value, TextError> {
        Reader::new(text, true).read()
    }

    /// Parses JSON text, with integers beyond 64 bits as the nearest float.
    #[cfg(feature = "jsonata")]
    pub(crate) fn from_text_with_doubles(text: &str) -> Result<Value, TextError> {
        Reader::new(text, false).read()
    }
}

type Step<T> = Result<T, Cow<'static, str>>;

struct Reader<'t> {
    text: &'t str,
    /// Always on a character boundary.
    at: usize,
    /// Whether integers of any length retain their digits.
    exact: bool,
}

/// A node whose members are being read.
enum OpenNode {
    Array(Vec<Value>),
    Object(ObjectBuilder, Str),
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, exact: bool) -> Reader<'t> {
        Reader { text, at: 0, exact }
    }

    fn read(mut self) -> Result<Value, TextError> {
        self.document().map_err(|message| {
            let before = self.text.get(..self.at).unwrap_or(self.text);
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            TextError {
                message,
                line: before.matches('\n').count() + 1,
                column: before[line_start..].chars().count() + 1,
            }
        })
    }

    fn document(&mut self) -> Step<Value> {
        let value = self.value()?;
        self.blanks();
        if self.at < self.text.len() {
            return Err("unexpected text after the value".into());
        }
        Ok(value)
    }

    fn value(&mut self) -> Step<Value> {
        let mut stack: Vec<OpenNode> = Vec::new();
        loop {
            // A value begins here.
            self.blanks();
            let mut done = match self.peek() {
                Some(b'{') => {
                    self.open(stack.len())?;
                    if self.take(b'}') {
                        Value::empty_object()
                    } else {
                        let key = self.key()?;
                        stack.push(OpenNode::Object(ObjectBuilder::default(), key));
                        continue;
                    }
                }
                Some(b'[') => {
                    self.open(stack.len())?;
                    if self.take(b']') {
                        Value::from(Vec::new())
                    } else {
                        stack.push(OpenNode::Array(Vec::new()));
                        continue;
                    }
                }
                _ => self.scalar()?,
            };
            // A value is complete; the nodes around it may be complete, too.
            loop {
                self.blanks();
                match stack.pop() {
                    None => return Ok(done),
                    Some(OpenNode::Array(mut items)) => {
                        items.push(done);
                        if self.take_now(b',') {
                            stack.push(OpenNode::Array(items));
                            break;
                        }
                        if !self.take_now(b']') {
                            return Err("expected `,` or `]`".into());
                        }
                        done = Value::from(items);
                    }
                    Some(OpenNode::Object(mut members, key)) => {
                        members.insert(key, done);
                        if self.take_now(b',') {
                            self.blanks();
                            let key = self.key()?;
                            stack.push(OpenNode::Object(members, key));
                            break;
                        }
                        if !self.take_now(b'}') {
                            return Err("expected `,` or `}`".into());
                        }
                        done = Value::from(members.finish());
                    }
                }
            }
        }
    }

    fn open(&mut self, depth: usize) -> Step<()> {
        if depth >= MAX_DEPTH as usize {
            return Err(format!("nested deeper than {MAX_DEPTH} levels").into());
        }
        self.at += 1;
        self.blanks();
        Ok(())
    }

    fn key(&mut self) -> Step<Str> {
        if self.peek() != Some(b'"') {
            return Err("expected a key in double quotes".into());
        }
        let key = self.string()?;
        self.blanks();
        if !self.take_now(b':') {
            return Err("expected `:` after the key".into());
        }
        Ok(key)
    }

    fn scalar(&mut self) -> Step<Value> {
        for (word, value) in [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
        ] {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        match self.peek() {
            Some(b'"') => Ok(Value::Str(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err("expected a JSON value".into()),
            None => Err("unexpected end of the text".into()),
        }
    }

    fn number(&mut self) -> Step<Value> {
        let start = self.at;
        self.take_now(b'-');
        let first = self.peek();
        let whole = self.digits();
        if whole == 0 {
            return Err("expected a digit".into());
        }
        if whole > 1 && first == Some(b'0') {
            return Err("a number must not begin with `0`".into());
        }
        let mut is_integer = true;
        if self.take_now(b'.') {
            is_integer = false;
            if self.digits() == 0 {
                return Err("expected a digit after the decimal point".into());
            }
        }
        if self.take_now(b'e') || self.take_now(b'E') {
            is_integer = false;
            let _sign = self.take_now(b'-') || self.take_now(b'+');
            if self.digits() == 0 {
                return Err("expected a digit in the exponent".into());
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let integer = if is_integer { Big::parse(text) } else { None };
        let value = match integer {
            Some(Value::Big(big)) if !self.exact => Some(Value::Float(big.to_f64())),
            Some(integer) => Some(integer),
            None => {
                let number = text.parse::<f64>().ok();
                number.filter(|number| number.is_finite()).map(Value::Float)
            }
        };
        value.ok_or_else(|| "number out of range".into())
    }

    fn digits(&mut self) -> usize {
        let rest = self.rest();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    /// Parses a string from its opening quote.
    fn string(&mut self) -> Step<Str> {
        self.at += 1;
        let start = self.at;
        let plain = self.plain();
        if self.take_now(b'"') {
            return Ok(Str::new(&self.text[start..start + plain]));
        }
        let mut out = String::from(&self.text[start..start + plain]);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Str::from(out));
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                Some(_) => return Err("control character in a string, escape it".into()),
                None => return Err("a string without closing quote".into()),
            }
            let from = self.at;
            let plain = self.plain();
            out.push_str(&self.text[from..from + plain]);
        }
    }

    /// Skips bytes without special meaning inside a string.
    fn plain(&mut self) -> usize {
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0x00..0x20);
        let rest = self.rest();
        let plain = rest.iter().position(special).unwrap_or(rest.len());
        self.at += plain;
        plain
    }

    fn escape(&mut self) -> Step<char> {
        let Some(byte) = self.peek() else {
            return Err("a string without closing quote".into());
        };
        let character = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err("unknown escape in a string".into()),
        };
        self.at += 1;
        Ok(character)
    }

    fn unicode(&mut self) -> Step<char> {
        let first = self.hex()?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first).ok_or_else(|| "invalid `\\u` escape".into());
        }
        // A pair of surrogates is one character; a single surrogate cannot be stored in a string.
        if first < 0xdc00 && self.take_now(b'\\') && self.take_now(b'u') {
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return char::from_u32(code).ok_or_else(|| "invalid `\\u` escape".into());
            }
        }
        Err("unpaired surrogate in a string".into())
    }

    fn hex(&mut self) -> Step<u32> {
        let digits = self.rest().get(..4).ok_or("incomplete `\\u` escape")?;
        let mut code = 0;
        for digit in digits {
            let digit = char::from(*digit).to_digit(16);
            code = code * 16 + digit.ok_or("invalid `\\u` escape")?;
        }
        self.at += 4;
        Ok(code)
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take_now(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn take(&mut self, byte: u8) -> bool {
        self.blanks();
        self.take_now(byte)
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }
}
