//! The text of a definition in a Terraform file.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::template::{Element, Template};

use super::name_of;

/// Maximum nesting depth of values.
const MOST_LEVELS: usize = 64;

/// Maximum number of characters of indentation and escapes between two characters of a text.
const MOST_SKIPPED: usize = 4096;

/// A definition as JSON, or as the argument of `yamldecode`, with the offset of each byte in the Terraform file. A value that Terraform computes is a placeholder:
/// `${var.seconds}`.
pub(super) struct DefinitionText<'f> {
    file: &'f str,
    pub(super) text: String,
    pub(super) offsets: Vec<usize>,
}

impl<'f> DefinitionText<'f> {
    fn new(file: &'f str) -> Self {
        Self {
            file,
            text: String::new(),
            offsets: Vec::new(),
        }
    }

    /// The text of a string or heredoc (`<<EOF`); `None` if the template has a directive (`%{ if .. }`).
    pub(super) fn of_template(file: &'f str, template: &Template) -> Option<Self> {
        let mut text = Self::new(file);
        for element in template.iter() {
            match element {
                Element::Literal(literal) => {
                    text.push_literal(literal, literal.span().unwrap_or_default());
                }
                // Outside of quotes, the value has any type.
                Element::Interpolation(one) => {
                    let span = one.expr.span().unwrap_or_default();
                    let placeholder = text.placeholder(&span);
                    text.push(&placeholder, span.start);
                }
                Element::Directive(_) => return None,
            }
        }
        Some(text)
    }

    /// A text without interpolations.
    pub(super) fn of_string(file: &'f str, string: &str, span: Range<usize>) -> Self {
        let mut text = Self::new(file);
        text.push(string, span.start);
        text
    }

    /// The JSON of `jsonencode` for a value; `None` if the value nests too deeply.
    pub(super) fn of_value(file: &'f str, value: &Expression) -> Option<Self> {
        let mut text = Self::new(file);
        text.value(value, 0)?;
        Some(text)
    }

    fn value(&mut self, value: &Expression, level: usize) -> Option<()> {
        if level > MOST_LEVELS {
            return None;
        }
        let span = value.span().unwrap_or_default();
        match value {
            Expression::Null(_) => self.push("null", span.start),
            Expression::Bool(value) => self.push(&value.to_string(), span.start),
            Expression::Number(number) => self.push(&number.value().to_string(), span.start),
            Expression::String(string) => self.push(&quoted(string), span.start),
            Expression::Parenthesis(inner) => self.value(inner.inner(), level + 1)?,
            Expression::Array(items) => {
                self.push("[", span.start);
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.push(", ", span.start);
                    }
                    self.value(item, level + 1)?;
                }
                self.push("]", span.end);
            }
            Expression::Object(object) => self.object(object, &span, level)?,
            // A template of one interpolation has the type of its value.
            Expression::StringTemplate(template)
                if matches!(
                    template.iter().collect::<Vec<_>>()[..],
                    [Element::Interpolation(_)]
                ) =>
            {
                self.push_placeholder(&span);
            }
            Expression::StringTemplate(template) => {
                self.joined(template.iter(), span.start)?;
            }
            Expression::HeredocTemplate(heredoc) => {
                self.joined(heredoc.template.iter(), span.start)?;
            }
            // A variable, a call or another expression has a value of any type.
            _ => self.push_placeholder(&span),
        }
        Some(())
    }

    fn push_placeholder(&mut self, span: &Range<usize>) {
        let placeholder = self.placeholder(span);
        self.push(&placeholder, span.start);
    }

    fn object(&mut self, object: &Object, span: &Range<usize>, level: usize) -> Option<()> {
        self.push("{", span.start);
        for (index, (key, member)) in object.iter().enumerate() {
            if index > 0 {
                self.push(", ", span.start);
            }
            let at = self.key(key)?;
            self.push(": ", at);
            self.value(member.expr(), level + 1)?;
        }
        self.push("}", span.end);
        Some(())
    }

    /// Adds a key, in which a computed part is a placeholder. Returns its offset.
    fn key(&mut self, key: &ObjectKey) -> Option<usize> {
        if let Some((name, at)) = name_of(key) {
            self.push(&quoted(&name), at.start);
            return Some(at.start);
        }
        let ObjectKey::Expression(key) = key else {
            return None;
        };
        let span = key.span().unwrap_or_default();
        match key {
            Expression::StringTemplate(template) => self.joined(template.iter(), span.start)?,
            _ => {
                let placeholder = self.placeholder(&span);
                self.push(&quoted(&placeholder), span.start);
            }
        }
        Some(span.start)
    }

    /// A string built from literals and placeholders.
    fn joined<'e>(
        &mut self,
        elements: impl Iterator<Item = &'e Element>,
        start: usize,
    ) -> Option<()> {
        let mut joined = String::new();
        for element in elements {
            match element {
                Element::Literal(literal) => joined.push_str(literal),
                Element::Interpolation(one) => {
                    joined += &self.placeholder(&one.expr.span().unwrap_or_default());
                }
                Element::Directive(_) => return None,
            }
        }
        self.push(&quoted(&joined), start);
        Some(())
    }

    /// `${..}` with the expression's source, without quotes, so that it is valid in a JSON string.
    fn placeholder(&self, span: &Range<usize>) -> String {
        let source = self.file.get(span.clone()).unwrap_or_default().trim();
        let plain: String = (source.chars())
            .filter(|one| !one.is_control())
            .map(|one| match one {
                '"' | '\\' => '\'',
                '{' | '}' => ' ',
                other => other,
            })
            .collect();
        format!("${{{plain}}}")
    }

    /// Adds a text from the file. The source may have escapes, or more indentation (`<<-EOF`).
    fn push_literal(&mut self, literal: &str, span: Range<usize>) {
        let source = self.file.get(span.clone()).unwrap_or_default();
        let mut at = 0;
        for one in literal.chars() {
            let rest = source.get(at..).unwrap_or_default().char_indices();
            let next = rest.take(MOST_SKIPPED).find(|(_, found)| *found == one);
            let next = next.map(|(skipped, _)| skipped);
            at += next.unwrap_or_default();
            self.offsets
                .extend(std::iter::repeat_n(span.start + at, one.len_utf8()));
            at += next.map_or(0, |_| one.len_utf8());
        }
        self.text.push_str(literal);
    }

    /// Adds a text that starts at an offset of the file.
    fn push(&mut self, text: &str, start: usize) {
        self.offsets.extend(std::iter::repeat_n(start, text.len()));
        self.text.push_str(text);
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
