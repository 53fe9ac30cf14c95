//! Patterns as conditions with bound values, in either query language.

use super::report::{FLOATS, HIDDEN_NONE, Report};
use crate::expr::{Binary, Pattern, Text};
use crate::shape::{EnumShape, Fields, Shape, StructShape, Tagging, Variant};
use serde_json::Value;

/// The operations of a query language that matching needs.
pub(super) trait Matches {
    /// A value that can be tested.
    type Leaf: Clone;
    /// A condition about a value.
    type Test;

    fn report(&mut self) -> &mut Report;
    fn shape(&self, value: &Self::Leaf) -> Shape;
    /// The same value with another shape.
    fn shaped(&self, value: &Self::Leaf, shape: Shape) -> Self::Leaf;
    /// The value of an option that is `Some`.
    fn some(&self, value: &Self::Leaf) -> Self::Leaf;
    /// The same value, as a part of the object that it is read from.
    fn flattened(&self, value: &Self::Leaf) -> Self::Leaf;
    /// A member by its name in JSON.
    fn member(&mut self, value: &Self::Leaf, wire: &str) -> Self::Leaf;
    /// A field by its Rust name.
    fn field(&mut self, value: &Self::Leaf, name: &str) -> Self::Leaf;
    fn item(&mut self, value: &Self::Leaf, index: usize) -> Self::Leaf;

    fn is_some(&mut self, value: &Self::Leaf, wanted: bool) -> Self::Test;
    /// A comparison with a literal; `None` if the language has none, which it reports.
    fn compares(
        &mut self,
        value: &Self::Leaf,
        operator: Binary,
        literal: &Value,
    ) -> Option<Self::Test>;
    /// Whether a member is in the JSON.
    fn is_there(&mut self, value: &Self::Leaf) -> Self::Test;
    /// Whether a text is none of these.
    fn is_none_of(&mut self, value: &Self::Leaf, names: Vec<String>) -> Self::Test;
    fn all(&self, tests: Vec<Self::Test>) -> Self::Test;
    fn any(&self, tests: Vec<Self::Test>) -> Self::Test;
    /// A value if a test is true, else another value.
    fn choose(
        &mut self,
        test: &Self::Test,
        value: &Self::Leaf,
        otherwise: &Self::Leaf,
        name: &str,
    ) -> Self::Leaf;
}

/// A pattern's tests, all of which must be true, and the values that it binds.
pub(super) struct MatchedPattern<L: Matches> {
    pub(super) tests: Vec<L::Test>,
    pub(super) bound: Vec<(Text, L::Leaf)>,
}

/// Matches a value with a pattern.
pub(super) fn matched<L: Matches>(
    language: &mut L,
    pattern: &Pattern,
    subject: &L::Leaf,
) -> MatchedPattern<L> {
    let mut matched = MatchedPattern {
        tests: Vec::new(),
        bound: Vec::new(),
    };
    matched.pattern(language, pattern, subject);
    matched
}

/// The fields of a variant, as a separate struct.
fn as_struct(shape: &EnumShape, variant: &Variant) -> Shape {
    Shape::Struct(StructShape {
        name: format!("{}::{}", shape.name, variant.name).into(),
        fields: variant.fields.clone(),
        tag: None,
    })
}

/// The variant that a pattern names, or the message of the fault.
fn find<'s>(shape: &'s EnumShape, name: &str) -> Result<&'s Variant, String> {
    if shape.tagging == Tagging::Untagged {
        return Err(format!(
            "`{}` is untagged, so its JSON does not say which variant it is; take `#[serde(untagged)]` off it, or decide in a task",
            shape.name
        ));
    }
    let variant = shape.variants.iter().find(|variant| variant.name == name);
    match variant {
        Some(variant) if variant.untagged => Err(format!(
            "the variant `{}::{name}` is untagged, so its JSON cannot be distinguished from other variants; decide in a task",
            shape.name
        )),
        Some(variant) => Ok(variant),
        None => Err(format!(
            "`{}` has no variant `{name}` in its JSON",
            shape.name
        )),
    }
}

