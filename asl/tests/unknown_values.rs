//! Placeholders without quotes: values of any type that a template computes.
//!
//! <https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/591>: `"TimeoutSeconds": ${Limit}` is replaced before AWS parses
//! the definition.

use std::collections::BTreeSet;

use stepwright_asl::StateMachine;
use stepwright_asl::json::{Document, Json, Object};
use stepwright_asl::validate::{Diagnostics, MachineType, Validator};

/// Definitions without errors, with their types.
fn definitions() -> Vec<(MachineType, Json)> {
    let rows = include_str!("definitions/accepted.jsonl").lines();
    let rows = rows.filter_map(|row| {
        let row: Json = row.parse().expect("each line is JSON");
        let is_express = row.get("type").and_then(Json::as_str) == Some("EXPRESS");
        let definition = row.get("definition")?;
        let definition = match definition.as_str() {
            Some(text) => text.parse().ok()?,
            None => definition.clone(),
        };
        let machine_type = if is_express {
            MachineType::Express
        } else {
            MachineType::Standard
        };
        Some((machine_type, definition))
    });
    rows.collect()
}

/// A string that is in no definition.
const MARK: &str = "unknown-7d1f";

/// All forms of a value in which a part is `MARK`: for each value, and if `members` for each
/// member, one.
fn replaced(json: &Json, members: bool) -> Vec<Json> {
    let mut forms = vec![Json::from(MARK)];
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                forms.extend(replaced(item, members).into_iter().map(|form| {
                    let mut items = items.clone();
                    items[index] = form;
                    Json::Array(items)
                }));
            }
        }
        Json::Object(object) => {
            for (key, value) in object {
                forms.extend(replaced(value, members).into_iter().map(|form| {
                    let mut object = object.clone();
                    object.insert(key.clone(), form);
                    Json::Object(object)
                }));
                if members {
                    let form = object.iter().map(|(other, value)| {
                        if other == key {
                            (MARK.to_owned(), Json::from(MARK))
                        } else {
                            (other.clone(), value.clone())
                        }
                    });
                    forms.push(Json::Object(form.collect::<Object>()));
                }
            }
        }
        _ => {}
    }
    forms
}

fn codes(diagnostics: &Diagnostics) -> BTreeSet<&str> {
    let codes = diagnostics.iter();
    codes
        .map(|diagnostic| diagnostic.code.unwrap_or_default())
        .collect()
}

/// A text in which placeholders replace the marks, and members that are marks.
fn text_of(json: &Json) -> String {
    let text = json.to_string();
    let member = format!("\"{MARK}\":\"{MARK}\"");
    let text = text.replace(&member, "${More}");
    text.replace(&format!("\"{MARK}\""), "${A.Value}")
}

#[test]
fn a_valid_definition_stays_valid_if_a_template_computes_any_of_its_values_or_members() {
    let mut faults = Vec::new();
    let mut checked = 0;
    for (machine_type, definition) in definitions() {
        let validator = Validator::new(machine_type);
        let before = validator.check_text(&definition.to_string());
        let has_model = StateMachine::from_value(&definition).is_ok();
        for form in replaced(&definition, true) {
            let text = text_of(&form);
            let document = Document::parse_with_placeholders(&text)
                .unwrap_or_else(|error| panic!("{text}\n{error}"));
            assert_eq!(document.unknown_values().len(), 1, "{text}");
            let after = validator.check(&document);
            checked += 1;
            if !codes(&after).is_subset(&codes(&before)) {
                faults.push(format!("{text}\n{after}"));
            }
            if let Err(diagnostics) = StateMachine::from_document(&document)
                && has_model
                && !document.is_unknown("")
            {
                faults.push(format!("the model of {text}\n{diagnostics}"));
            }
        }
    }
    assert!(checked > 5_000, "{checked}");
    faults.truncate(40);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
