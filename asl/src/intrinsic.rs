//! Intrinsic functions: `States.Format('order {}', $.id)`.
//!
//! Source: <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>
//!
//! ```
//! use stepwright_asl::intrinsic::{Argument, Call, Function};
//!
//! let call = Call::parse("States.Format('order {} of {}', $.id, States.UUID())")?;
//! assert_eq!(call.function, Function::Format);
//! let Argument::String(template) = &call.arguments[0] else { unreachable!() };
//! assert_eq!(template.placeholders, [6, 12]);
//!
//! let error = Call::parse("States.Fromat('{}', 1)").unwrap_err();
//! assert_eq!(error.suggestion(), Some("did you mean `States.Format`?".to_owned()));
//! # Ok::<(), stepwright_asl::intrinsic::CallError>(())
//! ```

use std::fmt;
use std::ops::RangeInclusive;

use crate::SyntaxError;
use crate::json::{Json, Number};
use crate::path::Path;
use crate::similar::did_you_mean;

/// How deep calls may nest in one field.
pub const MAX_NESTING: usize = 10;

/// A call of an intrinsic function.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// The function.
    pub function: Function,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    text: String,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// Another call.
    Call(Call),
    /// A path.
    Path(Path),
    /// A string in single quotes.
    String(Literal),
    /// A number.
    Number(Number),
    /// `true` or `false`
    Bool(bool),
    /// `null`
    Null,
}

/// A string literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The text, its escapes resolved.
    pub value: String,
    /// Where `{}` stands in it unescaped, in bytes: the places that `States.Format` fills.
    pub placeholders: Vec<usize>,
}

/// What a function takes for one of its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameter {
    Any,
    /// No literal can be an array or an object: those come from paths and calls.
    Structure,
    String,
    Number,
    Bool,
}

