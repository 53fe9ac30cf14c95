//! Reports a field that AWS does not have at this location, such as a misspelled one.

use crate::model::{Operator, Schema, ValueKind};
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
                .fix_meant(|meant| proposals::correct_field(part, key, meant))
                .choices(|| {
                    let moved = moved(definition, part, key);
                    moved.into_iter().chain([field_fixes::remove(part, key)])
                });
        }
    }
}

/// Moves a field to where fields of this name are: into an object of this part, or to the state
/// that contains the part.
fn moved(definition: &Definition<'_>, part: &DefinitionPart<'_>, key: &str) -> Vec<Fix> {
    let Some(value) = part.get(key) else {
        return Vec::new();
    };
    let fits = |schema: &Schema, object: &Object, language: QueryLanguage| {
        let field = schema.field(key);
        !object.contains_key(key)
            && field.is_some_and(|field| {
                field.kind.accepts(value) && field.language.is_none_or(|only| only == language)
            })
    };
    let to = |title: String, object: String| {
        let edits = [
            field_fixes::remove_edit(part, key),
            Edit::insert(field_fixes::member(object, key), value.clone()),
        ];
        Fix::choice(title, edits)
    };
    let mut fixes = Vec::new();
    for (name, inner, field) in part.members() {
        if let (Some(ValueKind::Structure(schema)), Some(object)) =
            (field.map(|field| field.kind), inner.as_object())
            && fits(schema(), object, part.language)
        {
            let title = format!("move `{key}` into `{name}`");
            fixes.push(to(title, part.pointer.key(name).to_string()));
        }
    }
    let state = part.state.map(|state| &definition.graph.states()[state]);
    let is_transition = matches!(key, "Next" | "End");
    if let Some(state) = state.filter(|_| !part.is_state() && !is_transition)
        && let Some(kind) = state.kind
        && fits(kind.schema(), state.object, part.language)
    {
        let title = format!("move `{key}` to state `{}`", state.name);
        fixes.push(to(title, state.pointer.to_string()));
    }
    fixes
}

/// Whether another rule reports this field in more detail.
fn has_own_rule(part: &DefinitionPart<'_>, key: &str) -> bool {
    match key {
        "Next" | "End" => part.is_state(),
        "InputPath" | "OutputPath" => part.is("Fail"),
        _ => false,
    }
}
