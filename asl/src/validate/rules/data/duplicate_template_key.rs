//! Reports two keys of a payload template that set the same member, such as `a` and `a.$`.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW113",
    name: "duplicate-template-key",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "An object of a payload template has a key both with and without `.$`.",
    doc: "`.$` is removed from the key after evaluation, so both keys would set the same member.",
    source: source::PARAMETERS,
    check: twice,
};

fn twice(definition: &Definition<'_>, report: &mut Report<'_>) {
    for binding in definition
        .bindings
        .iter()
        .filter(|binding| binding.is_double)
    {
        let key = binding.key;
        let plain = key.strip_suffix(".$").unwrap_or(key);
        let message =
            format!("the keys `{plain}` and `{key}` set the same member; remove one of them");
        let entry = report.add(binding.object.key(key), message).at_key();
        entry.choices(|| {
            let remove = |key| {
                let edit = Edit::remove(binding.object.key(key));
                Fix::choice(format!("remove `{key}`"), [edit])
            };
            [remove(plain), remove(key)]
        });
    }
}