macro_rules! functions {
    ($( $(#[$meta:meta])* $name:ident($($parameter:ident),*) $(+ $optional:ident $most:tt)?, )*) => {
        /// An intrinsic function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Function {
            $( $(#[$meta])* $name, )*
        }

        impl Function {
            /// All 18 functions.
            pub const ALL: &'static [Function] = &[$(Function::$name),*];

            /// The name as it is called, such as `States.Format`.
            pub fn name(self) -> &'static str {
                match self {
                    $( Function::$name => concat!("States.", stringify!($name)), )*
                }
            }

            /// How many arguments it takes.
            pub fn arity(self) -> RangeInclusive<usize> {
                match self {
                    $( Function::$name => {
                        let parameters: &[Parameter] = &[$(Parameter::$parameter),*];
                        let required = parameters.len();
                        required..=functions!(@most required $($most)?)
                    } )*
                }
            }

            fn parameter(self, index: usize) -> Parameter {
                match self {
                    $( Function::$name => {
                        let parameters: &[Parameter] = &[$(Parameter::$parameter,)* $(Parameter::$optional)?];
                        parameters.get(index).or(parameters.last()).copied().unwrap_or(Parameter::Any)
                    } )*
                }
            }
        }
    };
    (@most $required:ident) => { $required };
    (@most $required:ident many) => { usize::MAX };
    (@most $required:ident $most:literal) => { $required + $most };
}

functions! {
    /// `(v...)`: an array of its arguments.
    Array() + Any many,
    /// `(array, n)`: arrays of up to n items.
    ArrayPartition(Structure, Number),
    /// `(array, value)`: whether the array has the value.
    ArrayContains(Structure, Any),
    /// `(first, last, step)`: numbers, the last included.
    ArrayRange(Number, Number, Number),
    /// `(array, index)`: one item.
    ArrayGetItem(Structure, Number),
    /// `(array)`: how many items.
    ArrayLength(Structure),
    /// `(array)`: without repetitions.
    ArrayUnique(Structure),
    /// `(text)`: encoded.
    Base64Encode(String),
    /// `(text)`: decoded.
    Base64Decode(String),
    /// `(data, algorithm)`: `MD5`, `SHA-1`, `SHA-256`, `SHA-384` or `SHA-512` in lower-case hexadecimal.
    Hash(Any, String),
    /// `(a, b, false)`: the members of both, those of b first in rank.
    JsonMerge(Structure, Structure, Bool),
    /// `(text)`: the JSON value that the text is.
    StringToJson(String),
    /// `(value)`: its JSON text.
    JsonToString(Any),
    /// `(from, to[, seed])`: a whole number, the end excluded.
    MathRandom(Number, Number) + Number 1,
    /// `(a, b)`: the sum of whole numbers.
    MathAdd(Number, Number),
    /// `(text, characters)`: the pieces between any of the characters.
    StringSplit(String, String),
    /// `()`: a random UUID, version 4.
    UUID(),
    /// `(template, v...)`: the template, `{}` replaced by the other arguments in order.
    Format(String) + Any many,
}

impl Function {
    /// The function of that name, `States.` included.
    pub fn from_name(name: &str) -> Option<Function> {
        Function::ALL
            .iter()
            .copied()
            .find(|function| function.name() == name)
    }

    /// Whether its result is always, or may be, a string: what `ErrorPath` and `CausePath` need.
    pub fn may_give_string(self) -> bool {
        matches!(
            self,
            Function::ArrayGetItem
                | Function::Base64Encode
                | Function::Base64Decode
                | Function::Format
                | Function::JsonToString
                | Function::Hash
                | Function::UUID
        )
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A call that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at offset {offset}")]
#[non_exhaustive]
pub struct CallError {
    /// Where in the text, in bytes from 0.
    pub offset: usize,
    /// What is wrong, without the place.
    pub message: String,
    /// What sort of fault it is.
    pub fault: CallFault,
}

/// What sort of fault a call has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFault {
    /// The text does not follow the grammar.
    Syntax,
    /// There is no function of this name.
    UnknownFunction(String),
    /// The function takes another number of arguments.
    Arity,
    /// A literal argument has a type that the function does not take there.
    ArgumentType,
    /// Calls nest deeper than [`MAX_NESTING`].
    Nesting,
}

impl CallError {
    fn new(fault: CallFault, offset: usize, message: impl Into<String>) -> CallError {
        CallError {
            offset,
            message: message.into(),
            fault,
        }
    }

    /// A text that does not follow the grammar.
    pub(crate) fn syntax(offset: usize, message: impl Into<String>) -> CallError {
        CallError::new(CallFault::Syntax, offset, message)
    }

    /// The function that was probably meant.
    pub fn suggestion(&self) -> Option<String> {
        let CallFault::UnknownFunction(name) = &self.fault else {
            return None;
        };
        did_you_mean(name, Function::ALL.iter().map(|function| function.name()))
    }
}

impl From<CallError> for SyntaxError {
    fn from(error: CallError) -> SyntaxError {
        SyntaxError::new(error.offset, error.message)
    }
}

impl From<SyntaxError> for CallError {
    fn from(error: SyntaxError) -> CallError {
        CallError::syntax(error.offset, error.message)
    }
}

impl Call {
    /// Reads a call; blanks may follow it.
    ///
    /// # Errors
    ///
    /// When the text is no call, the function is unknown, it takes another number of arguments or other types of literals, or calls nest too deep.
    pub fn parse(text: &str) -> Result<Call, CallError> {
        let mut reader = Reader { text, offset: 0 };
        let call = reader.call(1)?;
        reader.skip_blanks();
        if reader.rest().is_empty() {
            Ok(call)
        } else {
            Err(reader.failure("expected the end of the text after the call"))
        }
    }

    /// The call as it was written, without blanks around it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All paths in it, those of inner calls included.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        for argument in &self.arguments {
            match argument {
                Argument::Path(path) => paths.push(path),
                Argument::Call(call) => paths.extend(call.paths()),
                _ => {}
            }
        }
        paths
    }
}

/// The call as it was written.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Call {
    type Err = CallError;

    fn from_str(text: &str) -> Result<Call, CallError> {
        Call::parse(text)
    }
}

