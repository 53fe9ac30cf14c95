//! Retriers and catchers.

use std::collections::HashSet;

use crate::analysis::{HandlerKind, HandlerProblem, HandlerWords, check_handlers};
use crate::diagnostic::Severity;
use crate::edit::Edit;
use crate::errors;
use crate::fix::{Fix, Safety};
use crate::json::{Json, Pointer};
use crate::limits::{DELAY_SECONDS, MAX_SECONDS, MIN_BACKOFF_RATE, SECONDS};
use crate::model::JitterStrategy;
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

use super::fields::is_substitution;
use super::proposals;
use super::task::whole_number;

fn handlers<'d, 'a>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    let retriers = definition.parts_of("Retrier");
    retriers.chain(definition.parts_of("Catcher"))
}

fn retriers<'d, 'a>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("Retrier")
}

pub(super) const ERROR_EQUALS: Rule = Rule {
    id: "SW050",
    name: "missing-error-names",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`ErrorEquals` is missing or empty, or contains a value that is not a string.",
    doc: "A retrier or catcher without names would match nothing.",
    source: source::ERRORS,
    check: error_equals,
};

fn error_equals(definition: &Definition<'_>, report: &mut Report<'_>) {
    for handler in handlers(definition) {
        if !handler.has("ErrorEquals") {
            let message = "These fields are required: [ErrorEquals]";
            report.add(&handler.pointer, message);
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
                report.add(name_pointer(handler, index), message);
            }
        }
    }
}

/// The words of messages about a definition.
const WORDS: HandlerWords = HandlerWords {
    retrier: "retrier",
    catcher: "catcher",
    all: "`States.ALL`",
};

/// The problem of an error name in a list of retriers or catchers.
struct NameProblem<'a, 'd> {
    kind: HandlerKind,
    handler: &'a DefinitionPart<'d>,
    /// The index of the name in its `ErrorEquals`.
    index: usize,
    problem: HandlerProblem<'d>,
    /// Whether `States.ALL` is in no other handler of the list.
    is_only_all: bool,
}

impl NameProblem<'_, '_> {
    fn message(&self) -> String {
        self.problem
            .message(self.kind, &WORDS, &|name| name.to_owned())
    }
}

/// The problems of all lists of retriers and catchers.
fn name_problems<'a, 'd>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = NameProblem<'a, 'd>> {
    let all: Vec<&DefinitionPart<'_>> = handlers(definition).collect();
    let lists =
        all.chunk_by(|one, next| one.state == next.state && one.schema.name == next.schema.name);
    let problems = lists.flat_map(|list| {
        let kind = if list[0].is("Retrier") {
            HandlerKind::Retriers
        } else {
            HandlerKind::Catchers
        };
        let names: Vec<Vec<&str>> = list.iter().map(|handler| error_names(handler)).collect();
        let problems = check_handlers(&names).into_iter();
        let with_all = names.iter().filter(|names| names.contains(&errors::ALL));
        let is_only_all = with_all.count() == 1;
        problems.map(move |(handler, index, problem)| NameProblem {
            kind,
            handler: list[handler],
            index,
            problem,
            is_only_all,
        })
    });
    problems.collect::<Vec<_>>().into_iter()
}

/// The names in an `ErrorEquals`. A value of another type is reported elsewhere, and counts as a name that matches nothing.
fn error_names<'d>(handler: &DefinitionPart<'d>) -> Vec<&'d str> {
    let names = handler.items("ErrorEquals").unwrap_or_default().iter();
    names
        .map(|name| name.as_str().unwrap_or_default())
        .collect()
}

pub(super) const ALL_ALONE: Rule = Rule {
    id: "SW051",
    name: "catch-all-not-alone",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`States.ALL` is not the only name in its `ErrorEquals`.",
    doc: "`States.ALL` already matches every error that can be matched.",
    source: source::ERRORS,
    check: all_alone,
};

fn all_alone(definition: &Definition<'_>, report: &mut Report<'_>) {
    for found in name_problems(definition) {
        if found.problem == HandlerProblem::AllNotAlone {
            let pointer = found.handler.at("ErrorEquals");
            let fix = only_all(found.handler);
            report.add(pointer, found.message()).fix(Some(fix));
        }
    }
}

/// Removes the names next to `States.ALL`. `States.ALL` does not match the errors of [`NOT_MATCHED_BY_ALL`] everywhere.
fn only_all(handler: &DefinitionPart<'_>) -> Fix {
    let names = error_names(handler);
    let is_covered = names.iter().all(|name| !NOT_MATCHED_BY_ALL.contains(name));
    let safety = if is_covered {
        Safety::Safe
    } else {
        Safety::Unsafe
    };
    let all = Json::from(errors::ALL.to_owned());
    let edit = Edit::replace(handler.at("ErrorEquals"), Json::Array(vec![all]));
    Fix::new(safety, "remove the names next to `States.ALL`", edit)
}

