use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW110",
    name: "invalid-path",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A field that must be a path is not a valid path.",
    doc: "A path begins with `$`, `$$` for the context object, or `$name` for a variable.",
    source: source::PATHS,
    check: no_path,
};

fn no_path(definition: &Definition<'_>, report: &mut Report<'_>) {
    for path in &definition.paths {
        let Err(error) = &path.parsed else { continue };
        if is_substitution(path.text) {
            continue;
        }
        let message = format!("Value is not a valid path: {error}");
        report
            .add(&path.pointer, message)
            .suggest(error.suggestion());
    }
}
