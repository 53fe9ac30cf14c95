//! The explorer reads each computed field of each type of state.

use std::collections::BTreeSet;

use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::{FieldInfo, QueryLanguage, Schema, State, StateKind, ValueKind};
use stepwright_explore::DerivedSchemas;
use stepwright_interpreter::program::{FieldStage, StateFields};

const BODY: &str = r#"{"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "End": true}}}"#;
const DISTRIBUTED: &str = r#"{"StartAt": "Inner", "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "States": {"Inner": {"Type": "Pass", "End": true}}}"#;

/// Writes states from the tables of their fields. Each computed field reads a separate member of
/// the input of the execution: `m0`, `m1`, ..
struct StateWriter {
    language: QueryLanguage,
    is_distributed: bool,
    members: usize,
}

impl StateWriter {
    fn state(&mut self, kind: StateKind, absent: Option<&str>) -> Object {
        let mut state = self.structure(kind.schema());
        state.insert("Type".to_owned(), kind.as_str().into());
        if let Some(absent) = absent {
            state.shift_remove(absent);
        }
        state
    }

    fn structure(&mut self, schema: &'static Schema) -> Object {
        let mut object = Object::new();
        for field in schema.fields {
            if field.language.is_none_or(|only| only == self.language)
                && let Some(value) = self.value(field, schema)
            {
                object.insert(field.name.to_owned(), value);
            }
        }
        if schema.has("NumericLessThanPath") && self.language == QueryLanguage::JsonPath {
            let path = self.path();
            object.insert("NumericLessThanPath".to_owned(), path);
        }
        object
    }

    fn value(&mut self, field: &FieldInfo, schema: &'static Schema) -> Option<Json> {
        let is_jsonata = self.language == QueryLanguage::Jsonata;
        Some(match (field.name, field.kind) {
            // They read nothing, or exclude other fields.
            ("And" | "Or" | "Not" | "Retry" | "End" | "QueryLanguage" | "Comment", _) => {
                return None;
            }
            ("ResultPath", _) => "$.result".into(),
            ("Result", _) => "literal".into(),
            ("Next" | "Default", _) => "Done".into(),
            ("Resource", _) => "arn:aws:states:::lambda:invoke".into(),
            ("CSVHeaderLocation", _) => "GIVEN".into(),
            ("ErrorEquals", _) => ["States.ALL"].into_iter().map(Json::from).collect(),
            ("Branches", _) => [BODY.parse::<Json>().expect("is JSON")]
                .into_iter()
                .collect(),
            ("ItemProcessor", _) if self.is_distributed => DISTRIBUTED.parse().expect("is JSON"),
            ("ItemProcessor" | "Iterator", _) => BODY.parse().expect("is JSON"),
            ("Variable", _) => self.path(),
            (name, ValueKind::Text) if name.ends_with("Path") => self.path(),
            ("Timestamp" | "Error" | "Cause" | "Condition" | "Items", _) if is_jsonata => {
                self.expression()
            }
            (_, ValueKind::Text) => "text".into(),
            (_, ValueKind::Word(words)) => (*words.first()?).into(),
            (_, ValueKind::Path) => self.path(),
            (_, ValueKind::Number) if is_jsonata => self.expression(),
            (name, ValueKind::Number) if schema.has(&format!("{name}Path")) => return None,
            (_, ValueKind::Number) => 1.into(),
            (_, ValueKind::Template | ValueKind::Templates) if is_jsonata => {
                let member = ("value".to_owned(), self.expression());
                Json::Object([member].into_iter().collect())
            }
            (_, ValueKind::Template | ValueKind::Templates) => {
                let member = ("value.$".to_owned(), self.path());
                Json::Object([member].into_iter().collect())
            }
            (_, ValueKind::Structure(schema)) => Json::Object(self.structure(schema())),
            (_, ValueKind::Structures(schema)) => [Json::Object(self.structure(schema()))]
                .into_iter()
                .collect(),
            (_, ValueKind::Bool | ValueKind::Texts | ValueKind::States) => return None,
        })
    }

    fn member(&mut self) -> String {
        self.members += 1;
        format!("Execution.Input.m{}", self.members)
    }

    fn path(&mut self) -> Json {
        format!("$$.{}", self.member()).into()
    }

    fn expression(&mut self) -> Json {
        format!("{{% $states.context.{} %}}", self.member()).into()
    }
}

/// The members of the input in a text.
fn members_in(text: &str) -> impl Iterator<Item = String> {
    let found = text.split("Execution.Input.").skip(1);
    found.map(|rest| {
        rest.chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect()
    })
}

#[test]
fn each_computed_field_of_a_state_is_read() {
    let mut ignored = BTreeSet::new();
    let mut count = 0;
    for language in [QueryLanguage::JsonPath, QueryLanguage::Jsonata] {
        for (kind, is_distributed) in StateKind::ALL
            .iter()
            .map(|kind| (*kind, false))
            .chain([(StateKind::Map, true)])
        {
            // Some fields exclude others: each one is absent once.
            let fields = kind.schema().fields.iter().map(|field| Some(field.name));
            for absent in fields.chain([None]) {
                let mut writer = StateWriter {
                    language,
                    is_distributed,
                    members: 0,
                };
                let object = Json::Object(writer.state(kind, absent));
                let Ok(state) = State::from_value(&object) else {
                    continue;
                };
                let name = language.as_str();
                let definition = format!(
                    r#"{{"QueryLanguage": "{name}", "StartAt": "First", "States": {{"First": {object}, "Done": {{"Type": "Succeed"}}}}}}"#
                );
                let definition: Json = definition.parse().expect("is JSON");
                let input = DerivedSchemas::of(&definition).input.to_string();
                for field in StateFields::of(&state, language).iter() {
                    if field.stage == FieldStage::Ignored {
                        continue;
                    }
                    for member in members_in(&field.text()) {
                        count += 1;
                        if !input.contains(&format!("\"{member}\":")) {
                            ignored.insert(format!("{name} {} {}", kind.as_str(), field.pointer));
                        }
                    }
                }
            }
        }
    }
    assert!(count > 1000, "{count} fields");
    assert!(ignored.is_empty(), "{ignored:#?}");
}
