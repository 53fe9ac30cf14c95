//! Retriers and catchers.

use crate::errors;
use crate::finding::Severity;
use crate::json::Json;
use crate::model::JitterStrategy;
use crate::validate::definition::{Definition, Part};
use crate::validate::report::Report;
use crate::validate::rule::{Known, Rule, SCHEMA, source};

use super::fields::is_substitution;
use super::task::{MAX_SECONDS, whole_number};

fn handlers<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a Part<'d>> {
    let parts = definition.parts.iter();
    parts.filter(|part| part.is("Retrier") || part.is("Catcher"))
}

fn retriers<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a Part<'d>> {
    definition.parts.iter().filter(|part| part.is("Retrier"))
}

pub(super) const ERROR_EQUALS: Rule = Rule {
    id: "SW050",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`ErrorEquals` is missing, empty, or has something else than strings.",
    doc: "A retrier or catcher without names would match nothing.",
    source: source::ERRORS,
    check: error_equals,
};

fn error_equals(definition: &Definition<'_>, report: &mut Report<'_>) {
    for handler in handlers(definition) {
        if !handler.has("ErrorEquals") {
            let message = "These fields are required: [ErrorEquals]";
            report.add(handler.pointer.as_str(), message);
            continue;
        }
        let Some(names) = handler.items("ErrorEquals") else {
            continue;
        };
        if names.is_empty() {
            report.add(handler.at("ErrorEquals"), "Value cannot be empty");
        }
        for (index, name) in names.iter().enumerate() {
            if name.as_str().is_none() {
                let message = format!("expected a string, found {}", name.noun());
                report.add(format!("{}/{index}", handler.at("ErrorEquals")), message);
            }
        }
    }
}

fn names_all(handler: &Part<'_>) -> bool {
    let names = handler.items("ErrorEquals").unwrap_or_default();
    names.iter().any(|name| name.as_str() == Some(errors::ALL))
}

pub(super) const ALL_ALONE: Rule = Rule {
    id: "SW051",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`States.ALL` stands beside other names.",
    doc: "`States.ALL` already means every error that can be matched.",
    source: source::ERRORS,
    check: all_alone,
};

fn all_alone(definition: &Definition<'_>, report: &mut Report<'_>) {
    for handler in handlers(definition) {
        let several = handler
            .items("ErrorEquals")
            .is_some_and(|names| names.len() > 1);
        if several && names_all(handler) {
            let message = "`States.ALL` must stand alone in `ErrorEquals`";
            report.add(handler.at("ErrorEquals"), message);
        }
    }
}

pub(super) const ALL_LAST: Rule = Rule {
    id: "SW052",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`States.ALL` stands in a retrier or catcher that is not the last.",
    doc: "Retriers and catchers are tried in order; what stands behind one for every error is never reached.",
    source: source::ERRORS,
    check: all_last,
};

fn all_last(definition: &Definition<'_>, report: &mut Report<'_>) {
    for handler in handlers(definition).filter(|handler| names_all(handler)) {
        let Some((list, index)) = handler.pointer.rsplit_once('/') else {
            continue;
        };
        let items = definition
            .document
            .json()
            .pointer(list)
            .and_then(Json::as_array);
        let index: usize = index.parse().unwrap_or_default();
        if items.is_some_and(|items| index + 1 < items.len()) {
            let what = if handler.is("Retrier") {
                "retrier"
            } else {
                "catcher"
            };
            let message = format!("`States.ALL` must stand in the last {what}");
            report.add(handler.at("ErrorEquals"), message);
        }
    }
}

pub(super) const BACKOFF_RATE: Rule = Rule {
    id: "SW056",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`BackoffRate` is less than 1.",
    doc: "The rate multiplies the delay of each further retry. Delays do not shrink.",
    source: source::ERRORS,
    check: backoff_rate,
};

fn backoff_rate(definition: &Definition<'_>, report: &mut Report<'_>) {
    for retrier in retriers(definition) {
        if retrier.number("BackoffRate").is_some_and(|rate| rate < 1.0) {
            report.add(
                retrier.at("BackoffRate"),
                "`BackoffRate` must be at least 1.0",
            );
        }
    }
}

pub(super) const INTERVAL_AND_ATTEMPTS: Rule = Rule {
    id: "SW057",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`IntervalSeconds` is no whole number from 1, or `MaxAttempts` none from 0, to 99,999,999.",
    doc: "`\"MaxAttempts\": 0` is allowed and means that the named errors are not retried.",
    source: source::ERRORS,
    check: interval_and_attempts,
};

fn interval_and_attempts(definition: &Definition<'_>, report: &mut Report<'_>) {
    for retrier in retriers(definition) {
        whole_number(retrier, "IntervalSeconds", 1.0, MAX_SECONDS, report);
        whole_number(retrier, "MaxAttempts", 0.0, MAX_SECONDS, report);
    }
}

pub(super) const MAX_DELAY: Rule = Rule {
    id: "SW058",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`MaxDelaySeconds` is not greater than `IntervalSeconds`, or not less than 31,622,400.",
    doc: "The cap on the delay must leave room for the first one, and be less than 366 days.",
    source: source::ERRORS,
    check: max_delay,
};

fn max_delay(definition: &Definition<'_>, report: &mut Report<'_>) {
    for retrier in retriers(definition) {
        let Some(delay) = retrier.number("MaxDelaySeconds") else {
            continue;
        };
        let interval = retrier.number("IntervalSeconds");
        let message = if delay.fract() != 0.0 || !(1.0..31_622_400.0).contains(&delay) {
            "`MaxDelaySeconds` must be a whole number greater than 0 and less than 31622400"
        } else if interval.is_some_and(|interval| delay <= interval) {
            "`MaxDelaySeconds` must be greater than `IntervalSeconds`"
        } else {
            continue;
        };
        report.add(retrier.at("MaxDelaySeconds"), message);
    }
}

pub(super) const JITTER: Rule = Rule {
    id: "SW059",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`JitterStrategy` is neither `FULL` nor `NONE`.",
    doc: "`FULL` takes a random delay between 0 and the computed one; `NONE`, which is the default, takes the computed one.",
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
            report
                .add(retrier.at("JitterStrategy"), message)
                .meant(word, JitterStrategy::WORDS.iter().copied());
        }
    }
}

pub(super) const CATCHER_NEXT: Rule = Rule {
    id: "SW060",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "A catcher has no `Next`.",
    doc: "A catcher says where to go on.",
    source: source::ERRORS,
    check: catcher_next,
};

fn catcher_next(definition: &Definition<'_>, report: &mut Report<'_>) {
    for catcher in definition.parts.iter().filter(|part| part.is("Catcher")) {
        if !catcher.has("Next") {
            let message = "These fields are required: [Next]";
            report.add(catcher.pointer.as_str(), message);
        }
    }
}
