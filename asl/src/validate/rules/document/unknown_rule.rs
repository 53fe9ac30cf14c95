//! Reports a `Comment` that silences a rule that does not exist.

use crate::similar::nearest;
use crate::validate::rule_id::RuleIdError;
use crate::validate::rules::prelude::*;
use crate::validate::silence::unknown;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW004",
    name: "unknown-rule",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A `Comment` allows an unknown rule.",
    doc: "`stepwright: allow SW024, missing-timeout` in the `Comment` of a state silences the warnings of these rules, given by id or name, for the state and the states inside it; in the `Comment` of the machine, for the whole machine. It works in JSON and YAML. Errors cannot be silenced, because AWS rejects the definition anyway.",
    source: source::STRUCTURE,
    check: unknown_rule,
};

fn unknown_rule(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (pointer, error) in unknown(definition) {
        let RuleIdError::Unknown { id, suggestion } = error else {
            continue;
        };
        report
            .add(&pointer, format!("there is no rule `{id}`"))
            .suggest(suggestion)
            .choices(|| {
                let text = definition.document.json().pointer(&pointer.to_string());
                let text = text.and_then(Json::as_str).unwrap_or_default();
                corrected(definition, &pointer, text, &id)
            });
    }
}

/// Names the most similar rule, or removes the name of the unknown one.
fn corrected(definition: &Definition<'_>, pointer: &Pointer<'_>, text: &str, id: &str) -> Vec<Fix> {
    let mut fixes = Vec::new();
    if let Some(meant) = nearest(id, definition.rule_ids.words()) {
        let new = text.replacen(id, meant, 1);
        let title = format!("replace `{id}` with `{meant}`");
        fixes.push(Fix::choice(title, [Edit::replace(pointer, new)]));
    }
    let parts = [
        format!("{id}, "),
        format!(", {id}"),
        format!("stepwright: allow {id}"),
    ];
    let part = parts.iter().find(|part| text.contains(part.as_str()));
    if let Some(part) = part {
        let rest = text.replacen(part.as_str(), "", 1);
        let rest = rest.trim().trim_end_matches(';');
        let edit = match rest {
            "" => Edit::remove(pointer),
            rest => Edit::replace(pointer, rest),
        };
        fixes.push(Fix::choice(format!("remove `{id}`"), [edit]));
    }
    fixes
}
