//! Reports a field such as `Arguments` in a state that uses JSONPath.

use crate::validate::rules::prelude::*;

use super::foreign_field::foreign;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