impl<L: Matches> MatchedPattern<L> {
    fn pattern(&mut self, language: &mut L, pattern: &Pattern, subject: &L::Leaf) {
        let is_read = !matches!(pattern, Pattern::Wildcard | Pattern::Bind(_));
        if is_read && let Some(form) = language.shape(subject).custom() {
            return language.report().fault(form.refusal());
        }
        if matches!(pattern, Pattern::Some(_) | Pattern::None)
            && language.shape(subject).hides_none()
        {
            return language.report().fault(HIDDEN_NONE);
        }
        match pattern {
            Pattern::Wildcard => {}
            Pattern::Bind(name) => self.bound.push((name.clone(), subject.clone())),
            Pattern::At(name, inner) => {
                self.bound.push((name.clone(), subject.clone()));
                self.pattern(language, inner, subject);
            }
            Pattern::None | Pattern::Literal(Value::Null) => {
                self.tests.push(language.is_some(subject, false));
            }
            Pattern::Some(inner) => {
                self.tests.push(language.is_some(subject, true));
                let some = language.some(subject);
                self.pattern(language, inner, &some);
            }
            Pattern::Literal(_) | Pattern::Range(..)
                if matches!(language.shape(subject).plain(), Shape::SmallNumber) =>
            {
                language.report().fault(FLOATS);
            }
            Pattern::Literal(value) => {
                let test = language.compares(subject, Binary::Eq, value);
                self.tests.extend(test);
            }
            Pattern::Range(low, high, closed) => {
                let below = if *closed { Binary::Le } else { Binary::Lt };
                for (operator, bound) in [(Binary::Ge, low), (below, high)] {
                    let test = bound
                        .as_ref()
                        .and_then(|bound| language.compares(subject, operator, bound));
                    self.tests.extend(test);
                }
            }
            Pattern::Tuple(items) => {
                for (index, item) in items.iter().enumerate() {
                    if !matches!(item, Pattern::Wildcard) {
                        let part = language.item(subject, index);
                        self.pattern(language, item, &part);
                    }
                }
            }
            Pattern::Or(alternatives) => self.alternatives(language, alternatives, subject),
            Pattern::Variant(name, fields) => self.variant(language, name, fields, subject),
        }
    }

    fn variant(
        &mut self,
        language: &mut L,
        name: &str,
        fields: &[(Text, Pattern)],
        subject: &L::Leaf,
    ) {
        // The content of an internally tagged variant is in one object with the tag.
        let mut shares_object = false;
        let content = match language.shape(subject).plain() {
            Shape::Enum(shape) => match find(&shape, name) {
                Ok(variant) => {
                    shares_object = matches!(shape.tagging, Tagging::Internal { .. });
                    self.tests
                        .push(is_variant(language, subject, &shape, variant));
                    let content = match &shape.tagging {
                        Tagging::External => language.member(subject, &variant.wire),
                        Tagging::Adjacent { content, .. } => language.member(subject, content),
                        Tagging::Internal { .. } | Tagging::Untagged => subject.clone(),
                    };
                    language.shaped(&content, as_struct(&shape, variant))
                }
                Err(message) => return language.report().fault(message),
            },
            Shape::Struct(_) => subject.clone(),
            Shape::Any => {
                return language.report().fault(format!(
                    "the JSON of the matched value is not known here, so `{name}` cannot be tested; declare the value's type where it \
                     is assigned, or test a `serde_json::Value` by `is_null()`, `is_string()`, `is_number()` or `is_boolean()`"
                ));
            }
            other => {
                return language
                    .report()
                    .fault(format!("{} has no variant `{name}`", other.describe()));
            }
        };
        for (field, pattern) in fields {
            if matches!(pattern, Pattern::Wildcard) {
                continue;
            }
            let part = match field.parse::<usize>() {
                Ok(index) if shares_object => {
                    let part = language.item(&content, index);
                    language.flattened(&part)
                }
                Ok(index) => language.item(&content, index),
                Err(_) => language.field(&content, field),
            };
            self.pattern(language, pattern, &part);
        }
    }

    /// `a | b`: any of the tests; a name is bound by the first alternative that matches.
    fn alternatives(&mut self, language: &mut L, alternatives: &[Pattern], subject: &L::Leaf) {
        let mut tests: Vec<L::Test> = Vec::new();
        let mut bound: Vec<(Text, L::Leaf)> = Vec::new();
        let mut always = false;
        for alternative in alternatives.iter().rev() {
            let inner = matched(language, alternative, subject);
            always |= inner.tests.is_empty();
            let test = language.all(inner.tests);
            for (name, value) in inner.bound {
                match bound.iter_mut().find(|(other, _)| *other == name) {
                    Some((_, otherwise)) => {
                        *otherwise = language.choose(&test, &value, otherwise, &name);
                    }
                    None => bound.push((name, value)),
                }
            }
            tests.insert(0, test);
        }
        if !always {
            self.tests.push(language.any(tests));
        }
        bound.reverse();
        self.bound.extend(bound);
    }
}

/// Whether an enum's value is this variant.
fn is_variant<L: Matches>(
    language: &mut L,
    value: &L::Leaf,
    shape: &EnumShape,
    variant: &Variant,
) -> L::Test {
    let tag = match &shape.tagging {
        Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => {
            let tag = language.member(value, tag);
            language.shaped(&tag, Shape::String)
        }
        Tagging::External | Tagging::Untagged => value.clone(),
    };
    if variant.other {
        return language.is_none_of(&tag, known(shape));
    }
    if shape.tagging == Tagging::External && !matches!(variant.fields, Fields::Unit) {
        let content = language.member(value, &variant.wire);
        return language.is_there(&content);
    }
    let name = Value::from(&*variant.wire);
    match language.compares(&tag, Binary::Eq, &name) {
        Some(test) => test,
        None => language.any(Vec::new()),
    }
}

/// The wire names that `#[serde(other)]` does not match.
fn known(shape: &EnumShape) -> Vec<String> {
    shape
        .variants
        .iter()
        .filter(|variant| !variant.other)
        .map(|variant| variant.wire.to_string())
        .collect()
}
