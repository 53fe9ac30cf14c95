//! Patterns: which events a property means, and the values that it takes from them.

use std::fmt;

use stepwright_asl::json::Json;
use stepwright_asl::jsonata;
use stepwright_asl::words::quoted;

use crate::event::{Action, PathEvent};
use crate::expression::{Bindings, EVENT_VARIABLES, TemplateError, ValueTemplate, contains};

/// A pattern of events: an action, a target, and conditions on the values of the event.
///
/// ```
/// use std::time::Duration;
/// use stepwright_explore::{Action, Bindings, Pattern, PathEvent};
///
/// let pattern = Pattern::new(Action::Succeeded, "Charge").bind("charge", "$result.id")?;
/// let event = PathEvent::new(Action::Succeeded, "Charge", Duration::ZERO)
///     .with("result", stepwright_interpreter::value::Value::from_text(r#"{"id": "c-1"}"#)?);
/// let bindings = pattern.matches(&event, &Bindings::default()).expect("matches");
/// assert_eq!(bindings.get("charge").and_then(|value| value.as_str()), Some("c-1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Pattern {
    action: Action,
    /// `None` for all targets.
    target: Option<String>,
    conditions: Vec<Condition>,
    binds: Vec<(String, ValueTemplate)>,
    /// In a `never`, only events after a match of this pattern count.
    earlier: Option<Box<Pattern>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    /// A value of the event has all members of this value.
    Contains(&'static str, ValueTemplate),
    /// An expression is true.
    Where(ValueTemplate),
}

impl Condition {
    fn holds(&self, event: &PathEvent, bindings: &Bindings) -> bool {
        match self {
            Self::Contains(field, expected) => {
                let expected = expected.evaluate(event, bindings);
                match (event.field(field), expected) {
                    (Some(actual), Some(expected)) => contains(actual, &expected),
                    _ => false,
                }
            }
            Self::Where(condition) => {
                let value = condition.evaluate(event, bindings);
                value.is_some_and(|value| value == stepwright_interpreter::value::Value::Bool(true))
            }
        }
    }

    fn template(&self) -> &ValueTemplate {
        match self {
            Self::Contains(_, template) | Self::Where(template) => template,
        }
    }
}

/// The values of events that a pattern can compare: all but the names and the time.
pub(crate) const COMPARED_FIELDS: &[&str] = EVENT_VARIABLES.split_at(8).0;

impl Pattern {
    /// Creates a pattern of the events of a target: a state, a function, a resource, a variable or
    /// a status.
    pub fn new(action: Action, target: impl Into<String>) -> Self {
        let target = Some(target.into());
        Self {
            target,
            ..Self::any(action)
        }
    }

    /// Creates a pattern of all events of an action.
    pub fn any(action: Action) -> Self {
        Self {
            action,
            target: None,
            conditions: Vec::new(),
            binds: Vec::new(),
            earlier: None,
        }
    }

    /// Requires that a value of the event has all members of this one, in which a text between `{%`
    /// and `%}` is JSONata.
    ///
    /// # Errors
    ///
    /// If the events of the action have no value of this name, or an expression is not JSONata.
    pub fn has(mut self, field: &str, value: impl Into<Json>) -> Result<Self, TemplateError> {
        let known = COMPARED_FIELDS.iter().find(|known| **known == field);
        let field = known.ok_or_else(|| {
            TemplateError(format!(
                "an event has no value `{field}`; the values are {}",
                quoted(COMPARED_FIELDS)
            ))
        })?;
        let value = ValueTemplate::new(value.into())?;
        self.check_values([*field].into_iter().chain(event_variables(&value)))?;
        self.conditions.push(Condition::Contains(field, value));
        Ok(self)
    }

    /// Requires that a JSONata expression is true.
    ///
    /// # Errors
    ///
    /// If the text is not JSONata, or reads a value that the events of the action do not have.
    pub fn requires(mut self, expression: &str) -> Result<Self, TemplateError> {
        let expression = ValueTemplate::expression(expression)?;
        self.check_values(event_variables(&expression))?;
        self.conditions.push(Condition::Where(expression));
        Ok(self)
    }

    /// Binds a name to the value of a JSONata expression: later patterns read it as a variable.
    ///
    /// # Errors
    ///
    /// As [`requires`](Self::requires).
    pub fn bind(mut self, name: &str, expression: &str) -> Result<Self, TemplateError> {
        let expression = ValueTemplate::expression(expression)?;
        self.check_values(event_variables(&expression))?;
        self.binds.push((name.to_owned(), expression));
        Ok(self)
    }