const NOT_MATCHED_BY_ALL: &[&str] = &[errors::RUNTIME, errors::DATA_LIMIT_EXCEEDED];

pub(super) const ALL_LAST: Rule = Rule {
    id: "SW052",
    name: "catch-all-not-last",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`States.ALL` is in a retrier or catcher that is not the last.",
    doc: "Retriers and catchers are tried in order; those after one for every error are never reached.",
    source: source::ERRORS,
    check: all_last,
};

fn all_last(definition: &Definition<'_>, report: &mut Report<'_>) {
    for found in name_problems(definition) {
        if found.problem == HandlerProblem::AllNotLast {
            let title = format!("move this {} to the end", WORDS.of(found.kind));
            let fix = Fix::safe(title, Edit::move_last(&found.handler.pointer));
            report
                .add(found.handler.at("ErrorEquals"), found.message())
                .fix(found.is_only_all.then_some(fix));
        }
    }
}

/// Every name in an `ErrorEquals`, with the handler that has it and its index.
fn names<'a, 'd>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = (&'d str, &'a DefinitionPart<'d>, usize)> {
    handlers(definition).flat_map(|handler| {
        let names = handler.items("ErrorEquals").unwrap_or_default().iter();
        names
            .enumerate()
            .filter_map(move |(index, name)| Some((name.as_str()?, handler, index)))
    })
}

fn name_pointer<'d>(handler: &DefinitionPart<'d>, index: usize) -> Pointer<'d> {
    handler.at("ErrorEquals").index(index)
}

pub(super) const UNKNOWN_NAME: Rule = Rule {
    id: "SW053",
    name: "unknown-error-name",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Documented,
    summary: "A name in `ErrorEquals` looks like an error name of the service but is not one.",
    doc: "Names that begin with `States.` are reserved for the service. AWS treats any other name as the name of your own error: a misspelled one is accepted and never matches (recorded for `State.ALL`). A name that is the `Error` of a Fail state of the machine is not reported.",
    source: source::ERRORS,
    check: unknown_name,
};

fn unknown_name(definition: &Definition<'_>, report: &mut Report<'_>) {
    let fails = definition.parts_of("Fail");
    let raised: HashSet<&str> = fails.filter_map(|fail| fail.text("Error")).collect();
    for (name, handler, index) in names(definition) {
        let Some((first, _)) = name.split_once('.').filter(|_| !is_substitution(name)) else {
            continue;
        };
        let like = ["states", "state"]
            .iter()
            .any(|word| first.eq_ignore_ascii_case(word));
        if like && !errors::is_reserved(name) && !raised.contains(name) {
            let message = format!("`{name}` is not an error name of the service");
            // AWS accepts the name, so the correct one changes what the definition does.
            let pointer = name_pointer(handler, index);
            report
                .add(&pointer, message)
                .meant(name, errors::RESERVED.iter().copied())
                .fix_meant(|meant| {
                    let fix = proposals::replace(&pointer, name, meant);
                    Some(fix.with_safety(Safety::Unsafe))
                });
        }
    }
}

pub(super) const NEVER_MATCHED: Rule = Rule {
    id: "SW054",
    name: "uncatchable-error",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Documented,
    summary: "`ErrorEquals` names an error that is never matched.",
    doc: "`States.Runtime` ends the execution even if a retrier or catcher names it, and `States.ALL` does not match it (recorded). `States.NoChoiceMatched`, `States.IntrinsicFailure` and `States.ParameterPathFailure` are documented, but the service reports these faults as `States.Runtime`. `States.DataLimitExceeded` is matched by `States.ALL` where a task's result is too large (recorded), and elsewhere only by its own name. Instead, check the data with a Choice before the state that may fail.",
    source: source::ERRORS,
    check: never_matched,
};

/// Errors that end the execution, because the service reports them as `States.Runtime`.
const FATAL: &[&str] = &[
    errors::RUNTIME,
    errors::NO_CHOICE_MATCHED,
    errors::INTRINSIC_FAILURE,
    errors::PARAMETER_PATH_FAILURE,
];

