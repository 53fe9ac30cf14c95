//! Reports `QueryLanguage` in a branch or an item processor.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
                .service_at(
                    ServiceText::UnsupportedField("QueryLanguage".into()),
                    ServiceLocation::Parent,
                )
                .at_key()
                .suggest("the states inside use the machine's language; set `QueryLanguage` on a state to change it".to_owned())
                .fix(fix)
                .choices(|| [field_fixes::remove(part, "QueryLanguage")]);
        }
    }
}
