//! Reads the fields of a document, and collects the problems.

use stepwright_asl::json::{Document, Json, Object, escape};
use stepwright_asl::similar::did_you_mean;

use super::problem::ScheduleProblem;

/// Reads one object of a document.
pub(super) struct FieldReader<'d> {
    document: &'d Document,
    object: &'d Object,
    /// The pointer to the object.
    pointer: String,
    /// The path of the object in its schedule, as `Target.`, for messages.
    path: String,
    schedule: Option<String>,
}

/// The fields of an object.
pub(super) struct KnownFields {
    /// Fields with a meaning.
    pub(super) used: &'static [&'static str],
    /// Fields of AWS that have no meaning in a local server.
    pub(super) ignored: &'static [&'static str],
}

impl<'d> FieldReader<'d> {
    /// Reads the object at a pointer. Another value is a problem.
    pub(super) fn new(
        document: &'d Document,
        pointer: &str,
        schedule: Option<String>,
        problems: &mut Vec<ScheduleProblem>,
    ) -> Option<Self> {
        match document.json().pointer(pointer)? {
            Json::Object(object) => Some(Self {
                document,
                object,
                pointer: pointer.to_owned(),
                path: String::new(),
                schedule,
            }),
            other => {
                problems.push(ScheduleProblem {
                    position: document.position(pointer),
                    schedule,
                    field: None,
                    message: format!(
                        "a schedule is an object with `Name`, `ScheduleExpression` and `Target`, and this is {}",
                        other.noun()
                    ),
                });
                None
            }
        }
    }

    /// Reads the object in a field; `None` when it is absent or another value.
    pub(super) fn object(
        &self,
        field: &str,
        problems: &mut Vec<ScheduleProblem>,
    ) -> Option<FieldReader<'d>> {
        match self.object.get(field)? {
            Json::Object(object) => Some(FieldReader {
                document: self.document,
                object,
                pointer: self.pointer(field),
                path: format!("{}{field}.", self.path),
                schedule: self.schedule.clone(),
            }),
            other => {
                let message = format!("must be an object, and this is {}", other.noun());
                problems.push(self.problem(field, message));
                None
            }
        }
    }

    /// Reports fields that neither AWS nor this project has.
    pub(super) fn check_names(&self, known: &KnownFields, problems: &mut Vec<ScheduleProblem>) {
        for field in self.object.keys() {
            let mut all = known.used.iter().chain(known.ignored);
            if all.any(|name| name == field) {
                continue;
            }
            let all = known.used.iter().chain(known.ignored).copied();
            let hint = did_you_mean(field, all)
                .unwrap_or_else(|| format!("the fields are `{}`", known.used.join("`, `")));
            let mut problem = self.problem(field, format!("there is no such field; {hint}"));
            problem.position = self.document.key_position(&self.pointer(field));
            problems.push(problem);
        }
    }

    /// Returns the value of a field; `null` counts as absent.
    pub(super) fn value(&self, field: &str) -> Option<&'d Json> {
        self.object.get(field).filter(|value| !value.is_null())
    }

    /// Returns the text in a field.
    pub(super) fn text(&self, field: &str, problems: &mut Vec<ScheduleProblem>) -> Option<&'d str> {
        match self.value(field)? {
            Json::String(text) => Some(text),
            other => {
                let message = format!("must be a text, and this is {}", other.noun());
                problems.push(self.problem(field, message));
                None
            }
        }
    }

    /// Returns the text in a field that must be present.
    pub(super) fn required_text(
        &self,
        field: &str,
        example: &str,
        problems: &mut Vec<ScheduleProblem>,
    ) -> Option<&'d str> {
        if self.value(field).is_none() {
            problems.push(self.problem(field, format!("is missing; write {example}")));
            return None;
        }
        self.text(field, problems)
    }

    /// Returns the whole number in a field, within bounds.
    pub(super) fn number(
        &self,
        field: &str,
        (min, max): (u32, u32),
        problems: &mut Vec<ScheduleProblem>,
    ) -> Option<u32> {
        let value = self.value(field)?;
        let number = value.as_i64().and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| (min..=max).contains(number));
        if number.is_none() {
            let message = format!("must be a whole number from {min} to {max}");
            problems.push(self.problem(field, message));
        }
        number
    }

    /// Returns the choice that a field has, by its index in `choices`.
    pub(super) fn choice(
        &self,
        field: &str,
        choices: &[&str],
        problems: &mut Vec<ScheduleProblem>,
    ) -> Option<usize> {
        let text = self.text(field, problems)?;
        let found = choices.iter().position(|choice| *choice == text);
        if found.is_none() {
            let message = match did_you_mean(text, choices.iter().copied()) {
                Some(hint) => format!("`{text}` is not allowed; {hint}"),
                None => {
                    let (last, first) = choices.split_last().unwrap_or((&"", &[]));
                    let first = first.join("`, `");
                    format!("`{text}` is not allowed; use `{first}` or `{last}`")
                }
            };
            problems.push(self.problem(field, message));
        }
        found
    }

    /// Creates a problem of a field, at its value or, if it is absent, at the object.
    pub(super) fn problem(&self, field: &str, message: impl Into<String>) -> ScheduleProblem {
        let at_field = self.document.position(&self.pointer(field));
        ScheduleProblem {
            position: at_field.or_else(|| self.document.position(&self.pointer)),
            schedule: self.schedule.clone(),
            field: Some(format!("{}{field}", self.path)),
            message: message.into(),
        }
    }

    /// Returns the pointer to a field.
    fn pointer(&self, field: &str) -> String {
        format!("{}/{}", self.pointer, escape(field))
    }
}
