//! Parses calls.

use crate::cursor::Cursor;
use crate::json::Json;
use crate::path::Path;

use super::call::{Argument, Expression, IntrinsicCall, Literal, MAX_NESTING};
use super::function::{ArgumentType, Function};
use crate::syntax_error::{SyntaxError, SyntaxFault};

impl IntrinsicCall {
    /// Parses a call; blanks may follow it.
    ///
    /// # Errors
    ///
    /// If the text is not a call, the function is unknown, the number of arguments or the type of a
    /// literal is wrong, or calls nest too deeply.
    pub fn parse(text: &str) -> Result<IntrinsicCall, SyntaxError> {
        let mut reader = IntrinsicParser::new(text);
        let call = reader.call(1)?;
        reader.cursor.skip_blanks();
        if reader.cursor.rest().is_empty() {
            Ok(call)
        } else {
            Err(reader
                .cursor
                .failure("expected the end of the text after the call"))
        }
    }
}

impl std::str::FromStr for IntrinsicCall {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<IntrinsicCall, SyntaxError> {
        IntrinsicCall::parse(text)
    }
}

impl Expression {
    /// Parses a call if the text begins with `States.`, otherwise a path.
    ///
    /// # Errors
    ///
    /// Like [`IntrinsicCall::parse`] and [`Path::parse`].
    pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
        if text.starts_with("States.") {
            return IntrinsicCall::parse(text).map(Expression::Call);
        }
        Path::parse(text).map(Expression::Path)
    }
}

struct IntrinsicParser<'t> {
    cursor: Cursor<'t>,
}

