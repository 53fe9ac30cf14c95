use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW101",
    name: "not-one-processor",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Map has neither or both of `ItemProcessor` and `Iterator`.",
    doc: "`Iterator` is the old name of `ItemProcessor`; a Map has one of them.",
    source: source::MAP,
    check: processor,
};

fn processor(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in definition.parts_of("Map") {
        let message = match (map.has("ItemProcessor"), map.has("Iterator")) {
            (false, false) => "These fields are required: [ItemProcessor]",
            (true, true) => {
                "a Map has either `ItemProcessor` or `Iterator`, which is its old name, not both"
            }
            _ => continue,
        };
        report.add(&map.pointer, message).at_key();
    }
}