/// What may stand where a payload template is evaluated: the value of a key that ends in `.$`.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A path.
    Path(Path),
    /// A call.
    Call(Call),
}

impl Expression {
    /// Reads a call when the text begins with `States.`, else a path.
    ///
    /// # Errors
    ///
    /// As [`Call::parse`] and [`Path::parse`].
    pub fn parse(text: &str) -> Result<Expression, CallError> {
        if text.starts_with("States.") {
            return Call::parse(text).map(Expression::Call);
        }
        Ok(Expression::Path(Path::parse(text)?))
    }

    /// All paths in it.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Expression::Path(path) => vec![path],
            Expression::Call(call) => call.paths(),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    offset: usize,
}

impl<'t> Reader<'t> {
    fn call(&mut self, depth: usize) -> Result<Call, CallError> {
        let start = self.offset;
        if depth > MAX_NESTING {
            return Err(CallError::new(
                CallFault::Nesting,
                start,
                format!("intrinsic functions nest deeper than {MAX_NESTING} levels"),
            ));
        }
        let name = self.take_while(|char| char.is_alphanumeric() || matches!(char, '.' | '_'));
        let Some(function) = Function::from_name(name) else {
            return Err(if name.starts_with("States.") {
                let fault = CallFault::UnknownFunction(name.to_owned());
                CallError::new(
                    fault,
                    start,
                    format!("there is no intrinsic function `{name}`"),
                )
            } else {
                CallError::new(
                    CallFault::Syntax,
                    start,
                    "expected an intrinsic function such as `States.Format`",
                )
            });
        };
        self.skip_blanks();
        if !self.take('(') {
            return Err(self.failure(format!("expected `(` after `{name}`")));
        }
        let arguments = self.arguments(function, depth)?;
        if !function.arity().contains(&arguments.len()) {
            let wanted = match (*function.arity().start(), *function.arity().end()) {
                (least, usize::MAX) => format!("at least {least}"),
                (least, most) if least == most => least.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
            return Err(CallError::new(
                CallFault::Arity,
                start,
                format!(
                    "`{name}` takes {wanted} arguments, {} are given",
                    arguments.len()
                ),
            ));
        }
        Ok(Call {
            function,
            arguments,
            text: self.text[start..self.offset].to_owned(),
        })
    }

    fn arguments(&mut self, function: Function, depth: usize) -> Result<Vec<Argument>, CallError> {
        let mut arguments = Vec::new();
        self.skip_blanks();
        if self.take(')') {
            return Ok(arguments);
        }
        loop {
            self.skip_blanks();
            let start = self.offset;
            let argument = self.argument(depth)?;
            check_literal(function, arguments.len(), &argument, start)?;
            arguments.push(argument);
            self.skip_blanks();
            if self.take(',') {
                continue;
            }
            if self.take(')') {
                return Ok(arguments);
            }
            return Err(self.failure("expected `,` or `)` after the argument"));
        }
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, CallError> {
        let start = self.offset;
        match self.rest().chars().next() {
            Some('\'') => self.literal().map(Argument::String),
            Some('$') => {
                let text = self.path_text();
                Path::parse(text).map(Argument::Path).map_err(|error| {
                    CallError::new(CallFault::Syntax, start + error.offset, error.message)
                })
            }
            _ if self.rest().starts_with("States.") => self.call(depth + 1).map(Argument::Call),
            _ => {
                let word = self.take_while(|char| {
                    char.is_alphanumeric() || matches!(char, '.' | '+' | '-' | '_')
                });
                match word.parse() {
                    Ok(Json::Number(number)) => Ok(Argument::Number(number)),
                    Ok(Json::Bool(value)) => Ok(Argument::Bool(value)),
                    Ok(Json::Null) => Ok(Argument::Null),
                    _ => Err(CallError::new(
                        CallFault::Syntax,
                        start,
                        "expected a path, a string in single quotes, a number, `true`, `false`, `null` or a call",
                    )),
                }
            }
        }
    }

    /// A path goes on to the next comma or parenthesis that is not inside its brackets.
    fn path_text(&mut self) -> &'t str {
        let rest = self.rest();
        let mut depth = 0_usize;
        let mut quote = None;
        let mut escaped = false;
        let mut end = rest.len();
        for (offset, char) in rest.char_indices() {
            match (quote, char) {
                (Some(_), _) if escaped => escaped = false,
                (Some(_), '\\') => escaped = true,
                (Some(open), _) if open == char => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') if depth > 0 => quote = Some(char),
                (None, '[' | '(') => depth += 1,
                (None, ',' | ')') if depth == 0 => {
                    end = offset;
                    break;
                }
                (None, ']' | ')') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let text = rest[..end].trim_end();
        let start = self.offset;
        self.offset += text.len();
        &self.text[start..self.offset]
    }

    fn literal(&mut self) -> Result<Literal, CallError> {
        let start = self.offset;
        let mut literal = Literal {
            value: String::new(),
            placeholders: Vec::new(),
        };
        self.offset += 1;
        let mut open = None;
        loop {
            let Some(char) = self.rest().chars().next() else {
                return Err(CallError::new(
                    CallFault::Syntax,
                    start,
                    "the string is not closed; expected `'`",
                ));
            };
            self.offset += char.len_utf8();
            match char {
                '\'' => return Ok(literal),
                '\\' => {
                    let escaped = self.rest().chars().next();
                    let Some(char @ ('\'' | '{' | '}' | '\\')) = escaped else {
                        self.offset -= 1;
                        return Err(self.failure(
                            "a backslash in a string escapes `'`, `{`, `}` or `\\` only",
                        ));
                    };
                    self.offset += 1;
                    literal.value.push(char);
                    open = None;
                }
                '}' if open == Some(literal.value.len()) => {
                    literal.placeholders.push(literal.value.len() - 1);
                    literal.value.push('}');
                    open = None;
                }
                char => {
                    literal.value.push(char);
                    open = (char == '{').then_some(literal.value.len());
                }
            }
        }
    }

    fn take_while(&mut self, test: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|char| !test(char)).unwrap_or(rest.len());
        let start = self.offset;
        self.offset += end;
        &self.text[start..self.offset]
    }

    fn take(&mut self, char: char) -> bool {
        let found = self.rest().starts_with(char);
        self.offset += if found { char.len_utf8() } else { 0 };
        found
    }

    fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    fn rest(&self) -> &'t str {
        &self.text[self.offset..]
    }

    fn failure(&self, message: impl Into<String>) -> CallError {
        CallError::new(CallFault::Syntax, self.offset, message)
    }
}

fn check_literal(
    function: Function,
    index: usize,
    argument: &Argument,
    offset: usize,
) -> Result<(), CallError> {
    let parameter = function.parameter(index);
    let fits = match argument {
        Argument::Call(_) | Argument::Path(_) => true,
        Argument::String(_) => matches!(parameter, Parameter::Any | Parameter::String),
        Argument::Number(_) => matches!(parameter, Parameter::Any | Parameter::Number),
        Argument::Bool(_) => matches!(parameter, Parameter::Any | Parameter::Bool),
        Argument::Null => parameter == Parameter::Any,
    };
    if fits {
        return Ok(());
    }
    let wanted = match parameter {
        Parameter::Any => "any value",
        Parameter::Structure => "an array or object from a path or call",
        Parameter::String => "a string",
        Parameter::Number => "a number",
        Parameter::Bool => "`false`",
    };
    Err(CallError::new(
        CallFault::ArgumentType,
        offset,
        format!("argument {} of `{function}` must be {wanted}", index + 1),
    ))
}

#[cfg(test)]
mod tests;
