//! Query languages and the fields that belong to one.

use crate::diagnostic::Severity;
use crate::edit::Edit;
use crate::fix::Fix;
use crate::model::QueryLanguage;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

use super::distributed::lacks_payload;

pub(super) const DOWNGRADE: Rule = Rule {
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
                .suggest(Some(
                    "leave the machine JSONPath and give the JSONata states their own `QueryLanguage`".to_owned(),
                ));
        }
    }
}

pub(super) const JSONATA_ONLY: Rule = Rule {
    id: "SW121",
    name: "jsonata-field-in-jsonpath",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A JSONPath state has a field that only JSONata has.",
    doc: "`Arguments`, `Output`, `Items` and `Condition` belong to JSONata. JSONPath has `Parameters`, `ResultSelector`, `ResultPath`, `OutputPath`, `ItemsPath`, and `Variable` with a comparison.",
    source: source::JSONATA,
    check: |definition, report| foreign(definition, report, QueryLanguage::Jsonata),
};

pub(super) const JSONPATH_ONLY: Rule = Rule {
    id: "SW122",
    name: "jsonpath-field-in-jsonata",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A JSONata state has a field that only JSONPath has.",
    doc: "`InputPath`, `Parameters`, `Result`, `ResultSelector`, `ResultPath`, `OutputPath` and the other fields that are paths belong to JSONPath.",
    source: source::JSONATA,
    check: |definition, report| foreign(definition, report, QueryLanguage::JsonPath),
};

fn foreign(definition: &Definition<'_>, report: &mut Report<'_>, only: QueryLanguage) {
    for part in definition.parts.iter().filter(|part| part.language != only) {
        // Other rules report fields that a JSONata rule must not have, and a payload under the name of the other language.
        if (part.is("ChoiceRule") && only == QueryLanguage::JsonPath) || lacks_payload(part) {
            continue;
        }
        for (key, _, field) in part.members() {
            if field.is_none_or(|field| field.language != Some(only)) {
                continue;
            }
            let message =
                format!("The field '{key}' is only supported for the '{only}' QueryLanguage");
            report
                .add(part.at(key), message)
                .at_key()
                .suggest(instead(key, only).map(str::to_owned));
        }
    }
}

/// The field of the other language with the same purpose.
fn instead(field: &str, language: QueryLanguage) -> Option<&'static str> {
    Some(match (language, field) {
        (QueryLanguage::Jsonata, "Arguments") => "JSONPath has `Parameters`",
        (QueryLanguage::Jsonata, "Output") => {
            "JSONPath has `ResultSelector`, `ResultPath` and `OutputPath`"
        }
        (QueryLanguage::Jsonata, "Items") => "JSONPath has `ItemsPath`",
        (QueryLanguage::Jsonata, "Condition") => "JSONPath has `Variable` and a comparison",
        (QueryLanguage::JsonPath, "Parameters") => {
            "JSONata has `Arguments`; a Pass builds its `Output`"
        }
        (QueryLanguage::JsonPath, "Result" | "ResultSelector" | "ResultPath" | "OutputPath") => {
            "JSONata has `Output`"
        }
        (QueryLanguage::JsonPath, "InputPath") => "expressions read `$states.input`",
        (QueryLanguage::JsonPath, "ItemsPath") => "JSONata has `Items`",
        (QueryLanguage::JsonPath, field) if field.ends_with("Path") => {
            "the field without `Path` takes an expression"
        }
        _ => return None,
    })
}

pub(super) const IN_PROCESSOR: Rule = Rule {
    id: "SW123",
    name: "misplaced-query-language",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A processor or branch has `QueryLanguage`; only the machine and states have it.",
    doc: "The states inside use the machine's language, not that of the surrounding Map or Parallel, or set their own.",
    source: source::JSONATA,
    check: in_processor,
};

fn in_processor(definition: &Definition<'_>, report: &mut Report<'_>) {
    let processors = definition.parts_of("Processor");
    for part in processors.chain(definition.parts_of("Branch")) {
        if part.has("QueryLanguage") {
            // The states inside have the machine's language in any case.
            let is_same = part.text("QueryLanguage") == Some(definition.language.as_str());
            let edit = Edit::remove(part.at("QueryLanguage"));
            let fix = is_same.then(|| Fix::safe("remove `QueryLanguage`", edit));
            report
                .add(
                    part.at("QueryLanguage"),
                    "Field 'QueryLanguage' is not supported",
                )
                .at_key()
                .suggest(Some(
                    "the states inside use the machine's language; set `QueryLanguage` on a state to change it".to_owned(),
                ))
                .fix(fix);
        }
    }
}
