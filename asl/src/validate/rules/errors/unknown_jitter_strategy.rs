//! Reports a retrier with a `JitterStrategy` that AWS does not have.

use crate::model::JitterStrategy;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;

use super::retriers;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW059",
    name: "unknown-jitter-strategy",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`JitterStrategy` is neither `FULL` nor `NONE`.",
    doc: "`FULL` waits for a random time between 0 and the computed delay; `NONE`, the default, waits for the computed delay.",
    source: source::ERRORS,
    check: jitter,
};

fn jitter(definition: &Definition<'_>, report: &mut Report<'_>) {
    for retrier in retriers(definition) {
        let Some(word) = retrier.text("JitterStrategy") else {
            continue;
        };
        if JitterStrategy::from_word(word).is_none() && !is_substitution(word) {
            let message =
                "The field 'JitterStrategy' should have one of these values: [FULL, NONE]";
            let pointer = retrier.at("JitterStrategy");
            report
                .add(&pointer, message)
                .meant(word, JitterStrategy::WORDS.iter().copied())
                .fix_meant(|meant| Some(proposals::replace(&pointer, word, meant)))
                .choices(|| {
                    let words = JitterStrategy::WORDS.iter();
                    words.map(|word| field_fixes::replace(&pointer, *word))
                });
        }
    }
}
