//! Reports a JSONPath state in a machine whose query language is JSONata.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW120",
    name: "jsonpath-in-jsonata-machine",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A state of a JSONata machine has `\"QueryLanguage\": \"JSONPath\"`.",
    doc: "In a JSONata machine every state is JSONata. To mix the languages, leave the machine JSONPath and give the JSONata states their own `QueryLanguage`.",
    source: source::JSONATA,
    check: downgrade,
};

fn downgrade(definition: &Definition<'_>, report: &mut Report<'_>) {
    if definition.language != QueryLanguage::Jsonata {
        return;
    }
    for part in definition.parts.iter().filter(|part| part.is_state()) {
        if part.text("QueryLanguage") == Some(QueryLanguage::JsonPath.as_str()) {
            let message =
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
            report
                .add(&part.pointer, message)
                .at_value(&part.at("QueryLanguage"))
                .suggest("leave the machine JSONPath and give the JSONata states their own `QueryLanguage`".to_owned())
                .choices(|| {
                    let fields = part.members();
                    let mut only = fields.filter_map(|(.., field)| field?.language);
                    let fits = only.all(|only| only == QueryLanguage::Jsonata);
                    let edit = field_fixes::remove_edit(part, "QueryLanguage");
                    let title = "remove `QueryLanguage`: the state is JSONata as well";
                    fits.then(|| Fix::choice(title, [edit]))
                });
        }
    }
}