fn never_matched(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (name, handler, index) in names(definition) {
        if !FATAL.contains(&name) {
            continue;
        }
        let message = if name == errors::RUNTIME {
            format!("`{name}` is never retried or caught: it ends the execution")
        } else {
            format!(
                "`{name}` is never retried or caught: the service reports such a fault as `{}`, which ends the execution",
                errors::RUNTIME
            )
        };
        report.add(name_pointer(handler, index), message);
    }
}

pub(super) const COVERED: Rule = Rule {
    id: "SW055",
    name: "unused-error-handler",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A retrier or catcher is never used: earlier ones match all its names.",
    doc: "Retriers and catchers are tried in order, and the first match decides. Put the one with the narrower names first. Retriers and catchers after `States.ALL` are reported by SW052.",
    source: source::ERRORS,
    check: covered,
};

fn covered(definition: &Definition<'_>, report: &mut Report<'_>) {
    let problems = name_problems(definition)
        .filter(|found| matches!(found.problem, HandlerProblem::Covered { .. }));
    let problems: Vec<NameProblem<'_, '_>> = problems.collect();
    for found in problems.chunk_by(|one, next| std::ptr::eq(one.handler, next.handler)) {
        let handler = found[0].handler;
        let names = error_names(handler);
        // Names that nothing matches are reported by another rule.
        let fresh = names.iter().filter(|name| !FATAL.contains(name)).count();
        let covered = found
            .iter()
            .filter(|one| !FATAL.contains(&names[one.index]));
        if fresh == 0 || covered.count() < fresh {
            continue;
        }
        let message = match found {
            [one] if names.len() == 1 => one.message(),
            _ => format!(
                "earlier {}s of this state already match all names of this one",
                WORDS.of(found[0].kind)
            ),
        };
        report.add(handler.at("ErrorEquals"), message);
    }
}

pub(super) const BACKOFF_RATE: Rule = Rule {
    id: "SW056",
    name: "shrinking-backoff",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`BackoffRate` is less than 1.",
    doc: "The rate multiplies the delay of each further retry. Delays do not shrink.",
    source: source::ERRORS,
    check: backoff_rate,
};

fn backoff_rate(definition: &Definition<'_>, report: &mut Report<'_>) {
    for retrier in retriers(definition) {
        if retrier
            .number("BackoffRate")
            .is_some_and(|rate| rate < MIN_BACKOFF_RATE)
        {
            report.add(
                retrier.at("BackoffRate"),
                "`BackoffRate` must be at least 1.0",
            );
        }
    }
}

pub(super) const INTERVAL_AND_ATTEMPTS: Rule = Rule {
    id: "SW057",
    name: "retry-out-of-range",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`IntervalSeconds` is not a whole number from 1 to 99,999,999, or `MaxAttempts` is not one from 0 to 99,999,999.",
    doc: "`\"MaxAttempts\": 0` is allowed and means that the named errors are not retried.",
    source: source::ERRORS,
    check: interval_and_attempts,
};

fn interval_and_attempts(definition: &Definition<'_>, report: &mut Report<'_>) {
    for retrier in retriers(definition) {
        whole_number(
            retrier,
            "IntervalSeconds",
            *SECONDS.start(),
            *SECONDS.end(),
            report,
        );
        whole_number(retrier, "MaxAttempts", 0, MAX_SECONDS, report);
    }
}

pub(super) const MAX_DELAY: Rule = Rule {
    id: "SW058",
    name: "max-delay-out-of-range",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`MaxDelaySeconds` is not greater than `IntervalSeconds`, or not less than 31,622,400.",
    doc: "The maximum delay must be greater than the first delay and less than 366 days.",
    source: source::ERRORS,
    check: max_delay,
};

fn max_delay(definition: &Definition<'_>, report: &mut Report<'_>) {
    for retrier in retriers(definition) {
        let Some(delay) = retrier.number("MaxDelaySeconds") else {
            continue;
        };
        let interval = retrier.number("IntervalSeconds");
        let delays = *DELAY_SECONDS.start() as f64..=*DELAY_SECONDS.end() as f64;
        let message = if delay.fract() != 0.0 || !delays.contains(&delay) {
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
                .fix_meant(|meant| Some(proposals::replace(&pointer, word, meant)));
        }
    }
}

pub(super) const CATCHER_NEXT: Rule = Rule {
    id: "SW060",
    name: "catcher-without-next",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A catcher has no `Next`.",
    doc: "`Next` names the state that runs after the error.",
    source: source::ERRORS,
    check: catcher_next,
};

fn catcher_next(definition: &Definition<'_>, report: &mut Report<'_>) {
    for catcher in definition.parts_of("Catcher") {
        if !catcher.has("Next") {
            let message = "These fields are required: [Next]";
            report.add(&catcher.pointer, message);
        }
    }
}
