//! Lists the placeholders of a machine.

use std::collections::HashMap;

use super::address::{Addresses, SubstitutedValue};
use super::meaning::ValueMeaning;
use super::syntax::names;
use super::text_location::{self, TextLocation};
use crate::json::{Json, Object};
use crate::model::StateMachine;

/// A name that needs a value from a template, and the states that use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    name: String,
    stands_for: SubstitutedValue,
    meanings: Vec<ValueMeaning>,
    states: Vec<String>,
}

impl Placeholder {
    /// The name: `TopicArn` of `${TopicArn}`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kind of its value.
    pub fn stands_for(&self) -> SubstitutedValue {
        self.stands_for
    }

    /// The meanings of its value, from the fields that use it: the specific ones, such as
    /// `SQS queue URL`, or else the first field.
    pub fn meanings(&self) -> &[ValueMeaning] {
        &self.meanings
    }

    fn add(&mut self, meaning: ValueMeaning) {
        let is_known = |one: &ValueMeaning| one.is_known();
        match (self.meanings.iter().any(is_known), meaning.is_known()) {
            (false, true) => self.meanings = vec![meaning],
            (true, true) if !self.meanings.contains(&meaning) => self.meanings.push(meaning),
            (false, false) if self.meanings.is_empty() => self.meanings.push(meaning),
            _ => {}
        }
    }

    /// The states that use it, in definition order; empty if only the machine itself uses it.
    pub fn states(&self) -> &[String] {
        &self.states
    }
}

/// Returns all placeholders of a machine, in definition order. A name with two kinds of values is
/// listed twice.
///
/// The placeholder of a `Resource` counts as a function, because its text does not show whether it
/// is an activity.
pub fn in_machine(machine: &StateMachine) -> Vec<Placeholder> {
    in_machine_with(machine, None)
}

/// Like [`in_machine`], with the knowledge which states call functions, activities and machines
/// through placeholders. All other placeholders are user-defined.
pub fn in_machine_with(machine: &StateMachine, addresses: Option<&Addresses>) -> Vec<Placeholder> {
    let mut found: Vec<Placeholder> = Vec::new();
    let mut of_names: HashMap<String, Vec<usize>> = HashMap::new();
    let mut json = machine.to_value();
    text_location::walk(
        &mut json,
        addresses,
        &mut |place: &TextLocation<'_>, text| {
            for name in names(text) {
                let stands_for = place.stands_for(text);
                let of_name = of_names.entry(name.to_owned()).or_default();
                let mut known = of_name.iter().copied();
                let index = known
                    .find(|index| found[*index].stands_for == stands_for)
                    .unwrap_or_else(|| {
                        of_name.push(found.len());
                        found.push(Placeholder {
                            name: name.to_owned(),
                            stands_for,
                            meanings: Vec::new(),
                            states: Vec::new(),
                        });
                        found.len() - 1
                    });
                found[index].add(ValueMeaning::of(place, text));
                if let Some(state) = place.state {
                    let states = &mut found[index].states;
                    if states.last().is_none_or(|last| last != state) {
                        states.push(state.to_owned());
                    }
                }
            }
        },
    );
    found
}

/// A placeholder name, for which a template defines one value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedPlaceholder<'p> {
    /// The name.
    pub name: &'p str,
    /// The meanings of all placeholders with this name.
    pub meanings: Vec<&'p ValueMeaning>,
    /// The states that use it.
    pub states: Vec<&'p str>,
}

impl NamedPlaceholder<'_> {
    /// The description of its value: `SQS queue URL`.
    pub fn stands_for(&self) -> String {
        let words: Vec<String> = self.meanings.iter().map(ToString::to_string).collect();
        words.join("; ")
    }
}

/// Groups the placeholders by name.
pub fn by_name(placeholders: &[Placeholder]) -> Vec<NamedPlaceholder<'_>> {
    let mut all: Vec<NamedPlaceholder<'_>> = Vec::new();
    for one in placeholders {
        let index = all
            .iter()
            .position(|named| named.name == one.name)
            .unwrap_or_else(|| {
                all.push(NamedPlaceholder {
                    name: &one.name,
                    meanings: Vec::new(),
                    states: Vec::new(),
                });
                all.len() - 1
            });
        let named = &mut all[index];
        for meaning in &one.meanings {
            if !named.meanings.contains(&meaning) {
                named.meanings.push(meaning);
            }
        }
        for state in &one.states {
            if !named.states.contains(&state.as_str()) {
                named.states.push(state);
            }
        }
    }
    all
}

/// The placeholders as JSON, grouped by name:
/// `{"TopicArn": {"standsFor": "SNS topic ARN", "states": ["Tell"]}}`.
///
/// ```
/// use stepwright_asl::StateMachine;
/// use stepwright_asl::placeholder::{in_machine, to_json};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Ask", "States": {
///     "Ask": {"Type": "Task", "Resource": "${AskActivityArn}", "End": true}
/// }}"#)?;
/// let json = to_json(&in_machine(&machine));
/// assert_eq!(json.to_string(), r#"{"AskActivityArn":{"standsFor":"activity ARN","states":["Ask"]}}"#);
/// # Ok::<(), stepwright_asl::Diagnostics>(())
/// ```
pub fn to_json(placeholders: &[Placeholder]) -> Json {
    let mut all = Object::new();
    for named in by_name(placeholders) {
        let mut one = Object::new();
        one.insert("standsFor".into(), named.stands_for().into());
        let states = named.states.into_iter().map(Json::from).collect();
        one.insert("states".into(), Json::Array(states));
        all.insert(named.name.into(), Json::Object(one));
    }
    Json::Object(all)
}
