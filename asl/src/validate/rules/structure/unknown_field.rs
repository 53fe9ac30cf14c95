use crate::model::Operator;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW014",
    name: "unknown-field",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A machine, a state or a part of one has an unknown field.",
    doc: "AWS rejects unknown fields on the machine, on states, and on retriers, catchers, choice rules and the other objects with named fields. `Comment` is allowed everywhere. Payload templates may have any fields.",
    source: source::STATES,
    check: unknown_field,
};

fn unknown_field(definition: &Definition<'_>, report: &mut Report<'_>) {
    for part in &definition.parts {
        for (key, _, field) in part.members() {
            let known = field.is_some() || part.schema.has(key) || key == "Comment";
            if known || has_own_rule(part, key) || is_substitution(key) {
                continue;
            }
            let fields = part.schema.fields.iter().map(|field| field.name);
            let operators = Operator::ALL.iter().map(|operator| operator.name());
            let names = fields.chain(operators.filter(|name| part.schema.has(name)));
            report
                .add(part.at(key), format!("Field '{key}' is not supported"))
                .service_at(
                    ServiceText::UnsupportedField(key.into()),
                    ServiceLocation::Parent,
                )
                .at_key()
                .meant(key, names)
                .fix_meant(|meant| proposals::correct_field(part, key, meant));
        }
    }
}

/// Whether another rule reports this field in more detail.
fn has_own_rule(part: &DefinitionPart<'_>, key: &str) -> bool {
    match key {
        "Next" | "End" => part.is_state(),
        "InputPath" | "OutputPath" => part.is("Fail"),
        _ => false,
    }
}
