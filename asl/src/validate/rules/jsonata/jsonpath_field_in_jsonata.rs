//! Reports a field such as `Parameters` in a state that uses JSONata.

use crate::validate::rules::prelude::*;

use super::foreign_field::foreign;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
