//! Patterns as conditions, and what they bind.

use super::env::Env;
use super::jsonata::{self, Code};
use super::report::Report;
use crate::expr::{Expr, Text};
use crate::flow::Pattern;
use crate::shape::{EnumShape, Fields, Shape, StructShape, Tagging, Variant};

/// What a pattern binds when its subject is an expression of a JSONata state.
pub(super) fn bind(
    subject: &Expr,
    pattern: &Pattern,
    env: &Env<'_>,
    report: &mut Report,
) -> Vec<(Text, Code)> {
    let subject = jsonata::lower(subject, env, report);
    let mut matching = Matching {
        env,
        report,
        tests: Vec::new(),
        bound: Vec::new(),
    };
    matching.pattern(pattern, &subject);
    matching.bound
}

/// A pattern's tests, all of which must hold, and what it binds.
pub(super) struct Matched {
    pub(super) tests: Vec<Code>,
    pub(super) bound: Vec<(Text, Code)>,
}

/// Matches a pattern in JSONata.
pub(super) fn in_jsonata(
    subject: &Expr,
    pattern: &Pattern,
    env: &Env<'_>,
    report: &mut Report,
) -> Matched {
    let subject = jsonata::lower(subject, env, report);
    of_code(&subject, pattern, env, report)
}

/// Matches a pattern against what is lowered already.
pub(super) fn of_code(
    subject: &Code,
    pattern: &Pattern,
    env: &Env<'_>,
    report: &mut Report,
) -> Matched {
    let mut matching = Matching {
        env,
        report,
        tests: Vec::new(),
        bound: Vec::new(),
    };
    matching.pattern(pattern, subject);
    Matched {
        tests: matching.tests,
        bound: matching.bound,
    }
}

/// The fields of a variant as a struct of their own.
pub(super) fn as_struct(shape: &EnumShape, variant: &Variant) -> Shape {
    Shape::Struct(StructShape {
        name: format!("{}::{}", shape.name, variant.name).into(),
        fields: variant.fields.clone(),
        tag: None,
    })
}

/// The variant that a pattern names, or what to say.
pub(super) fn find<'s>(shape: &'s EnumShape, name: &str) -> Result<&'s Variant, String> {
    if shape.tagging == Tagging::Untagged {
        return Err(format!(
            "`{}` is untagged, so its JSON does not say which variant it is; take `#[serde(untagged)]` off it, or decide in a task",
            shape.name
        ));
    }
    let variant = shape.variants.iter().find(|variant| variant.name == name);
    match variant {
        Some(variant) if variant.untagged => Err(format!(
            "the variant `{}::{name}` is untagged, so nothing tells it from others; decide in a task",
            shape.name
        )),
        Some(variant) => Ok(variant),
        None => Err(format!(
            "`{}` has no variant `{name}` in its JSON",
            shape.name
        )),
    }
}

struct Matching<'m, 'e, 'r> {
    env: &'m Env<'e>,
    report: &'r mut Report,
    tests: Vec<Code>,
    bound: Vec<(Text, Code)>,
}

