//! Reports paths and calls in the `Result` of a Pass state, which AWS does not evaluate.

use crate::validate::rules::prelude::*;

use super::literal_meaning::LiteralMeaning;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW118",
    name: "static-result",
    severity: Severity::Warning,
    code: Some("PASS_RESULT_IS_STATIC"),
    known: Evidence::Documented,
    summary: "The `Result` of a Pass has a path or a call in it, or a key that ends in `.$`; nothing in it is evaluated.",
    doc: "`Result` is passed on unchanged, including keys that end in `.$` (recorded). `Parameters` is evaluated.",
    source: source::DIAGNOSTICS,
    check: static_result,
};

fn static_result(definition: &Definition<'_>, report: &mut Report<'_>) {
    let meaning = LiteralMeaning::of(definition);
    let mut literals = definition
        .literals
        .iter()
        .filter(|literal| literal.in_result)
        .peekable();
    for number in definition.numbers_of("Pass") {
        if !is_static(&definition.parts[number]) {
            continue;
        }
        let mut first = None;
        while let Some(literal) = literals.next_if(|literal| literal.part <= number) {
            let bound = literal.key.is_some_and(|key| key.ends_with(".$"));
            if literal.part == number
                && first.is_none()
                && (bound || meaning.is_evaluated(literal.text))
            {
                first = Some(literal);
            }
        }
        if let Some(literal) = first {
            let message = format!(
                "`Result` is passed on unchanged: `{}` is not evaluated",
                literal.text
            );
            report
                .add(&literal.pointer, message)
                .suggest("`Parameters` is evaluated".to_owned())
                .choices(|| {
                    let pass = &definition.parts[number];
                    // `Parameters` must be an object.
                    let is_object = pass
                        .get("Result")
                        .is_some_and(|result| result.as_object().is_some());
                    let renamed =
                        is_object.then(|| field_fixes::rename(pass, "Result", "Parameters"));
                    renamed.flatten()
                });
        }
    }
}

fn is_static(part: &DefinitionPart<'_>) -> bool {
    part.is("Pass")
        && part.language == QueryLanguage::JsonPath
        && part
            .object
            .get("Result")
            .is_some_and(|result| !matches!(result, Json::Null))
}
