//! Parses paths like Jayway's compiler.

use crate::SyntaxError;
use crate::cursor::Cursor;
use crate::json::token;
use crate::name;

use super::tree::{Filter, MAX_DEPTH, Path, PathStep, Root};

impl Path {
    /// Parses a path. Blanks may follow it, as in Jayway.
    ///
    /// # Errors
    ///
    /// If the text is not a path. The error contains the offset.
    pub fn parse(text: &str) -> Result<Path, SyntaxError> {
        read(text)
    }
}

impl std::str::FromStr for Path {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Path, SyntaxError> {
        Path::parse(text)
    }
}

/// The text without the blanks at its end that Jayway removes before it parses a path.
pub(crate) fn without_trailing_blanks(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\n', '\r'])
}

/// Parses a whole text as a path.
fn read(text: &str) -> Result<Path, SyntaxError> {
    let mut reader = PathParser {
        cursor: Cursor::new(without_trailing_blanks(text)),
        depth: 0,
        in_filter: false,
    };
    let path = reader.path()?;
    if reader.cursor.rest().is_empty() {
        Ok(path)
    } else {
        Err(reader.unexpected())
    }
}

pub(super) struct PathParser<'t> {
    pub(super) cursor: Cursor<'t>,
    depth: usize,
    /// Whether the path is in a filter, where the comparison ends it.
    in_filter: bool,
}

