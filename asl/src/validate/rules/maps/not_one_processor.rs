//! Reports a Map state without states to run for each item, or with two sets of them.

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
        match (map.has("ItemProcessor"), map.has("Iterator")) {
            (false, false) => {
                let message = "These fields are required: [ItemProcessor]";
                let entry = report.add(&map.pointer, message).at_key();
                entry.choices(|| {
                    let name = state_fixes::fresh_name(definition, "Process item");
                    let mode = json!({"Mode": "INLINE"});
                    let mut processor = Object::new();
                    processor.insert("ProcessorConfig".to_owned(), mode);
                    let container = state_fixes::container(&name);
                    processor.extend(container.as_object().cloned().unwrap_or_default());
                    [field_fixes::add(
                        map,
                        "ItemProcessor",
                        Json::Object(processor),
                    )]
                });
            }
            (true, true) => {
                let message = "a Map has either `ItemProcessor` or `Iterator`, which is its old name, not both";
                let fields = Box::new(["ItemProcessor", "Iterator"]);
                report
                    .add(&map.pointer, message)
                    .service(ServiceText::OnlyOneOf(fields))
                    .at_key()
                    .choices(|| field_fixes::either(map, "ItemProcessor", "Iterator"));
            }
            _ => {}
        }
    }
}
