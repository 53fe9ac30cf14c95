//! Reports a `${placeholder}` that the list of the project does not contain.

use crate::placeholder::names;
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW005",
    name: "unknown-placeholder",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A `${placeholder}` is not one of the known placeholders of the project.",
    doc: "Without a list of the known placeholders, nothing is reported: `known-placeholders` in `stepwright.toml`, or `Validator::with_known_placeholders`. A template engine that does not know a placeholder leaves it in the definition or stops the deployment. Definitions inside templates and Terraform files are not checked by this rule, because `stepwright placeholders` compares them with the values that the file supplies.",
    source: source::STRUCTURE,
    check: unknown_placeholder,
};

fn unknown_placeholder(definition: &Definition<'_>, report: &mut Report<'_>) {
    let Some(known) = &definition.known.placeholders else {
        return;
    };
    let mut open = vec![(Pointer::ROOT, definition.document.json())];
    while let Some((pointer, json)) = open.pop() {
        match json {
            Json::String(text) => {
                for name in names(text).filter(|name| !known.contains(*name)) {
                    let message = format!("`${{{name}}}` is not a known placeholder");
                    let text = text.as_str();
                    report
                        .add(&pointer, message)
                        .meant(name, known.iter().map(String::as_str))
                        .fix_meant(|meant| {
                            let (old, new) = (format!("${{{name}}}"), format!("${{{meant}}}"));
                            let edit = Edit::replace(&pointer, text.replace(&old, &new));
                            Some(Fix::risky(format!("replace `{old}` with `{new}`"), edit))
                        });
                }
            }
            Json::Array(items) => {
                let items = items.iter().enumerate().rev();
                open.extend(items.map(|(index, item)| (pointer.index(index), item)));
            }
            Json::Object(object) => {
                let members = object.iter().rev();
                open.extend(members.map(|(key, member)| (pointer.key(key), member)));
            }
            _ => {}
        }
    }
}