impl<'t> PathParser<'t> {
    fn path(&mut self) -> Result<Path, SyntaxError> {
        let start = self.cursor.offset();
        let root = self.root()?;
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            steps.push(step);
        }
        Ok(Path {
            root,
            steps,
            text: self.cursor.since(start).to_owned(),
        })
    }

    /// Parses a path in a filter.
    pub(super) fn inner_path(&mut self) -> Result<Path, SyntaxError> {
        let outer = std::mem::replace(&mut self.in_filter, true);
        let path = self.path();
        self.in_filter = outer;
        path
    }

    fn root(&mut self) -> Result<Root, SyntaxError> {
        let start = self.cursor.offset();
        if self.in_filter && self.cursor.take("@") {
            return Ok(Root::Current);
        }
        if self.cursor.take("$$") {
            return match self.cursor.peek() {
                Some(char) if char != '.' && char != '[' && !self.ends(char) => {
                    Err(self.cursor.failure("expected `.` or `[` after `$$`"))
                }
                _ => Ok(Root::Context),
            };
        }
        if !self.cursor.take("$") {
            return Err(SyntaxError::new(start, "a path begins with `$`"));
        }
        let variable = self.cursor.take_while(name::continues_variable);
        if variable.is_empty() {
            return Ok(Root::Input);
        }
        if !variable.starts_with(name::starts_variable) {
            return Err(SyntaxError::new(
                start + 1,
                "expected `.`, `[` or the name of a variable after `$`",
            ));
        }
        Ok(Root::Variable(variable.to_owned()))
    }

    fn step(&mut self) -> Result<Option<PathStep>, SyntaxError> {
        let start = self.cursor.offset();
        if self.cursor.take("..") {
            let step = match self.cursor.peek() {
                Some('[') => self.bracket()?,
                Some('.') | None => {
                    return Err(SyntaxError::new(
                        start,
                        "a path does not end with `.` or `..`",
                    ));
                }
                Some(_) => self.dotted()?,
            };
            return Ok(Some(PathStep::Descendant(Box::new(step))));
        }
        if self.cursor.take(".") {
            return match self.cursor.peek() {
                // Jayway accepts `$.['a']` for `$['a']`.
                Some('[') => self.bracket().map(Some),
                None => Err(SyntaxError::new(
                    start,
                    "a path does not end with `.` or `..`",
                )),
                Some(_) => self.dotted().map(Some),
            };
        }
        match self.cursor.peek() {
            None => Ok(None),
            Some('[') => self.bracket().map(Some),
            Some(char) if self.in_filter && self.ends(char) => Ok(None),
            Some(_) => Err(self.unexpected()),
        }
    }

    /// Parses a key, a wildcard or a function after a dot.
    fn dotted(&mut self) -> Result<PathStep, SyntaxError> {
        let start = self.cursor.offset();
        if self.cursor.take("*") {
            return Ok(PathStep::Wildcard);
        }
        let key = self.key();
        if self.cursor.peek() == Some('(') && !key.is_empty() {
            return self.function(&key);
        }
        match self.cursor.peek() {
            Some(char) if char.is_whitespace() && !self.in_filter => Err(self
                .cursor
                .failure("blank in a key; write such keys in brackets, as in `['my key']`")),
            _ if key.is_empty() => Err(SyntaxError::new(start, "expected a key after `.`")),
            _ => Ok(PathStep::Key(key)),
        }
    }

    /// Parses a key without quotes. A backslash escapes the next character, as in the States
    /// Language (`$.store\.book`, `$.a\[b`).
    fn key(&mut self) -> String {
        let in_filter = self.in_filter;
        let mut key = String::new();
        loop {
            key.push_str(self.cursor.take_while(|char| {
                let ends = matches!(char, '.' | '[' | '(' | '\\') || char.is_whitespace();
                !(ends || in_filter && ends_in_filter(char))
            }));
            if !self.cursor.take("\\") {
                return key;
            }
            key.extend(self.cursor.next());
        }
    }

    fn function(&mut self, name: &str) -> Result<PathStep, SyntaxError> {
        let open = self.cursor.offset();
        let mut depth = 0_usize;
        let rest = self.cursor.rest();
        for (offset, char) in rest.char_indices() {
            match char {
                '(' => depth += 1,
                ')' if depth == 1 => {
                    self.cursor.advance(offset + 1);
                    return Ok(PathStep::Function {
                        name: name.to_owned(),
                        arguments: rest[1..offset].trim().to_owned(),
                    });
                }
                ')' => depth -= 1,
                _ => {}
            }
        }
        Err(SyntaxError::new(
            open,
            "the function call is not closed; expected `)`",
        ))
    }

    fn bracket(&mut self) -> Result<PathStep, SyntaxError> {
        self.cursor.advance(1);
        self.cursor.skip_blanks();
        let step = match self.cursor.peek() {
            Some('*') => {
                self.cursor.advance(1);
                PathStep::Wildcard
            }
            Some('\'' | '"') => self.keys()?,
            Some('?') => PathStep::Filter(self.nested(PathParser::filters)?),
            Some(char) if char.is_ascii_digit() || matches!(char, '-' | ':') => self.indices()?,
            _ => {
                return Err(self.cursor.failure(
                    "expected an index, a slice, a quoted key, `*` or a filter `?(...)` after `[`",
                ));
            }
        };
        self.cursor.skip_blanks();
        self.cursor
            .expect("]", "the bracket is not closed; expected `]`")?;
        Ok(step)
    }

    fn keys(&mut self) -> Result<PathStep, SyntaxError> {
        let mut keys = Vec::new();
        loop {
            self.cursor.skip_blanks();
            keys.push(self.key_text()?);
            self.cursor.skip_blanks();
            if !self.cursor.take(",") {
                break;
            }
        }
        Ok(match keys.pop() {
            Some(key) if keys.is_empty() => PathStep::Key(key),
            last => PathStep::Keys(keys.into_iter().chain(last).collect()),
        })
    }

    fn filters(&mut self) -> Result<Filter, SyntaxError> {
        let mut filters = Vec::new();
        loop {
            self.cursor.skip_blanks();
            self.cursor.expect("?", "expected a filter `?(...)`")?;
            self.cursor.skip_blanks();
            self.cursor.expect("(", "expected `(` after `?`")?;
            filters.push(self.filter()?);
            self.cursor.skip_blanks();
            self.cursor
                .expect(")", "the filter is not closed; expected `)`")?;
            self.cursor.skip_blanks();
            if !self.cursor.take(",") {
                break;
            }
        }
        Ok(match filters.pop() {
            Some(filter) if filters.is_empty() => filter,
            last => Filter::Or(filters.into_iter().chain(last).collect()),
        })
    }

    fn indices(&mut self) -> Result<PathStep, SyntaxError> {
        let start = self.cursor.offset();
        let text = self
            .cursor
            .take_while(|char| char.is_ascii_digit() || matches!(char, '-' | ':' | ',' | ' '))
            .trim_end();
        let number = |text: &str| {
            text.trim()
                .parse::<i64>()
                .map_err(|_| SyntaxError::new(start, format!("`{}` is not an index", text.trim())))
        };
        if !text.contains(':') {
            let indices = text.split(',').map(number).collect::<Result<Vec<_>, _>>()?;
            return Ok(match indices.as_slice() {
                [index] => PathStep::Index(*index),
                _ => PathStep::Indices(indices),
            });
        }
        let mut parts = text.split(':').map(|part| match part.trim() {
            "" => Ok(None),
            part => number(part).map(Some),
        });
        let start_index = parts.next().transpose()?.flatten();
        let end = parts.next().transpose()?.flatten();
        for ignored in parts.by_ref() {
            ignored?;
        }
        if start_index.is_none() && end.is_none() {
            return Err(SyntaxError::new(
                start,
                "a slice needs a start or an end; write `[*]` for all items",
            ));
        }
        Ok(PathStep::Slice {
            start: start_index,
            end,
        })
    }

    /// Parses a key in quotes. The key is the text between them: a backslash escapes a quote, and
    /// remains in the key.
    fn key_text(&mut self) -> Result<String, SyntaxError> {
        let start = self.cursor.offset();
        let quote = match self.cursor.next() {
            Some(quote @ ('\'' | '"')) => quote,
            _ => return Err(SyntaxError::new(start, "expected a key in quotes")),
        };
        loop {
            match self.cursor.next() {
                Some(char) if char == quote => {
                    let text = self.cursor.since(start + 1);
                    return Ok(text.strip_suffix(quote).unwrap_or(text).to_owned());
                }
                Some('\\') => {
                    self.cursor.next();
                }
                Some(_) => {}
                None => return Err(SyntaxError::new(start, "the key is not closed")),
            }
        }
    }

    /// Parses a string in a filter, in single or double quotes. A backslash starts one of JSON's
    /// escapes, or is followed by a literal character.
    pub(super) fn quoted(&mut self) -> Result<String, SyntaxError> {
        let start = self.cursor.offset();
        let quote = match self.cursor.next() {
            Some(quote @ ('\'' | '"')) => quote,
            _ => return Err(SyntaxError::new(start, "expected a string in quotes")),
        };
        let mut text = String::new();
        loop {
            match self.cursor.next() {
                Some(char) if char == quote => return Ok(text),
                Some('\\') => match self.cursor.next() {
                    Some('u') => text.push(self.unicode()?),
                    Some(char) => {
                        let escape = u8::try_from(char).ok().and_then(token::short_escape);
                        text.push(escape.unwrap_or(char));
                    }
                    None => {}
                },
                Some(char) => text.push(char),
                None => return Err(SyntaxError::new(start, "the string is not closed")),
            }
        }
    }

    fn unicode(&mut self) -> Result<char, SyntaxError> {
        let char = token::code_point(self.cursor.rest().as_bytes());
        let (char, length) = char.map_err(|problem| self.cursor.failure(problem.message()))?;
        self.cursor.advance(length);
        Ok(char)
    }

    /// Runs `read` one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self
                .cursor
                .failure(format!("the path nests deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn ends(&self, char: char) -> bool {
        self.in_filter && (char.is_whitespace() || ends_in_filter(char))
    }

    fn unexpected(&self) -> SyntaxError {
        let found = self.cursor.peek().map_or(String::new(), String::from);
        self.cursor
            .failure(format!("expected `.` or `[`, found `{found}`"))
    }
}

/// Whether a character ends a key in a filter, where an operator or the end of the filter may
/// follow.
fn ends_in_filter(char: char) -> bool {
    matches!(
        char,
        ')' | ']' | ',' | '=' | '!' | '<' | '>' | '&' | '|' | '}'
    )
}
