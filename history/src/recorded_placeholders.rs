//! The placeholders of a definition, and their values in a recorded history.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;
use stepwright_asl::graph::Graph;
use stepwright_asl::model::StateMachine;
use stepwright_asl::placeholder::{Addresses, Placeholder, fill, in_machine, names, text, whole};
use stepwright_asl::similar::did_you_mean;
use stepwright_interpreter::history::EventKind;

use crate::json_difference::walk;
use crate::recorded_event::RecordedEvent;

/// The placeholders of a definition with their known values.
///
/// AWS recorded the execution of a definition that a template engine had filled in. A placeholder
/// without a set value takes the first value that the history has in its position, if the value is
/// of the placeholder's kind, and then has that value everywhere. So a renamed function is found as
/// soon as two states disagree. It is not found if only one state uses the placeholder: the history
/// alone does not contain the value of the next deployment; use `Replay::substitute` for it.
#[derive(Clone, Debug)]
pub struct RecordedPlaceholders<'a> {
    machine: &'a StateMachine,
    all: Vec<Placeholder>,
    given: BTreeMap<String, String>,
    inferred: BTreeMap<String, InferredValue>,
}

/// A value that the history has for a placeholder.
#[derive(Clone, Debug)]
struct InferredValue {
    value: String,
    /// The number of the event that has it.
    event: u32,
}

/// A part of a text with placeholders.
enum TextPiece<'t> {
    Literal(&'t str),
    Name(&'t str),
}

impl<'a> RecordedPlaceholders<'a> {
    /// Collects the placeholders of a definition. `given` are the values of the test, and `shared`
    /// those of an engine, which may be for other definitions.
    ///
    /// # Errors
    ///
    /// A set name that the definition does not have.
    pub fn of(
        machine: &'a StateMachine,
        given: &BTreeMap<String, String>,
        shared: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let all = in_machine(machine);
        let is_known = |name: &str| all.iter().any(|one| one.name() == name);
        if let Some(unknown) = given.keys().find(|name| !is_known(name)) {
            let known = all.iter().map(Placeholder::name);
            let hint = match did_you_mean(unknown, known) {
                Some(question) => format!("; {question}"),
                None if all.is_empty() => "; it has no placeholders".to_owned(),
                None => "; `stepwright placeholders` lists those that it has".to_owned(),
            };
            return Err(format!(
                "the definition has no placeholder `{}`{hint}",
                text(unknown)
            ));
        }
        let mut values = shared.clone();
        values.extend(given.clone());
        Ok(Self {
            machine,
            all,
            given: values,
            inferred: BTreeMap::new(),
        })
    }

    /// Returns the definition with the known values.
    ///
    /// # Errors
    ///
    /// A value that its field does not accept.
    pub fn filled(&self) -> Result<StateMachine, String> {
        let value = |name: &str| self.value(name).map(str::to_owned);
        // Without known addresses, `fill` treats each placeholder as a value, and so also fills in
        // functions and activities.
        let filled = fill(self.machine, Some(&Addresses::new()), &value);
        let filled = filled.map_err(|diagnostics| {
            format!("a field does not take its placeholder's value: {diagnostics}")
        });
        Ok(filled?.machine)
    }

    /// Returns whether the definition has placeholders.
    pub fn has_any(&self) -> bool {
        !self.all.is_empty()
    }

    /// Infers values from the arguments of a call with recorded ones.
    pub fn infer_values(&mut self, recorded: &Json, now: &Json) {
        walk("", recorded, now, &mut |_, recorded, now| {
            if let (Some(recorded), Some(now)) = (recorded, now) {
                self.matches(recorded, now, 0);
            }
        });
    }

    /// Returns the number of values that were inferred from the history so far.
    pub fn inferred(&self) -> usize {
        self.inferred.len()
    }

    fn value(&self, name: &str) -> Option<&str> {
        let inferred = || Some(self.inferred.get(name)?.value.as_str());
        self.given.get(name).map(String::as_str).or_else(inferred)
    }

    /// Returns whether the placeholder's fields accept a value of this kind.
    fn accepts(&self, name: &str, value: &str) -> bool {
        let same = self.all.iter().filter(|one| one.name() == name);
        same.flat_map(Placeholder::meanings)
            .all(|meaning| meaning.accepts(value))
    }

    fn infer(&mut self, name: &str, value: &str, event: u32) -> bool {
        if !self.accepts(name, value) {
            return false;
        }
        let value = value.to_owned();
        self.inferred
            .insert(name.to_owned(), InferredValue { value, event });
        true
    }

    /// Takes the values of `Resource` fields from the events of their states. The engine needs them
    /// before it runs the definition: only the ARN tells whether a `Resource` is a function or an
    /// activity.
    pub fn infer_resources<'s>(&mut self, steps: impl Iterator<Item = &'s RecordedEvent> + Clone) {
        let definition = self.machine.to_value();
        let graph = Graph::of(&definition);
        for state in graph.states() {
            let resource = state.object.get("Resource").and_then(|text| text.as_str());
            let Some(name) = resource.and_then(whole) else {
                continue;
            };
            if self.value(name).is_some() {
                continue;
            }
            let mut of_state = steps.clone().filter(|step| {
                matches!(
                    step.kind.known(),
                    Some(EventKind::LambdaFunctionScheduled | EventKind::ActivityScheduled)
                ) && step.state.as_deref() == Some(state.name)
            });
            if let Some(step) = of_state.next()
                && let Some(value) = step.details["resource"].as_str()
            {
                self.infer(name, value, step.id);
            }
        }
    }

    /// Returns whether a text of this run, which may contain placeholders, equals the recorded
    /// value. Infers the value of a placeholder that is the only unknown one of the text.
    pub fn matches(&mut self, recorded: &Json, now: &Json, event: u32) -> bool {
        let (Some(recorded), Some(now)) = (recorded.as_str(), now.as_str()) else {
            return false;
        };
        if !names(now).any(|name| self.all.iter().any(|one| one.name() == name)) {
            return false;
        }
        let resolved = self.resolved(now);
        let now = resolved.as_str();
        let pieces = pieces(now, |name| {
            self.value(name).is_none() && self.all.iter().any(|one| one.name() == name)
        });
        let mut unknown = pieces.iter().filter_map(|piece| match piece {
            TextPiece::Name(name) => Some(*name),
            TextPiece::Literal(_) => None,
        });
        match (unknown.next(), unknown.next()) {
            (None, _) => now == recorded,
            (Some(name), None) => {
                let value = between(&pieces, recorded).map(str::to_owned);
                value.is_some_and(|value| self.infer(name, &value, event))
            }
            // The boundary between two unknown values is not known, so none is inferred.
            (Some(_), Some(_)) => fits(&pieces, recorded),
        }
    }

    /// Returns a text with the known values.
    fn resolved(&self, now: &str) -> String {
        let known = pieces(now, |name| self.value(name).is_some());
        let parts = known.iter().map(|piece| match piece {
            TextPiece::Literal(text) => text,
            TextPiece::Name(name) => self.value(name).unwrap_or_default(),
        });
        parts.collect()
    }

    /// Returns the inferred values in the text of a difference, as a note at its end.
    pub fn note(&self, detail: &str) -> String {
        let mut note = String::new();
        for (name, found) in &self.inferred {
            if !found.value.is_empty() && detail.contains(&found.value) {
                let _ = write!(
                    note,
                    "; `{}` is {:?} since event {}",
                    text(name),
                    found.value,
                    found.event
                );
            }
        }
        note
    }
}

