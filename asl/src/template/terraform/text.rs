//! The text of a definition in a Terraform file.

use std::collections::HashSet;
use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall, Object, ObjectKey, ObjectValue};
use hcl_edit::template::{Directive, Element};
use serde_json::Value;

use super::choices::{Choices, Literals, MOST_BYTES, deciding};
use super::constants::{Constants, items_of};
use super::{is_call, name_of};

/// Maximum nesting depth of values.
const MOST_LEVELS: usize = 64;

/// Maximum number of characters of indentation and escapes between two characters of a text.
const MOST_SKIPPED: usize = 4096;

/// A definition as JSON, or as the argument of `yamldecode`, with the offset of each byte in the
/// Terraform file. A value that Terraform computes is a placeholder: `${var.seconds}`.
#[derive(Debug)]
pub struct DefinitionText<'f> {
    file: &'f str,
    /// The text.
    pub text: String,
    /// The offset in the file of each byte of the text.
    pub offsets: Vec<usize>,
}

impl<'f> DefinitionText<'f> {
    fn new(file: &'f str) -> Self {
        Self {
            file,
            text: String::new(),
            offsets: Vec::new(),
        }
    }

    /// The text of the elements of a template, with these choices of its directives (`%{ if .. }`).
    /// A loop over an unknown collection is its item, if it has one, and a placeholder for the
    /// other items.
    pub(super) fn of_elements<'e>(
        file: &'f str,
        elements: impl Iterator<Item = &'e Element>,
        choices: &mut Choices,
        constants: &Constants<'_>,
    ) -> Self {
        let mut text = Self::new(file);
        text.elements(elements, choices, constants);
        text
    }

    fn elements<'e>(
        &mut self,
        elements: impl Iterator<Item = &'e Element>,
        choices: &mut Choices,
        constants: &Constants<'_>,
    ) {
        for element in elements {
            match element {
                Element::Literal(literal) => {
                    let span = literal.span().unwrap_or_default();
                    match choices.literals {
                        Literals::Parsed => self.push_literal(literal, span),
                        Literals::Heredoc => self.push_source(span, false),
                        Literals::Quoted => self.push_source(span, true),
                    }
                }
                // Outside of quotes, the value has any type.
                Element::Interpolation(one) => {
                    let span = one.expr.span().unwrap_or_default();
                    match constants.text(&one.expr) {
                        Some(text) => self.push_over(&text, &span),
                        None => self.push_placeholder(&span),
                    }
                }
                Element::Directive(directive) => self.directive(directive, choices, constants),
            }
        }
    }

    fn directive(
        &mut self,
        directive: &Directive,
        choices: &mut Choices,
        constants: &Constants<'_>,
    ) {
        match directive {
            Directive::If(directive) => {
                let condition = &directive.if_expr.cond_expr;
                let is_true = constants.value(condition).and_then(|value| value.as_bool());
                let part = match is_true {
                    Some(true) => Some(&directive.if_expr.template),
                    Some(false) => directive.else_expr.as_ref().map(|other| &other.template),
                    None => choices.branch(self.file, directive),
                };
                self.elements(part.into_iter().flatten(), choices, constants);
            }
            Directive::For(directive) => {
                let each = &directive.for_expr;
                let Some(items) = constants.value(&each.collection_expr).and_then(items_of) else {
                    let (part, collection) = choices.item(self.file, directive);
                    self.elements(part.into_iter().flatten(), choices, constants);
                    return self.push_placeholder(&collection);
                };
                for (key, item) in items {
                    if !choices.takes_item() || self.text.len() > MOST_BYTES {
                        choices.is_too_long = true;
                        return;
                    }
                    let mut constants = constants.with(&each.value_var, item);
                    if let Some(name) = &each.key_var {
                        constants = constants.with(name, key);
                    }
                    self.elements(each.template.iter(), choices, &constants);
                }
            }
        }
    }

    /// A text without interpolations.
    pub(super) fn of_string(file: &'f str, string: &str, span: Range<usize>) -> Self {
        let mut text = Self::new(file);
        let content = span.start + 1..span.end.saturating_sub(1).max(span.start + 1);
        text.push_source(content, true);
        if text.text != string {
            text = Self::new(file);
            text.push_over(string, &span);
        }
        text
    }

    /// The JSON of `jsonencode` for a value; `None` if the value nests too deeply.
    pub(super) fn of_value(
        file: &'f str,
        value: &Expression,
        constants: &Constants<'_>,
    ) -> Option<Self> {
        let mut text = Self::new(file);
        text.value(value, constants, 0)?;
        Some(text)
    }

    /// Whether Terraform computes the whole value.
    pub(super) fn is_placeholder(&self) -> bool {
        self.text.starts_with("${")
    }

    fn value(&mut self, value: &Expression, constants: &Constants<'_>, level: usize) -> Option<()> {
        if level > MOST_LEVELS {
            return None;
        }
        let span = value.span().unwrap_or_default();
        match value {
            Expression::Null(_) => self.push_over("null", &span),
            Expression::Bool(value) => self.push_over(&value.to_string(), &span),
            Expression::Number(number) => self.push_over(&number.value().to_string(), &span),
            Expression::String(string) => self.push_over(&quoted(string), &span),
            Expression::Parenthesis(inner) => self.value(inner.inner(), constants, level + 1)?,
            Expression::Array(items) => {
                let items = items.iter().map(|item| {
                    let mut text = Self::new(self.file);
                    text.value(item, constants, level + 1)?;
                    Some(text)
                });
                let items: Option<Vec<_>> = items.collect();
                self.listed("[]", items?, &span);
            }
            Expression::Object(object) => self.object(object, &span, constants, level)?,
            Expression::HeredocTemplate(heredoc) => {
                self.joined(heredoc.template.iter(), constants, &span);
            }
            computed => match (constants.value(computed), computed) {
                (Some(value), _) => self.push_over(&value.to_string(), &span),
                (None, Expression::StringTemplate(template)) => {
                    match template.iter().collect::<Vec<_>>()[..] {
                        // A template of one interpolation has the type of its value.
                        [Element::Interpolation(one)] => {
                            let source = one.expr.span().unwrap_or_default();
                            self.push_over(&self.placeholder(&source), &span);
                        }
                        _ => self.joined(template.iter(), constants, &span),
                    }
                }
                (None, Expression::FuncCall(call)) if is_call(call, "merge") => {
                    self.merged(call, &span, constants, level)?;
                }
                (None, Expression::FuncCall(call)) if is_call(call, "concat") => {
                    self.concatenated(call, &span, constants, level)?;
                }
                // A variable, a call or another expression has a value of any type.
                (None, _) => self.push_placeholder(&span),
            },
        }
        Some(())
    }

    fn push_placeholder(&mut self, span: &Range<usize>) {
        let placeholder = self.placeholder(span);
        self.push_over(&placeholder, span);
    }

    fn object(
        &mut self,
        object: &Object,
        span: &Range<usize>,
        constants: &Constants<'_>,
        level: usize,
    ) -> Option<()> {
        let members = object.iter().map(|(key, member)| {
            let mut text = Self::new(self.file);
            text.member(key, member, constants, level)?;
            Some(text)
        });
        let members: Option<Vec<_>> = members.collect();
        self.listed("{}", members?, span);
        Some(())
    }

    fn member(
        &mut self,
        key: &ObjectKey,
        member: &ObjectValue,
        constants: &Constants<'_>,
        level: usize,
    ) -> Option<()> {
        self.key(key, constants)?;
        self.push(": ", self.end());
        self.value(member.expr(), constants, level + 1)
    }

    /// Adds the object of `merge(..)`. A computed argument is a placeholder for members of any
    /// names.
    fn merged(
        &mut self,
        call: &FuncCall,
        span: &Range<usize>,
        constants: &Constants<'_>,
        level: usize,
    ) -> Option<()> {
        let mut members = Vec::new();
        if self.merge(call, &mut members, constants, level)? {
            // The last member with a key is the one of the result.
            let mut keys = HashSet::new();
            members.reverse();
            members.retain(|(key, _)| keys.insert(key.clone()));
            self.listed("{}", members.into_iter().rev().map(|(_, text)| text), span);
        } else {
            self.push_placeholder(span);
        }
        Some(())
    }

    /// Collects the members of `merge(..)` with their keys. Returns whether an argument is an
    /// object.
    fn merge(
        &self,
        call: &FuncCall,
        members: &mut Vec<(String, Self)>,
        constants: &Constants<'_>,
        level: usize,
    ) -> Option<bool> {
        let mut has_object = false;
        for argument in arguments(call, level)? {
            match unwrapped(argument) {
                Argument::Value(Expression::Null(_)) => {}
                Argument::Value(Expression::Object(object)) => {
                    has_object = true;
                    for (key, member) in object.iter() {
                        let mut name = Self::new(self.file);
                        name.key(key, constants)?;
                        let mut text = Self::new(self.file);
                        text.member(key, member, constants, level + 1)?;
                        members.push((name.text, text));
                    }
                }
                Argument::Value(Expression::FuncCall(inner)) if is_call(inner, "merge") => {
                    has_object |= self.merge(inner, members, constants, level + 1)?;
                }
                Argument::Value(computed) | Argument::Expanded(computed) => {
                    let span = computed.span().unwrap_or_default();
                    if let Some(Value::Object(object)) = constants.value(computed) {
                        has_object = true;
                        members.extend(object.into_iter().map(|(key, value)| {
                            let mut text = Self::new(self.file);
                            text.push_over(&format!("{}: {value}", quoted(&key)), &span);
                            (quoted(&key), text)
                        }));
                        continue;
                    }
                    let mut text = Self::new(self.file);
                    text.push_placeholder(&span);
                    members.push((text.text.clone(), text));
                }
            }
        }
        Some(has_object)
    }

    /// Adds the list of `concat(..)`. A computed argument is a placeholder for any number of items.
    fn concatenated(
        &mut self,
        call: &FuncCall,
        span: &Range<usize>,
        constants: &Constants<'_>,
        level: usize,
    ) -> Option<()> {
        let mut items = Vec::new();
        if self.concatenate(call, &mut items, constants, level)? {
            self.listed("[]", items, span);
        } else {
            self.push_placeholder(span);
        }
        Some(())
    }

    /// Collects the items of `concat(..)`. Returns whether an argument is a list.
    fn concatenate(
        &self,
        call: &FuncCall,
        items: &mut Vec<Self>,
        constants: &Constants<'_>,
        level: usize,
    ) -> Option<bool> {
        let mut has_list = false;
        for argument in arguments(call, level)? {
            match unwrapped(argument) {
                Argument::Value(Expression::Array(list)) => {
                    has_list = true;
                    for item in list.iter() {
                        let mut text = Self::new(self.file);
                        text.value(item, constants, level + 1)?;
                        items.push(text);
                    }
                }
                Argument::Value(Expression::FuncCall(inner)) if is_call(inner, "concat") => {
                    has_list |= self.concatenate(inner, items, constants, level + 1)?;
                }
                Argument::Value(computed) | Argument::Expanded(computed) => {
                    let span = computed.span().unwrap_or_default();
                    if let Some(Value::Array(list)) = constants.value(computed) {
                        has_list = true;
                        items.extend(list.into_iter().map(|item| {
                            let mut text = Self::new(self.file);
                            text.push_over(&item.to_string(), &span);
                            text
                        }));
                        continue;
                    }
                    let mut text = Self::new(self.file);
                    text.push_placeholder(&span);
                    items.push(text);
                }
            }
        }
        Some(has_list)
    }

    /// Adds members or items between brackets.
    fn listed(
        &mut self,
        brackets: &str,
        parts: impl IntoIterator<Item = Self>,
        span: &Range<usize>,
    ) {
        let (open, close) = brackets.split_at(1);
        self.push(open, span.start);
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                self.push(", ", self.end());
            }
            self.text.push_str(&part.text);
            self.offsets.extend(part.offsets);
        }
        let end = span.end.saturating_sub(1);
        // The blanks of the file, so that the last part ends before them.
        if self.end() < end && self.text.len() > 1 {
            self.push(" ", self.end());
        }
        self.push(close, end);
    }

    /// Adds a key, in which a computed part is a placeholder.
    fn key(&mut self, key: &ObjectKey, constants: &Constants<'_>) -> Option<()> {
        if let Some((name, at)) = name_of(key) {
            self.push_over(&quoted(&name), &at);
            return Some(());
        }
        let ObjectKey::Expression(key) = key else {
            return None;
        };
        let span = key.span().unwrap_or_default();
        match (constants.text(key), key) {
            (Some(name), _) => self.push_over(&quoted(&name), &span),
            (None, Expression::StringTemplate(template)) => {
                self.joined(template.iter(), constants, &span);
            }
            (None, _) => {
                let placeholder = self.placeholder(&span);
                self.push_over(&quoted(&placeholder), &span);
            }
        }
        Some(())
    }

    /// A string built from literals and placeholders.
    fn joined<'e>(
        &mut self,
        elements: impl Iterator<Item = &'e Element>,
        constants: &Constants<'_>,
        span: &Range<usize>,
    ) {
        let mut joined = String::new();
        for element in elements {
            match element {
                Element::Literal(literal) => joined.push_str(literal),
                Element::Interpolation(one) => {
                    let placeholder = || self.placeholder(&one.expr.span().unwrap_or_default());
                    joined += &constants.text(&one.expr).unwrap_or_else(placeholder);
                }
                Element::Directive(directive) => {
                    joined += &self.placeholder(&deciding(directive));
                }
            }
        }
        self.push_over(&quoted(&joined), span);
    }

    /// `${..}` with the expression's source, without quotes, so that it is valid in a JSON string.
    fn placeholder(&self, span: &Range<usize>) -> String {
        let source = self.file.get(span.clone()).unwrap_or_default();
        format!("${{{}}}", placeholder_name(source))
    }

    /// Adds a text of the file as it is, without its escapes.
    fn push_source(&mut self, span: Range<usize>, is_quoted: bool) {
        let source = self.file.get(span.clone()).unwrap_or_default();
        let mut rest = source;
        while let Some(first) = rest.chars().next() {
            let start = span.start + source.len() - rest.len();
            let after = &rest[first.len_utf8()..];
            let (one, length) = match first {
                '\\' if is_quoted => escaped(after).unwrap_or((first, 0)),
                // `$${` and `%%{` are the texts `${` and `%{`.
                '$' | '%' if after.starts_with(&format!("{first}{{")) => (first, 1),
                _ => (first, 0),
            };
            self.push(one.encode_utf8(&mut [0; 4]), start);
            rest = &after[length..];
        }
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

    /// Adds a text that replaces a range of the file. Their characters correspond one to one from
    /// the start; an unquoted key has no quotes in the file.
    fn push_over(&mut self, text: &str, span: &Range<usize>) {
        let last = span.end.saturating_sub(1).max(span.start);
        let shift = usize::from(text.len() == span.len() + 2 && text.starts_with('"'));
        let offsets = (0..text.len()).map(|at| (span.start + at.saturating_sub(shift)).min(last));
        self.offsets.extend(offsets);
        self.text.push_str(text);
    }

    /// The offset in the file after the text so far.
    fn end(&self) -> usize {
        self.offsets.last().map_or(0, |last| last + 1)
    }

    /// Adds a text that starts at an offset of the file.
    fn push(&mut self, text: &str, start: usize) {
        self.offsets.extend(std::iter::repeat_n(start, text.len()));
        self.text.push_str(text);
    }
}

