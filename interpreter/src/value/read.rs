//! Parsing of values. Uses an explicit stack; handles duplicate keys, huge integers and the depth
//! limit.

use std::borrow::Cow;
use std::fmt;

use stepwright_asl::json::token::{self, Literal, TokenProblem};

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
    /// # Errors
    ///
    /// Fails on invalid JSON, on more than [`MAX_DEPTH`] levels, and on a number too large
    /// for a float unless it is written as an integer.
    ///
    /// ```
    /// # extern crate stepwright_interpreter as stepwright_runtime;
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
        match self.peek() {
            Some(b'"') => Ok(Value::Str(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => {
                let literal = token::literal(self.rest());
                let (literal, length) = literal.ok_or("expected a JSON value")?;
                self.at += length;
                Ok(match literal {
                    Literal::Null => Value::Null,
                    Literal::True => Value::Bool(true),
                    Literal::False => Value::Bool(false),
                })
            }
            None => Err("unexpected end of the text".into()),
        }
    }

    fn number(&mut self) -> Step<Value> {
        let start = self.at;
        let number = token::number(self.rest()).map_err(|error| {
            self.at += error.offset;
            error.problem.message()
        })?;
        self.at += number.length;
        let text = self.text.get(start..self.at).unwrap_or_default();
        let integer = if number.is_integer {
            Big::parse(text)
        } else {
            None
        };
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
                    let escape = token::escape(self.rest());
                    let (character, length) = escape.map_err(TokenProblem::message)?;
                    self.at += length;
                    out.push(character);
                }
                Some(_) => return Err(TokenProblem::ControlCharacter.message().into()),
                None => return Err(TokenProblem::OpenString.message().into()),
            }
            let from = self.at;
            let plain = self.plain();
            out.push_str(&self.text[from..from + plain]);
        }
    }

    /// Skips bytes without special meaning inside a string.
    fn plain(&mut self) -> usize {
        let plain = token::plain(self.rest(), b'"');
        self.at += plain;
        plain
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
        self.at += token::blanks(self.rest());
    }
}