impl Matching<'_, '_, '_> {
    fn pattern(&mut self, pattern: &Pattern, subject: &Code) {
        match pattern {
            Pattern::Wildcard => {}
            Pattern::Bind(name) => self.bound.push((name.clone(), subject.clone())),
            Pattern::Literal(value) => {
                let test = if value.is_null() {
                    jsonata::is_some(subject, false, self.env, self.report)
                } else {
                    jsonata::equals(subject, value.clone(), self.env, self.report)
                };
                self.tests.push(test);
            }
            Pattern::None => {
                self.tests
                    .push(jsonata::is_some(subject, false, self.env, self.report));
            }
            Pattern::Some(inner) => {
                self.tests
                    .push(jsonata::is_some(subject, true, self.env, self.report));
                let some = subject.some();
                self.pattern(inner, &some);
            }
            Pattern::Tuple(items) => {
                for (index, item) in items.iter().enumerate() {
                    if !matches!(item, Pattern::Wildcard) {
                        let part = jsonata::tuple_field_of(subject, index, self.env, self.report);
                        self.pattern(item, &part);
                    }
                }
            }
            Pattern::Range(low, high, closed) => {
                let below = if *closed { "<=" } else { "<" };
                for (operator, bound) in [(">=", low), (below, high)] {
                    if let Some(bound) = bound {
                        let test = jsonata::compares(
                            subject,
                            operator,
                            bound.clone(),
                            self.env,
                            self.report,
                        );
                        self.tests.push(test);
                    }
                }
            }
            Pattern::At(name, inner) => {
                self.bound.push((name.clone(), subject.clone()));
                self.pattern(inner, subject);
            }
            Pattern::Or(alternatives) => self.alternatives(alternatives, subject),
            Pattern::Variant(name, fields) => self.variant(name, fields, subject),
        }
    }

    fn variant(&mut self, name: &str, fields: &[(Text, Pattern)], subject: &Code) {
        let content = match subject.shape.plain() {
            Shape::Enum(shape) => match find(&shape, name) {
                Ok(variant) => {
                    self.tests.push(jsonata::is_variant(
                        subject,
                        &shape,
                        variant,
                        self.env,
                        self.report,
                    ));
                    let content = match &shape.tagging {
                        Tagging::External => jsonata::step(subject, &variant.wire, Shape::Any),
                        Tagging::Adjacent { content, .. } => {
                            jsonata::step(subject, content, Shape::Any)
                        }
                        Tagging::Internal { .. } | Tagging::Untagged => subject.clone(),
                    };
                    content.shaped(as_struct(&shape, variant))
                }
                Err(message) => return self.report.fault(message),
            },
            Shape::Struct(_) => subject.clone(),
            Shape::Any => {
                return self.report.fault(format!(
                    "the form of the matched value is not known here, so `{name}` cannot be told; give its type where it is \
                     assigned"
                ));
            }
            other => {
                return self
                    .report
                    .fault(format!("{} has no variant `{name}`", other.describe()));
            }
        };
        for (field, pattern) in fields {
            if matches!(pattern, Pattern::Wildcard) {
                continue;
            }
            let part = match field.parse::<usize>() {
                Ok(index) => jsonata::tuple_field_of(&content, index, self.env, self.report),
                Err(_) => jsonata::field_of(&content, field, self.env, self.report),
            };
            self.pattern(pattern, &part);
        }
    }

    /// `a | b`: one of the tests; a name is bound by the first alternative that holds.
    fn alternatives(&mut self, alternatives: &[Pattern], subject: &Code) {
        let mut any: Vec<Code> = Vec::new();
        let mut bound: Vec<(Text, Code)> = Vec::new();
        let mut always = false;
        for alternative in alternatives.iter().rev() {
            let mut inner = Matching {
                env: self.env,
                report: &mut *self.report,
                tests: Vec::new(),
                bound: Vec::new(),
            };
            inner.pattern(alternative, subject);
            let (tests, names) = (inner.tests, inner.bound);
            always |= tests.is_empty();
            let test = jsonata::all(&tests);
            for (name, code) in names {
                match bound.iter_mut().find(|(other, _)| *other == name) {
                    Some((_, otherwise)) if otherwise.text != code.text => {
                        *otherwise =
                            jsonata::choose(&test, &code, otherwise, self.env, self.report);
                    }
                    Some(_) => {}
                    None => bound.push((name, code)),
                }
            }
            any.insert(0, test);
        }
        if !always {
            self.tests.push(jsonata::any(&any));
        }
        bound.reverse();
        self.bound.extend(bound);
    }
}

/// The wire names that `#[serde(other)]` does not stand for.
pub(super) fn known(shape: &EnumShape) -> Vec<String> {
    shape
        .variants
        .iter()
        .filter(|variant| !variant.other)
        .map(|variant| variant.wire.to_string())
        .collect()
}

/// Whether a variant has content of its own.
pub(super) fn is_unit(variant: &Variant) -> bool {
    matches!(variant.fields, Fields::Unit)
}
