//! Reports a Task whose `Credentials` do not name the role to assume.

use crate::validate::rules::prelude::*;

use super::tasks;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW045",
    name: "invalid-credentials",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "`Credentials` is not an object with a string `RoleArn`.",
    doc: "A Task assumes the role in `Credentials.RoleArn`, or in `RoleArn.$` in JSONPath.",
    source: source::CREDENTIALS,
    check: credentials,
};

/// A role that a template engine fills in.
const ROLE: &str = "${RoleArn}";

fn credentials(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        let pointer = task.at("Credentials");
        match task.object.get("Credentials") {
            None => {}
            Some(Json::String(text)) if is_substitution(text) => {}
            Some(Json::Object(object)) => {
                let computed =
                    task.language == QueryLanguage::JsonPath && object.contains_key("RoleArn.$");
                match object.get("RoleArn") {
                    None if !computed => {
                        let message = "The field 'RoleArn' is required but was missing";
                        report.add(pointer.clone(), message).choices(|| {
                            let edit = Edit::insert(pointer.key("RoleArn"), ROLE);
                            let title = format!("add `\"RoleArn\": \"{ROLE}\"`");
                            [
                                Fix::choice(title, [edit]),
                                field_fixes::remove(task, "Credentials"),
                            ]
                        });
                    }
                    None | Some(Json::String(_)) => {}
                    Some(other) => {
                        let message = format!("expected a string, found {}", other.noun());
                        report
                            .add(pointer.key("RoleArn"), message)
                            .service(ServiceText::WrongType("String"))
                            .choices(|| {
                                [
                                    field_fixes::replace(pointer.key("RoleArn"), ROLE),
                                    field_fixes::remove(task, "Credentials"),
                                ]
                            });
                    }
                }
            }
            Some(other) => {
                let message = format!("expected an object, found {}", other.noun());
                report
                    .add(&pointer, message)
                    .service(ServiceText::WrongType("Object"))
                    .choices(|| {
                        let role = other.as_str().unwrap_or(ROLE);
                        [
                            field_fixes::replace(&pointer, json!({"RoleArn": role})),
                            field_fixes::remove(task, "Credentials"),
                        ]
                    });
            }
        }
    }
}
