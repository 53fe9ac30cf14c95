//! Filters: `[?(@.price < 10 && @.name =~ /^a/)]`.

use crate::SyntaxError;
use crate::json::{Json, Object};

use super::reader::PathParser;
use super::tree::{Comparator, Filter, Operand};

impl PathParser<'_> {
    /// Parses a condition: alternatives joined by `||`.
    pub(super) fn filter(&mut self) -> Result<Filter, SyntaxError> {
        self.joined("||", Filter::Or, |reader| {
            reader.joined("&&", Filter::And, PathParser::condition)
        })
    }

    fn joined(
        &mut self,
        operator: &str,
        join: fn(Vec<Filter>) -> Filter,
        read: impl Fn(&mut Self) -> Result<Filter, SyntaxError>,
    ) -> Result<Filter, SyntaxError> {
        let first = read(self)?;
        self.cursor.skip_blanks();
        if !self.cursor.rest().starts_with(operator) {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.cursor.take(operator) {
            all.push(read(self)?);
            self.cursor.skip_blanks();
        }
        Ok(join(all))
    }

    fn condition(&mut self) -> Result<Filter, SyntaxError> {
        self.cursor.skip_blanks();
        self.nested(|reader| {
            if reader.cursor.take("!") {
                return Ok(Filter::Not(Box::new(reader.condition()?)));
            }
            if reader.cursor.take("(") {
                let inner = reader.filter()?;
                reader.cursor.skip_blanks();
                reader
                    .cursor
                    .expect(")", "the group is not closed; expected `)`")?;
                return Ok(inner);
            }
            reader.comparison()
        })
    }

    fn comparison(&mut self) -> Result<Filter, SyntaxError> {
        let start = self.cursor.offset();
        let left = self.operand()?;
        self.cursor.skip_blanks();
        let Some(comparator) = self.comparator() else {
            return match left {
                Operand::Path(path) => Ok(Filter::Exists(path)),
                _ => Err(SyntaxError::new(
                    start,
                    "a literal is not a condition; compare it with a path",
                )),
            };
        };
        self.cursor.skip_blanks();
        let right = self.operand()?;
        Ok(Filter::Compare {
            left,
            comparator,
            right,
        })
    }

    /// Operators that are words are case-insensitive.
    fn comparator(&mut self) -> Option<Comparator> {
        let rest = self.cursor.rest();
        let found = Comparator::ALL.iter().copied().find(|comparator| {
            let text = comparator.as_str();
            let Some(head) = rest.get(..text.len()) else {
                return false;
            };
            let next = rest[text.len()..].chars().next();
            let is_word = text.starts_with(|char: char| char.is_ascii_alphabetic());
            head.eq_ignore_ascii_case(text)
                && !(is_word && next.is_some_and(|char| char.is_alphanumeric() || char == '_'))
        })?;
        self.cursor.advance(found.as_str().len());
        Some(found)
    }

    fn operand(&mut self) -> Result<Operand, SyntaxError> {
        match self.cursor.peek() {
            Some('@' | '$') => self.nested(PathParser::inner_path).map(Operand::Path),
            Some('/') => self.regex(),
            _ => self.literal().map(Operand::Literal),
        }
    }

    fn regex(&mut self) -> Result<Operand, SyntaxError> {
        let start = self.cursor.offset();
        self.cursor.advance(1);
        let mut pattern = String::new();
        loop {
            match self.cursor.next() {
                Some('/') => break,
                Some('\\') => {
                    pattern.push('\\');
                    pattern.extend(self.cursor.next());
                }
                Some(char) => pattern.push(char),
                None => {
                    return Err(SyntaxError::new(
                        start,
                        "the regular expression is not closed; expected `/`",
                    ));
                }
            }
        }
        let flags = self.cursor.take_while(|char| char.is_ascii_alphabetic());
        Ok(Operand::Regex {
            pattern,
            flags: flags.to_owned(),
        })
    }

    fn literal(&mut self) -> Result<Json, SyntaxError> {
        let start = self.cursor.offset();
        match self.cursor.peek() {
            Some('\'' | '"') => self.quoted().map(Json::String),
            Some('[') => self.nested(|reader| {
                let mut items = Vec::new();
                reader.list(']', |reader| {
                    items.push(reader.literal()?);
                    Ok(())
                })?;
                Ok(Json::Array(items))
            }),
            Some('{') => self.nested(|reader| {
                let mut members = Object::new();
                reader.list('}', |reader| {
                    let key = reader.quoted()?;
                    reader.cursor.skip_blanks();
                    reader.cursor.expect(":", "expected `:` after the key")?;
                    reader.cursor.skip_blanks();
                    members.insert(key, reader.literal()?);
                    Ok(())
                })?;
                Ok(Json::Object(members))
            }),
            _ => {
                let word = self.cursor.take_while(|char| {
                    char.is_alphanumeric() || matches!(char, '_' | '-' | '+' | '.')
                });
                if word.is_empty() {
                    return Err(SyntaxError::new(
                        start,
                        "expected a path from `@` or `$`, a quoted string, a number, `true`, `false` or `null`",
                    ));
                }
                // A word that is valid JSON is a number, a boolean or null.
                Ok(word.parse().unwrap_or_else(|_| Json::from(word)))
            }
        }
    }

    fn list(
        &mut self,
        close: char,
        mut item: impl FnMut(&mut Self) -> Result<(), SyntaxError>,
    ) -> Result<(), SyntaxError> {
        self.cursor.advance(1);
        self.cursor.skip_blanks();
        if self.cursor.peek() == Some(close) {
            self.cursor.advance(1);
            return Ok(());
        }
        loop {
            self.cursor.skip_blanks();
            item(self)?;
            self.cursor.skip_blanks();
            match self.cursor.next() {
                Some(',') => {}
                Some(char) if char == close => return Ok(()),
                _ => {
                    return Err(SyntaxError::new(
                        self.cursor.offset(),
                        format!("expected `,` or `{close}`"),
                    ));
                }
            }
        }
    }
}