    /// Refuses values that no event of the action has: the pattern would match nothing.
    fn check_values<'v>(
        &self,
        mut values: impl Iterator<Item = &'v str>,
    ) -> Result<(), TemplateError> {
        let known = self.action.values();
        match values.find(|value| !["name", "time"].contains(value) && !known.contains(value)) {
            Some(value) => Err(TemplateError(format!(
                "an event `{}` has no value `{value}`; its values are {}",
                self.action,
                quoted(known)
            ))),
            None => Ok(()),
        }
    }

    /// Restricts the pattern of a `never` to events after a match of another one.
    pub(crate) fn after(mut self, earlier: Pattern) -> Self {
        self.earlier = Some(Box::new(earlier));
        self
    }

    /// Returns the pattern that has matched before its events.
    pub(crate) fn earlier(&self) -> Option<&Pattern> {
        self.earlier.as_deref()
    }

    /// Returns the action of its events.
    pub fn action(&self) -> Action {
        self.action
    }

    /// Returns the target of its events.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Returns the names that it binds.
    pub fn bound_names(&self) -> impl Iterator<Item = &str> {
        self.binds.iter().map(|(name, _)| name.as_str())
    }

    /// Returns the variables that its conditions and bound values read.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let conditions = self.conditions.iter().map(Condition::template);
        let binds = self.binds.iter().map(|(_, template)| template);
        conditions
            .chain(binds)
            .flat_map(|template| template.variables().iter().map(String::as_str))
    }

    /// Returns the values that it compares, each with the field of the event.
    pub(crate) fn compared_values(&self) -> impl Iterator<Item = (&'static str, &ValueTemplate)> {
        self.conditions
            .iter()
            .filter_map(|condition| match condition {
                Condition::Contains(field, value) => Some((*field, value)),
                Condition::Where(_) => None,
            })
    }

    /// Returns the error with which a task fails, if the pattern names one.
    pub(crate) fn failure(&self) -> Option<String> {
        let mut compared = self.compared_values();
        let (_, error) = compared.find(|(field, _)| *field == "error")?;
        let error = error.json().as_str()?;
        let is_literal = self.action == Action::Failed && jsonata::strip(error).is_none();
        is_literal.then(|| error.to_owned())
    }

    /// Returns the expressions of its conditions and bound values.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &ValueTemplate> {
        let conditions = self
            .conditions
            .iter()
            .filter_map(|condition| match condition {
                Condition::Where(expression) => Some(expression),
                Condition::Contains(..) => None,
            });
        conditions.chain(self.binds.iter().map(|(_, expression)| expression))
    }

    /// Returns whether a value of an event makes a difference.
    pub(crate) fn reads_values(&self) -> bool {
        !self.conditions.is_empty() || !self.binds.is_empty()
    }

    /// Returns whether the event has the action and the target, whatever its values are.
    pub fn is_about(&self, event: &PathEvent) -> bool {
        let is_target = |target: &String| event.is_of(target);
        event.action == self.action && self.target.as_ref().is_none_or(is_target)
    }

    /// Matches an event. Returns `bindings` with the values that the pattern binds. A condition
    /// whose expression fails does not hold, and a bound value that is missing does not match.
    pub fn matches(&self, event: &PathEvent, bindings: &Bindings) -> Option<Bindings> {
        if !self.is_about(event) {
            return None;
        }
        let mut conditions = self.conditions.iter();
        if !conditions.all(|condition| condition.holds(event, bindings)) {
            return None;
        }
        let mut bound = bindings.clone();
        for (name, expression) in &self.binds {
            bound.bind(name, expression.evaluate(event, bindings)?);
        }
        Some(bound)
    }

    /// Returns whether the conditions hold that read none of these names.
    pub(crate) fn matches_without(&self, event: &PathEvent, names: &[&str]) -> bool {
        let is_free = |condition: &&Condition| {
            let mut variables = condition.template().variables().iter();
            !variables.any(|variable| names.contains(&variable.as_str()))
        };
        let none = Bindings::default();
        let mut free = self.conditions.iter().filter(is_free);
        self.is_about(event) && free.all(|condition| condition.holds(event, &none))
    }
}

/// Returns the values of the event that an expression reads.
fn event_variables(template: &ValueTemplate) -> impl Iterator<Item = &str> {
    let variables = template.variables().iter().map(String::as_str);
    variables.filter(|variable| EVENT_VARIABLES.contains(variable))
}

/// `succeeded Charge with result {"ok": true}`
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.action)?;
        if let Some(target) = &self.target {
            write!(f, " `{target}`")?;
        }
        for condition in &self.conditions {
            match condition {
                Condition::Contains(field, value) => write!(f, " with {field} {}", value.json())?,
                Condition::Where(expression) => write!(f, " where {}", expression.source())?,
            }
        }
        match &self.earlier {
            Some(earlier) => write!(f, " after {earlier}"),
            None => Ok(()),
        }
    }
}
