//! Distributed Maps: the settings of readers and writers, batches.

use super::fault;
use crate::expr::{Expr, ExprNode, Text};
use crate::flow::{Access, Distributed, FlowStateKind, Map, State};
use crate::shape::{Fields, Shape};
use crate::workflow::{AtSource, WorkflowDiagnostic};
use serde_json::Value;
use std::collections::HashSet;
use stepwright_asl::limits::{READER, Setting, SettingType, WRITER};
use stepwright_asl::similar::did_you_mean;

/// Runs the rules of this file.
pub(super) fn rules(state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    let FlowStateKind::Map(map) = &state.kind else {
        return;
    };
    let Some(distributed) = &map.distributed else {
        return;
    };
    if let Some(reader) = &distributed.reader {
        let reader = Of {
            state,
            config: "ReaderConfig",
            known: READER,
            access: reader,
        };
        reader.settings_fit(faults);
        reader.headers_are_given(faults);
    }
    if let Some(writer) = &distributed.writer {
        let writer = Of {
            state,
            config: "WriterConfig",
            known: WRITER,
            access: writer,
        };
        writer.settings_fit(faults);
        writer.what_is_needed_is_there(faults);
    }
    batches_are_batches(state, map, distributed, faults);
    if let Some(place) = state.exhaustive {
        let message = "a Distributed Map never fails with the error of an item, so there is nothing to name all of: leave \
                       `.exhaustive()` out, and catch `States::EXCEED_TOLERATED_FAILURE_THRESHOLD`";
        faults.push(fault(state, message).at(Some(place)));
    }
}

/// A reader or a writer of a state.
struct Of<'s> {
    state: &'s State,
    config: &'static str,
    known: &'static [Setting],
    access: &'s Access,
}

impl Of<'_> {
    fn say(&self, message: String, faults: &mut Vec<WorkflowDiagnostic>) {
        faults.push(fault(self.state, message));
    }

    fn value(&self, field: &str) -> Option<&Expr> {
        let mut settings = self.access.settings.iter();
        settings
            .find(|(name, _)| name == field)
            .map(|(_, value)| value)
    }

    /// Each setting exists in ASL, is set once, and has a value that AWS accepts.
    fn settings_fit(&self, faults: &mut Vec<WorkflowDiagnostic>) {
        let mut seen: HashSet<&Text> = HashSet::new();
        for (name, value) in &self.access.settings {
            if !seen.insert(name) {
                self.say(
                    format!("`.setting(\"{name}\", ..)` is called twice"),
                    faults,
                );
                continue;
            }
            let Some(setting) = self.known.iter().find(|setting| setting.field == *name) else {
                let fields: Vec<&str> = self.known.iter().map(|setting| setting.field).collect();
                let hint = match did_you_mean(name, fields.iter().copied()) {
                    Some(close) => format!(", {close}"),
                    None => format!("; there are `{}`", fields.join("`, `")),
                };
                let config = self.config;
                self.say(format!("`{config}` has no field `{name}`{hint}"), faults);
                continue;
            };
            if let ExprNode::Literal(value) = value.untyped()
                && let Some(wanted) = unfit(&setting.takes, value)
            {
                self.say(
                    format!("`.setting(\"{name}\", ..)` is {wanted}; this is {value}"),
                    faults,
                );
            }
        }
    }

    /// The headers are listed if their location is `GIVEN`, and only then.
    fn headers_are_given(&self, faults: &mut Vec<WorkflowDiagnostic>) {
        let location = self.value("CSVHeaderLocation");
        let is_given = location.is_some_and(
            |value| matches!(value.untyped(), ExprNode::Literal(Value::String(word)) if word == "GIVEN"),
        );
        match (is_given, self.value("CSVHeaders")) {
            (true, None) => self.say(
                "the headers are missing; list them with `.setting(\"CSVHeaders\", vec![\"id\", \"name\"])`".to_owned(),
                faults,
            ),
            (false, Some(_)) => self.say(
                "headers are listed, but their location is not `GIVEN`; add `.setting(\"CSVHeaderLocation\", \"GIVEN\")`".to_owned(),
                faults,
            ),
            _ => {}
        }
    }

    /// If there are settings, the required ones are among them.
    fn what_is_needed_is_there(&self, faults: &mut Vec<WorkflowDiagnostic>) {
        let Some((first, _)) = self.access.settings.first() else {
            return;
        };
        for needed in self.known.iter().filter(|setting| setting.required) {
            if self.value(needed.field).is_none() {
                let field = needed.field;
                self.say(
                    format!("`{first}` also needs `.setting(\"{field}\", ..)`"),
                    faults,
                );
            }
        }
    }
}

/// The values that AWS accepts, if this value is not one of them.
fn unfit(takes: &SettingType, value: &Value) -> Option<String> {
    match takes {
        SettingType::Word(words) => {
            let word = value.as_str().unwrap_or_default();
            (!words.contains(&word)).then(|| {
                let close = did_you_mean(word, words.iter().copied());
                let close = close.map_or(String::new(), |close| format!(", {close}"));
                format!("one of `{}`{close}", words.join("`, `"))
            })
        }
        SettingType::Number(least, most) => {
            let fits = |number: u64| number >= *least && most.is_none_or(|most| number <= most);
            (!value.as_u64().is_some_and(fits)).then(|| match most {
                Some(most) => format!("a whole number from {least} to {most}"),
                None => format!("a whole number, {least} at least"),
            })
        }
        SettingType::Text => (!value.is_string()).then(|| "a text".to_owned()),
        SettingType::List => {
            let is_list = value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_string));
            (!is_list).then(|| "a list of texts".to_owned())
        }
    }
}

/// A map with batches, and only such a map, has a body with a `Batch<Item>`.
fn batches_are_batches(
    state: &State,
    map: &Map,
    distributed: &Distributed,
    faults: &mut Vec<WorkflowDiagnostic>,
) {
    if distributed.reader.is_some()
        && distributed.batch.is_none()
        && let Some(Shape::Struct(item)) = map.shape.map(|shape| shape().plain())
        && item.name == "Batch"
        && let Fields::Named(fields) = &item.fields
        && fields.iter().any(|field| field.wire == "BatchInput")
    {
        let message = "the items of this map are single, and its body takes a `Batch`: call `distributed_map_of_in_batches`, or \
                       name the type of one item";
        faults.push(fault(state, message));
    }
}
