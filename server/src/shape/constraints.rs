//! Checks requests against constraints, and writes violations in one message as AWS does.

use std::fmt::Write;

/// A value with constraints of the API's model.
pub(crate) trait Shape {
    /// Reports violated constraints.
    fn check(&self, to: &mut Constraints);

    /// Returns the value for messages; `None` when it is sensitive.
    fn show(&self) -> Option<String>;
}

impl<T: Shape> Shape for Option<T> {
    fn check(&self, to: &mut Constraints) {
        if let Some(value) = self {
            value.check(to);
        }
    }

    fn show(&self) -> Option<String> {
        match self {
            Some(value) => value.show(),
            None => Some("null".to_owned()),
        }
    }
}

impl Shape for bool {
    fn check(&self, _: &mut Constraints) {}

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// Collects the violated constraints of a request.
#[derive(Debug, Default)]
pub(crate) struct Constraints {
    place: Vec<Step>,
    found: Vec<String>,
}

/// One step of the path from the request to the current value.
#[derive(Debug)]
enum Step {
    Member(&'static str),
    /// An element of a list, counted from 1.
    Element(usize),
}

impl Constraints {
    /// Checks a member, which has the name of the structure's field.
    pub(crate) fn member(&mut self, field: &'static str, value: &impl Shape) {
        self.step(Step::Member(field), value);
    }

    pub(super) fn element(&mut self, index: usize, value: &impl Shape) {
        self.step(Step::Element(index + 1), value);
    }

    fn step(&mut self, step: Step, value: &impl Shape) {
        self.place.push(step);
        value.check(self);
        self.place.pop();
    }

    /// Reports a violated constraint of the current value: a sentence that begins with
    /// `Member must`.
    pub(super) fn breaks(&mut self, value: &impl Shape, constraint: &str) {
        let quoted = value.show().map(|shown| format!("'{shown}'"));
        self.add(quoted.as_deref(), constraint);
    }

    /// Reports a missing required member.
    pub(super) fn is_missing(&mut self) {
        self.add(Some("null"), "Member must not be null");
    }

    fn add(&mut self, value: Option<&str>, constraint: &str) {
        let mut place = String::new();
        for step in &self.place {
            if !place.is_empty() {
                place.push('.');
            }
            match step {
                Step::Member(field) => place.push_str(&camel_case(field)),
                // Writing to a string does not fail.
                Step::Element(number) => {
                    let _ = write!(place, "{number}.member");
                }
            }
        }
        let value = value.map_or_else(String::new, |value| format!(" {value}"));
        self.found.push(format!(
            "Value{value} at '{place}' failed to satisfy constraint: {constraint}"
        ));
    }

    /// Returns AWS's message for all violations; `None` when there are none.
    pub(crate) fn message(self) -> Option<String> {
        let errors = match self.found.len() {
            0 => return None,
            1 => "error",
            _ => "errors",
        };
        Some(format!(
            "{} validation {errors} detected: {}",
            self.found.len(),
            self.found.join("; ")
        ))
    }
}

/// Returns a field's name in the API's spelling.
pub(super) fn camel_case(field: &str) -> String {
    // `stringify!` retains the prefix of a raw identifier.
    let mut parts = field.trim_start_matches("r#").split('_');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut chars = part.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    name
}
