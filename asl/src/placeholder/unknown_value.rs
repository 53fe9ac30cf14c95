//! The values of a definition that only its template engine knows.

use std::collections::HashSet;
use std::fmt;

use crate::json::{Document, Json, Object, escape, index, segments};
use crate::jsonata;
use crate::model::{Schema, StateKind, StateMachine, ValueKind};
use crate::substitution::is_substitution;

/// A placeholder without quotes: a value of any type that a template engine fills in. The validator
/// does not check it.
///
/// `Display` returns its location: `` `TimeoutSeconds` of `Check` ``.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownValue {
    /// RFC 6901 pointer to the value.
    pub pointer: String,
    slot: Slot,
}

/// The part of a definition that a value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// The whole definition.
    Definition,
    /// A whole state, or its type.
    State,
    /// An object, a list, or an item of a list.
    Structure,
    Number,
    Flag,
    /// A text or a path.
    Text,
    /// Any JSON, in a payload template.
    Payload,
    /// A comparison of a Choice rule.
    Operand,
    /// Members of any names.
    Members,
}

impl UnknownValue {
    /// All unknown values of a definition, in document order.
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    /// use stepwright_asl::placeholder::UnknownValue;
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Seconds}, "End": true}}}"#;
    /// let found = UnknownValue::all(&Document::parse_with_placeholders(text)?);
    /// assert_eq!(found[0].to_string(), "`Seconds` of `A`");
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn all(document: &Document) -> Vec<UnknownValue> {
        let pointers = document.unknown_values().into_iter();
        pointers
            .map(|pointer| UnknownValue {
                slot: slot(document.json(), &pointer),
                pointer,
            })
            .collect()
    }

    /// Whether the value is in a field of ASL that needs a number, a flag, a list or an object, so
    /// that a text would be wrong.
    pub fn is_typed(&self) -> bool {
        !matches!(self.slot, Slot::Text | Slot::Payload)
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<_> = segments(&self.pointer).into_iter().flatten().collect();
        // The innermost state around the value. A state may have the name `States`, too.
        let mut state = None;
        let mut at = 0;
        while at + 1 < all.len() {
            match &*all[at] {
                "States" => {
                    state = Some(at + 1);
                    at += 2;
                }
                "Parameters" | "Arguments" | "Result" | "Output" | "Assign" => break,
                _ => at += 1,
            }
        }
        let start = state.map_or(0, |state| state + 1);
        let mut field = String::new();
        for segment in &all[start..] {
            match index(segment) {
                Some(index) => field.push_str(&format!("[{index}]")),
                None if field.is_empty() => field.push_str(segment),
                None => {
                    field.push('.');
                    field.push_str(segment);
                }
            }
        }
        match state.map(|state| &all[state]) {
            Some(state) if field.is_empty() => write!(f, "the state `{state}`"),
            Some(state) => write!(f, "`{field}` of `{state}`"),
            None if field.is_empty() => f.write_str("the definition"),
            None => write!(f, "`{field}`"),
        }
    }
}