/// Splits a text at the selected placeholders.
fn pieces(text: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<TextPiece<'_>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for name in names(text).filter(|name| is_wanted(name)) {
        let mark = self::text(name);
        let Some(at) = text[from..].find(&mark) else {
            break;
        };
        pieces.push(TextPiece::Literal(&text[from..from + at]));
        pieces.push(TextPiece::Name(name));
        from += at + mark.len();
    }
    pieces.push(TextPiece::Literal(&text[from..]));
    pieces
}

/// Returns the part of a text that is in the position of the only placeholder.
fn between<'t>(pieces: &[TextPiece<'_>], text: &'t str) -> Option<&'t str> {
    match pieces {
        [
            TextPiece::Literal(before),
            TextPiece::Name(_),
            TextPiece::Literal(after),
        ] => text.strip_prefix(before)?.strip_suffix(after),
        _ => None,
    }
}

/// Returns whether a text has the literal pieces in their order, with any text in the positions of
/// the placeholders.
fn fits(pieces: &[TextPiece<'_>], text: &str) -> bool {
    let literals: Vec<&str> = (pieces.iter())
        .filter_map(|piece| match piece {
            TextPiece::Literal(text) => Some(*text),
            TextPiece::Name(_) => None,
        })
        .collect();
    let [first, middle @ .., last] = literals.as_slice() else {
        return false;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    for literal in middle {
        let Some(at) = rest.find(literal) else {
            return false;
        };
        rest = &rest[at + literal.len()..];
    }
    rest.ends_with(last)
}