impl<'t> IntrinsicParser<'t> {
    fn new(text: &'t str) -> IntrinsicParser<'t> {
        IntrinsicParser {
            cursor: Cursor::new(text),
        }
    }

    fn call(&mut self, depth: usize) -> Result<IntrinsicCall, SyntaxError> {
        let start = self.cursor.offset();
        if depth > MAX_NESTING {
            return Err(SyntaxError::of_fault(
                SyntaxFault::Nesting,
                start,
                format!("intrinsic functions nest deeper than {MAX_NESTING} levels"),
            ));
        }
        let name = self
            .cursor
            .take_while(|char| char.is_alphanumeric() || matches!(char, '.' | '_'));
        let Some(function) = Function::from_name(name) else {
            return Err(if name.starts_with("States.") {
                let fault = SyntaxFault::UnknownFunction(name.to_owned());
                SyntaxError::of_fault(
                    fault,
                    start,
                    format!("there is no intrinsic function `{name}`"),
                )
            } else {
                SyntaxError::new(
                    start,
                    "expected an intrinsic function such as `States.Format`",
                )
            });
        };
        self.cursor.skip_blanks();
        if !self.cursor.take("(") {
            return Err(self.cursor.failure(format!("expected `(` after `{name}`")));
        }
        let arguments = self.arguments(function, depth)?;
        if !function.arity().contains(&arguments.len()) {
            let wanted = match (*function.arity().start(), *function.arity().end()) {
                (least, usize::MAX) => format!("at least {least}"),
                (least, most) if least == most => least.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
            return Err(SyntaxError::of_fault(
                SyntaxFault::Arity,
                start,
                format!(
                    "`{name}` takes {wanted} arguments, {} are given",
                    arguments.len()
                ),
            ));
        }
        Ok(IntrinsicCall {
            function,
            arguments,
            text: self.cursor.since(start).to_owned(),
        })
    }

    fn arguments(
        &mut self,
        function: Function,
        depth: usize,
    ) -> Result<Vec<Argument>, SyntaxError> {
        let mut arguments = Vec::new();
        self.cursor.skip_blanks();
        if self.cursor.take(")") {
            return Ok(arguments);
        }
        loop {
            self.cursor.skip_blanks();
            let start = self.cursor.offset();
            let argument = self.argument(depth)?;
            check_literal(function, arguments.len(), &argument, start)?;
            arguments.push(argument);
            self.cursor.skip_blanks();
            if self.cursor.take(",") {
                continue;
            }
            if self.cursor.take(")") {
                return Ok(arguments);
            }
            return Err(self
                .cursor
                .failure("expected `,` or `)` after the argument"));
        }
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, SyntaxError> {
        let start = self.cursor.offset();
        match self.cursor.rest().chars().next() {
            Some('\'') => self.literal().map(Argument::String),
            Some('$') => {
                let text = self.path_text();
                Path::parse(text)
                    .map(Argument::Path)
                    .map_err(|error| error.inside(start))
            }
            _ if self.cursor.rest().starts_with("States.") => {
                self.call(depth + 1).map(Argument::Call)
            }
            _ => {
                let word = self.cursor.take_while(|char| {
                    char.is_alphanumeric() || matches!(char, '.' | '+' | '-' | '_')
                });
                match &word.parse() {
                    Ok(Json::Number(number)) => Ok(Argument::Number(number.clone())),
                    Ok(Json::Bool(value)) => Ok(Argument::Bool(*value)),
                    Ok(Json::Null) => Ok(Argument::Null),
                    _ => Err(SyntaxError::new(
                        start,
                        "expected a path, a string in single quotes, a number, `true`, `false`, `null` or a call",
                    )),
                }
            }
        }
    }

    /// A path extends to the next comma or parenthesis outside its brackets.
    fn path_text(&mut self) -> &'t str {
        let rest = self.cursor.rest();
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
        let start = self.cursor.offset();
        self.cursor.advance(text.len());
        self.cursor.since(start)
    }

    fn literal(&mut self) -> Result<Literal, SyntaxError> {
        let start = self.cursor.offset();
        let mut literal = Literal {
            value: String::new(),
            placeholders: Vec::new(),
            unmatched_brace: None,
        };
        self.cursor.advance(1);
        // Whether the last character is an unescaped `{`.
        let mut is_open = false;
        loop {
            let Some(char) = self.cursor.next() else {
                return Err(SyntaxError::new(
                    start,
                    "the string is not closed; expected `'`",
                ));
            };
            let unmatched = match (is_open, char) {
                (true, '}') => None,
                (true, _) => Some('{'),
                (false, '}') => Some('}'),
                (false, _) => None,
            };
            literal.unmatched_brace = literal.unmatched_brace.or(unmatched);
            match char {
                '\'' => return Ok(literal),
                '\\' => {
                    let backslash = self.cursor.offset() - 1;
                    let Some(char @ ('\'' | '{' | '}' | '\\')) = self.cursor.next() else {
                        return Err(SyntaxError::new(
                            backslash,
                            "a backslash in a string escapes `'`, `{`, `}` or `\\` only",
                        ));
                    };
                    literal.value.push(char);
                    is_open = false;
                }
                char => {
                    if is_open && char == '}' {
                        literal.placeholders.push(literal.value.len() - 1);
                    }
                    literal.value.push(char);
                    is_open = char == '{';
                }
            }
        }
    }
}

fn check_literal(
    function: Function,
    index: usize,
    argument: &Argument,
    offset: usize,
) -> Result<(), SyntaxError> {
    let parameter = function.parameter(index);
    let fits = match argument {
        Argument::Call(_) | Argument::Path(_) => true,
        Argument::String(_) => matches!(parameter, ArgumentType::Any | ArgumentType::String),
        Argument::Number(_) => matches!(parameter, ArgumentType::Any | ArgumentType::Number),
        Argument::Bool(_) => matches!(parameter, ArgumentType::Any | ArgumentType::Bool),
        Argument::Null => parameter == ArgumentType::Any,
    };
    if fits {
        return Ok(());
    }
    let wanted = match parameter {
        ArgumentType::Any => "any value",
        ArgumentType::Structure => "an array or object from a path or call",
        ArgumentType::String => "a string",
        ArgumentType::Number => "a number",
        ArgumentType::Bool => "`false`",
    };
    Err(SyntaxError::of_fault(
        SyntaxFault::ArgumentType,
        offset,
        format!("argument {} of `{function}` must be {wanted}", index + 1),
    ))
}