/// The name of the placeholder for an expression.
fn placeholder_name(source: &str) -> String {
    let plain = source.trim().chars().filter(|one| !one.is_control());
    let plain: String = plain
        .map(|one| match one {
            '"' | '\\' => '\'',
            '{' | '}' => ' ',
            other => other,
        })
        .collect();
    plain.trim().to_owned()
}

/// Returns the character after a backslash, and the length of its escape.
fn escaped(after: &str) -> Option<(char, usize)> {
    let first = after.chars().next()?;
    let of_digits = |count: usize| {
        let code = u32::from_str_radix(after.get(1..=count)?, 16).ok()?;
        Some((char::from_u32(code)?, 1 + count))
    };
    match first {
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        'u' => of_digits(4),
        'U' => of_digits(8),
        other => Some((other, other.len_utf8())),
    }
}

/// An argument of `merge` or `concat`.
enum Argument<'e> {
    Value(&'e Expression),
    /// A computed list of arguments: `merge(local.parts...)`.
    Expanded(&'e Expression),
}

/// Returns the arguments of a call, with the items of a list that is expanded (`merge([a, b]...)`).
/// `None` if the calls nest too deeply.
fn arguments(call: &FuncCall, level: usize) -> Option<Vec<Argument<'_>>> {
    if level > MOST_LEVELS {
        return None;
    }
    let mut all: Vec<_> = call.args.iter().map(Argument::Value).collect();
    if call.args.expand_final()
        && let Some(Argument::Value(last)) = all.pop()
    {
        match last {
            Expression::Array(items) => all.extend(items.iter().map(Argument::Value)),
            computed => all.push(Argument::Expanded(computed)),
        }
    }
    Some(all)
}

/// Returns an argument without parentheses.
fn unwrapped(argument: Argument<'_>) -> Argument<'_> {
    match argument {
        Argument::Value(Expression::Parenthesis(inner)) => {
            unwrapped(Argument::Value(inner.inner()))
        }
        other => other,
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
