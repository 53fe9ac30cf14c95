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
                        report.add(pointer, "The field 'RoleArn' is required but was missing");
                    }
                    None | Some(Json::String(_)) => {}
                    Some(other) => {
                        let message = format!("expected a string, found {}", other.noun());
                        report
                            .add(pointer.key("RoleArn"), message)
                            .service(ServiceText::WrongType("String"));
                    }
                }
            }
            Some(other) => {
                let message = format!("expected an object, found {}", other.noun());
                report
                    .add(pointer, message)
                    .service(ServiceText::WrongType("Object"));
            }
        }
    }
}
