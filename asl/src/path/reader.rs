//! Reads paths as Jayway's compiler does.

use crate::SyntaxError;
use crate::name;

use super::tree::{Filter, MAX_DEPTH, Path, Root, Step};

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    ///
    /// When the text is no path; the error has the offset in it.
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

/// Reads a whole text as a path.
fn read(text: &str) -> Result<Path, SyntaxError> {
    let mut reader = Reader {
        text,
        offset: 0,
        depth: 0,
        in_filter: false,
    };
    let path = reader.path()?;
    if reader.rest().is_empty() {
        Ok(path)
    } else {
        Err(reader.unexpected())
    }
}

pub(super) struct Reader<'t> {
    text: &'t str,
    offset: usize,
    depth: usize,
    /// Inside a filter a path ends where the comparison goes on.
    in_filter: bool,
}

impl<'t> Reader<'t> {
    fn path(&mut self) -> Result<Path, SyntaxError> {
        let start = self.offset;
        let root = self.root()?;
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            steps.push(step);
        }
        Ok(Path {
            root,
            steps,
            text: self.text[start..self.offset].to_owned(),
        })
    }

    /// Reads a path inside a filter.
    pub(super) fn inner_path(&mut self) -> Result<Path, SyntaxError> {
        let outer = std::mem::replace(&mut self.in_filter, true);
        let path = self.path();
        self.in_filter = outer;
        path
    }

    fn root(&mut self) -> Result<Root, SyntaxError> {
        let start = self.offset;
        if self.in_filter && self.take("@") {
            return Ok(Root::Current);
        }
        if self.take("$$") {
            return match self.peek() {
                Some(char) if char != '.' && char != '[' && !self.ends(char) => {
                    Err(self.failure("expected `.` or `[` after `$$`"))
                }
                _ => Ok(Root::Context),
            };
        }
        if !self.take("$") {
            return Err(SyntaxError::new(start, "a path begins with `$`"));
        }
        let variable = self.take_while(name::continues_variable);
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

    fn step(&mut self) -> Result<Option<Step>, SyntaxError> {
        let start = self.offset;
        if self.take("..") {
            let step = match self.peek() {
                Some('[') => self.bracket()?,
                Some('.') | None => {
                    return Err(SyntaxError::new(
                        start,
                        "a path does not end with `.` or `..`",
                    ));
                }
                Some(_) => self.dotted()?,
            };
            return Ok(Some(Step::Descendant(Box::new(step))));
        }
        if self.take(".") {
            return match self.peek() {
                // Jayway takes `$.['a']` for `$['a']`.
                Some('[') => self.bracket().map(Some),
                None => Err(SyntaxError::new(
                    start,
                    "a path does not end with `.` or `..`",
                )),
                Some(_) => self.dotted().map(Some),
            };
        }
        match self.peek() {
            None => Ok(None),
            Some('[') => self.bracket().map(Some),
            Some(char) if self.in_filter && self.ends(char) => Ok(None),
            Some(_) => Err(self.unexpected()),
        }
    }

    /// A key, a wildcard or a function after a dot.
    fn dotted(&mut self) -> Result<Step, SyntaxError> {
        let start = self.offset;
        if self.take("*") {
            return Ok(Step::Wildcard);
        }
        let key = self.key();
        if self.peek() == Some('(') && !key.is_empty() {
            return self.function(&key);
        }
        match self.peek() {
            Some(char) if char.is_whitespace() && !self.in_filter => {
                Err(self
                    .failure("a blank stands in a key; write such keys in brackets: `['my key']`"))
            }
            _ if key.is_empty() => Err(SyntaxError::new(start, "expected a key after `.`")),
            _ => Ok(Step::Key(key)),
        }
    }

    /// A key without quotes. A backslash takes what follows into the key, as the States Language has it (`$.store\.book`, `$.a\[b`).
    fn key(&mut self) -> String {
        let in_filter = self.in_filter;
        let mut key = String::new();
        loop {
            key.push_str(self.take_while(|char| {
                let ends = matches!(char, '.' | '[' | '(' | '\\') || char.is_whitespace();
                !(ends || in_filter && ends_in_filter(char))
            }));
            if !self.take("\\") {
                return key;
            }
            key.extend(self.next());
        }
    }

    fn function(&mut self, name: &str) -> Result<Step, SyntaxError> {
        let open = self.offset;
        let mut depth = 0_usize;
        for (offset, char) in self.rest().char_indices() {
            match char {
                '(' => depth += 1,
                ')' if depth == 1 => {
                    self.offset = open + offset + 1;
                    return Ok(Step::Function {
                        name: name.to_owned(),
                        arguments: self.text[open + 1..open + offset].trim().to_owned(),
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

    fn bracket(&mut self) -> Result<Step, SyntaxError> {
        self.advance(1);
        self.skip_blanks();
        let step = match self.peek() {
            Some('*') => {
                self.advance(1);
                Step::Wildcard
            }
            Some('\'' | '"') => self.keys()?,
            Some('?') => Step::Filter(self.nested(Reader::filters)?),
            Some(char) if char.is_ascii_digit() || matches!(char, '-' | ':') => self.indices()?,
            _ => {
                return Err(self.failure(
                    "expected an index, a slice, a quoted key, `*` or a filter `?(...)` after `[`",
                ));
            }
        };
        self.skip_blanks();
        self.expect("]", "the bracket is not closed; expected `]`")?;
        Ok(step)
    }

    fn keys(&mut self) -> Result<Step, SyntaxError> {
        let mut keys = Vec::new();
        loop {
            self.skip_blanks();
            keys.push(self.key_text()?);
            self.skip_blanks();
            if !self.take(",") {
                break;
            }
        }
        Ok(match keys.pop() {
            Some(key) if keys.is_empty() => Step::Key(key),
            last => Step::Keys(keys.into_iter().chain(last).collect()),
        })
    }

    fn filters(&mut self) -> Result<Filter, SyntaxError> {
        let mut filters = Vec::new();
        loop {
            self.skip_blanks();
            self.expect("?", "expected a filter `?(...)`")?;
            self.skip_blanks();
            self.expect("(", "expected `(` after `?`")?;
            filters.push(self.filter()?);
            self.skip_blanks();
            self.expect(")", "the filter is not closed; expected `)`")?;
            self.skip_blanks();
            if !self.take(",") {
                break;
            }
        }
        Ok(match filters.pop() {
            Some(filter) if filters.is_empty() => filter,
            last => Filter::Or(filters.into_iter().chain(last).collect()),
        })
    }

    fn indices(&mut self) -> Result<Step, SyntaxError> {
        let start = self.offset;
        let text = self
            .take_while(|char| char.is_ascii_digit() || matches!(char, '-' | ':' | ',' | ' '))
            .trim_end();
        let number = |text: &str| {
            text.trim()
                .parse::<i64>()
                .map_err(|_| SyntaxError::new(start, format!("`{}` is no index", text.trim())))
        };
        if !text.contains(':') {
            let indices = text.split(',').map(number).collect::<Result<Vec<_>, _>>()?;
            return Ok(match indices.as_slice() {
                [index] => Step::Index(*index),
                _ => Step::Indices(indices),
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
        Ok(Step::Slice {
            start: start_index,
            end,
        })
    }

    /// A key in quotes. It is what stands between them: a backslash keeps a quote from closing the key, and stays in it.
    fn key_text(&mut self) -> Result<String, SyntaxError> {
        let start = self.offset;
        let quote = match self.next() {
            Some(quote @ ('\'' | '"')) => quote,
            _ => return Err(SyntaxError::new(start, "expected a key in quotes")),
        };
        loop {
            match self.next() {
                Some(char) if char == quote => {
                    return Ok(self.text[start + 1..self.offset - 1].to_owned());
                }
                Some('\\') => {
                    self.next();
                }
                Some(_) => {}
                None => return Err(SyntaxError::new(start, "the key is not closed")),
            }
        }
    }

    /// A string in a filter, in single or double quotes; a backslash takes what follows for itself, and knows JSON's escapes.
    pub(super) fn quoted(&mut self) -> Result<String, SyntaxError> {
        let start = self.offset;
        let quote = match self.next() {
            Some(quote @ ('\'' | '"')) => quote,
            _ => return Err(SyntaxError::new(start, "expected a string in quotes")),
        };
        let mut text = String::new();
        loop {
            match self.next() {
                Some(char) if char == quote => return Ok(text),
                Some('\\') => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some('b') => text.push('\u{8}'),
                    Some('f') => text.push('\u{c}'),
                    Some('u') => text.push(self.unicode()?),
                    Some(char) => text.push(char),
                    None => {}
                },
                Some(char) => text.push(char),
                None => return Err(SyntaxError::new(start, "the string is not closed")),
            }
        }
    }

    fn unicode(&mut self) -> Result<char, SyntaxError> {
        let digits = self.rest().get(..4).and_then(|digits| {
            let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            hexadecimal.then(|| u32::from_str_radix(digits, 16).ok())?
        });
        let char = digits.and_then(char::from_u32);
        let char = char.ok_or_else(|| self.failure("`\\u` needs four hexadecimal digits"))?;
        self.advance(4);
        Ok(char)
    }

    /// Runs `read` one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self.failure(format!("the path nests deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn ends(&self, char: char) -> bool {
        self.in_filter && (char.is_whitespace() || ends_in_filter(char))
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.offset..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.offset += char.len_utf8();
        Some(char)
    }

    /// Goes on by bytes that were looked at.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.offset += bytes;
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.offset += text.len();
        }
        found
    }

    pub(super) fn take_while(&mut self, test: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|char| !test(char)).unwrap_or(rest.len());
        self.offset += end;
        &rest[..end]
    }

    pub(super) fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    pub(super) fn expect(&mut self, text: &str, message: &str) -> Result<(), SyntaxError> {
        if self.take(text) {
            Ok(())
        } else {
            Err(self.failure(message))
        }
    }

    fn unexpected(&self) -> SyntaxError {
        let found = self.peek().map_or(String::new(), String::from);
        self.failure(format!("expected `.` or `[`, found `{found}`"))
    }

    pub(super) fn failure(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.offset, message)
    }
}

/// What ends a key inside a filter, where an operator or the filter's end may follow.
fn ends_in_filter(char: char) -> bool {
    matches!(
        char,
        ')' | ']' | ',' | '=' | '!' | '<' | '>' | '&' | '|' | '}'
    )
}
