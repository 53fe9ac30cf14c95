use crate::validate::rules::prelude::*;

use super::{lacks_payload, payload};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW107",
    name: "incomplete-reader-or-writer",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "An `ItemReader` has no `Resource`, or an `ItemReader` or `ResultWriter` has only one of `Resource` and `Parameters` (`Arguments` in JSONata).",
    doc: "`Resource` is the API action; `Parameters` name the bucket and the key that it reads or writes. The field's name depends on the query language of the Map: `Parameters` in JSONPath, `Arguments` in JSONata.",
    source: source::WRITER,
    check: required,
};

fn required(definition: &Definition<'_>, report: &mut Report<'_>) {
    let readers = definition.parts_of("ItemReader");
    let all = readers.chain(definition.parts_of("ResultWriter"));
    for part in all {
        if lacks_resource(part) {
            report.add(&part.pointer, "These fields are required: [Resource]");
        }
        if !lacks_payload(part) {
            continue;
        }
        let (field, other) = payload(part.language);
        let message = format!("These fields are required: [{field}]");
        let language = part.language;
        let entry = report.add(&part.pointer, message);
        if part.has(other) {
            entry.suggest(format!("in {language} `{other}` is called `{field}`"));
        }
    }
}

/// Whether a part is a reader or writer without a `Resource`.
fn lacks_resource(part: &DefinitionPart<'_>) -> bool {
    let needs = part.is("ItemReader") || part.has("Parameters") || part.has("Arguments");
    needs && !part.has("Resource")
}