/// The part of a definition around a value on the way to it.
#[derive(Clone, Copy)]
enum Place {
    Object(&'static Schema),
    List(&'static Schema),
    States,
    Leaf(Slot),
}

/// Follows a pointer through the schema of ASL: the slot of its last segment.
fn slot(definition: &Json, pointer: &str) -> Slot {
    let mut place = Place::Object(StateMachine::schema());
    let mut json = Some(definition);
    let mut last = Slot::Definition;
    for segment in segments(pointer).into_iter().flatten() {
        (place, last) = match place {
            Place::List(schema) => (Place::Object(schema), Slot::Structure),
            Place::States => {
                let state = json.and_then(|json| json.get(&segment));
                let kind = state.and_then(|state| state.get("Type")?.as_str());
                let place = match kind.and_then(StateKind::from_word) {
                    Some(kind) => Place::Object(kind.schema()),
                    None => Place::Leaf(Slot::State),
                };
                (place, Slot::State)
            }
            Place::Object(schema) => member(schema, &segment),
            Place::Leaf(slot) => (place, slot),
        };
        let object = json.and_then(Json::as_object);
        if object.is_some_and(|object| is_open_member(object, &segment)) {
            last = Slot::Members;
        }
        json = json.and_then(|json| match json {
            Json::Array(items) => items.get(index(&segment)?),
            other => other.get(&segment),
        });
    }
    last
}

fn is_open_member(object: &Object, key: &str) -> bool {
    is_substitution(key) && object.get(key).and_then(Json::as_str) == Some(key)
}

fn member(schema: &'static Schema, key: &str) -> (Place, Slot) {
    let leaf = |slot| (Place::Leaf(slot), slot);
    let Some(field) = schema.field(key) else {
        return leaf(match key {
            "Type" => Slot::State,
            _ => Slot::Operand,
        });
    };
    match field.kind {
        ValueKind::Structure(inner) => (Place::Object(inner()), Slot::Structure),
        ValueKind::Structures(inner) => (Place::List(inner()), Slot::Structure),
        ValueKind::States => (Place::States, Slot::Structure),
        ValueKind::Texts => (Place::Leaf(Slot::Structure), Slot::Structure),
        ValueKind::Template | ValueKind::Templates => leaf(Slot::Payload),
        ValueKind::Number => leaf(Slot::Number),
        ValueKind::Bool => leaf(Slot::Flag),
        ValueKind::Text | ValueKind::Word(_) | ValueKind::Path => leaf(Slot::Text),
    }
}

/// A definition without the unknown values that an execution can do without.
#[derive(Debug)]
#[non_exhaustive]
pub struct KnownPart {
    /// The definition.
    pub json: Json,
    /// The values that were left out.
    pub omitted: Vec<UnknownValue>,
    /// The values that remain as the text of their placeholder.
    pub unevaluated: Vec<UnknownValue>,
}

/// Returns the part of a definition that is known before its template is deployed. `value` returns
/// the text of a placeholder's value.
///
/// A `Wait` without its time waits for zero seconds. Retriers, catchers, Choice rules, timeouts and
/// other fields with an unknown value are left out. In payloads and texts, the placeholder remains
/// as a text.
pub fn known_part(document: &Document, value: &dyn Fn(&str) -> Option<String>) -> KnownPart {
    let mut json = document.json().clone();
    let (mut omitted, mut unevaluated) = (Vec::new(), Vec::new());
    // From the last to the first, so that the indices of the remaining ones do not change.
    let mut unknown_values = UnknownValue::all(document);
    unknown_values.extend(quoted(document, &unknown_values));
    unknown_values.sort_by_key(|unknown| order(document.json(), &unknown.pointer));
    for unknown in unknown_values.into_iter().rev() {
        let text = document.json().pointer(&unknown.pointer);
        let text = text.and_then(Json::as_str).unwrap_or_default();
        if let Some(known) = filled(text, value) {
            if let Some(place) = json.pointer_mut(&unknown.pointer) {
                *place = known;
            }
            continue;
        }
        if omit(&mut json, &unknown) {
            omitted.push(unknown)
        } else {
            unevaluated.push(unknown)
        }
    }
    omitted.reverse();
    unevaluated.reverse();
    KnownPart {
        json,
        omitted,
        unevaluated,
    }
}

/// Returns the placeholders in quotes, in document order, of fields that need a number or a flag: a
/// template engine replaces the text.
fn quoted(document: &Document, known: &[UnknownValue]) -> Vec<UnknownValue> {
    let known: HashSet<&str> = known.iter().map(|known| known.pointer.as_str()).collect();
    let mut found = Vec::new();
    let mut open = vec![(String::new(), document.json())];
    while let Some((pointer, json)) = open.pop() {
        match json {
            Json::String(text) if is_substitution(text) && jsonata::strip(text).is_none() => {
                let slot = slot(document.json(), &pointer);
                if matches!(slot, Slot::Number | Slot::Flag) && !known.contains(pointer.as_str()) {
                    found.push(UnknownValue { pointer, slot });
                }
            }
            Json::Array(items) => open.extend(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| (format!("{pointer}/{index}"), item)),
            ),
            Json::Object(members) => open.extend(
                members
                    .iter()
                    .map(|(key, value)| (format!("{pointer}/{}", escape(key)), value)),
            ),
            _ => {}
        }
    }
    found
}

/// Returns the position of a value in the document: the number of each member and item on the way.
fn order(definition: &Json, pointer: &str) -> Vec<usize> {
    let mut json = Some(definition);
    let segments = segments(pointer).into_iter().flatten();
    segments
        .map(|segment| {
            let (at, next) = match json {
                Some(Json::Object(members)) => (
                    members.get_index_of(segment.as_ref()),
                    members.get(segment.as_ref()),
                ),
                Some(Json::Array(items)) => {
                    let at = index(&segment);
                    (at, at.and_then(|at| items.get(at)))
                }
                _ => (None, None),
            };
            json = next;
            at.unwrap_or(usize::MAX)
        })
        .collect()
}

/// The value of a text with placeholders, if all of them have one and the result is JSON.
fn filled(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<Json> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let end = start + rest[start..].find('}')?;
        filled.push_str(&rest[..start]);
        filled.push_str(&value(rest[start + 2..end].trim())?);
        rest = &rest[end + 1..];
    }
    filled.push_str(rest);
    filled.parse().ok()
}

/// Removes a value. Returns `false` if it remains as a text.
fn omit(json: &mut Json, unknown: &UnknownValue) -> bool {
    let (parent, key) = unknown.pointer.rsplit_once('/').unwrap_or_default();
    let is_payload = matches!(unknown.slot, Slot::Text | Slot::Payload);
    match (unknown.slot, key) {
        (Slot::Text, "Timestamp") | (Slot::Number, "Seconds") => {
            if let Some(Json::Object(state)) = json.pointer_mut(parent) {
                state.shift_remove(key);
                state.insert("Seconds".to_owned(), 0.into());
            }
        }
        (Slot::Definition | Slot::State, _) => {}
        (Slot::Flag, "End") => {
            if let Some(Json::Object(state)) = json.pointer_mut(parent) {
                state.shift_remove("End");
                if !state.contains_key("Next") {
                    state.insert("End".to_owned(), true.into());
                }
            }
        }
        (Slot::Operand, _) => remove(json, rule_around(parent).unwrap_or(&unknown.pointer)),
        _ if is_payload => return false,
        _ => remove(json, &unknown.pointer),
    }
    true
}

/// The pointer of the outermost Choice rule around a comparison.
fn rule_around(pointer: &str) -> Option<&str> {
    let start = pointer.rfind("/Choices/")? + "/Choices/".len();
    let end = pointer[start..].find('/');
    Some(end.map_or(pointer, |end| &pointer[..start + end]))
}

fn remove(json: &mut Json, pointer: &str) {
    let Some((parent, _)) = pointer.rsplit_once('/') else {
        return;
    };
    let key = segments(&pointer[parent.len()..]).and_then(|mut all| all.next());
    match (json.pointer_mut(parent), key) {
        (Some(Json::Object(members)), Some(key)) => {
            members.shift_remove(key.as_ref());
        }
        (Some(Json::Array(items)), Some(key)) => {
            if let Some(index) = index(&key).filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}
