//! Compares each rule of `workflow!` with the typed builder's fault for the same mistake.
//!
//! The rules are the messages of `macros/src/check`, `macros/src/syntax`, `asl/src/analysis` and
//! `asl/src/front_end`, as `error_index` reads them. A new message needs a row here: the mistake in
//! the builder and its fault, or why the builder cannot make it.

#![allow(unreachable_pub, reason = "one test of several files")]

#[path = "builder_rules/distributed.rs"]
mod distributed;
#[path = "builder_rules/domain.rs"]
pub(crate) mod domain;
#[path = "builder_rules/errors.rs"]
mod errors;
#[path = "builder_rules/express.rs"]
mod express;
#[path = "builder_rules/fragments.rs"]
mod fragments;
#[path = "builder_rules/lints.rs"]
mod lints;
#[path = "builder_rules/names.rs"]
mod names;
#[path = "builder_rules/numbers.rs"]
mod numbers;
#[path = "builder_rules/states.rs"]
mod states;
#[path = "builder_rules/syntax.rs"]
mod syntax;
#[path = "builder_rules/variables.rs"]
mod variables;

use std::collections::BTreeMap;
use stepwright::WorkflowDiagnostic;

/// What the builder does with the mistake of a rule.
pub(crate) enum Answer {
    /// `build` reports it: a workflow with the mistake, and the fault.
    Says(fn() -> Vec<WorkflowDiagnostic>, &'static str),
    /// It does not compile, for this reason.
    Rustc(&'static str),
    /// The text is a part of another message, which has a row.
    PartOf(&'static str),
    /// The builder has no such mistake, for this reason.
    Never(&'static str),
}

pub(crate) type Row = (&'static str, Answer);

/// The rows of each file of messages.
fn tables() -> BTreeMap<&'static str, &'static [Row]> {
    BTreeMap::from([
        ("asl/src/analysis/assignment.rs", variables::ASSIGNMENT),
        ("asl/src/front_end/express.rs", express::EXPRESS),
        ("asl/src/analysis/handlers.rs", errors::HANDLERS),
        ("asl/src/front_end/lints.rs", lints::LINTS),
        ("asl/src/analysis/names.rs", names::NAMES),
        ("asl/src/analysis/numbers.rs", numbers::NUMBERS),
        ("asl/src/front_end/services.rs", lints::SERVICE_ERRORS),
        ("asl/src/front_end/settings.rs", distributed::SETTINGS),
        ("macros/src/check/names.rs", states::NAMES),
        ("macros/src/check/transitions.rs", states::TRANSITIONS),
        ("macros/src/check/shaping.rs", syntax::SHAPING),
        ("macros/src/check/targets.rs", states::TARGETS),
        ("macros/src/check/reach.rs", states::REACH),
        ("macros/src/check/calls.rs", states::CALLS),
        ("macros/src/check/choices.rs", states::CHOICES),
        ("macros/src/check/variables.rs", variables::VARIABLES),
        (
            "macros/src/check/earlier_values.rs",
            variables::EARLIER_VALUES,
        ),
        ("macros/src/check/assigned.rs", variables::ASSIGNED),
        ("macros/src/check/items.rs", variables::ITEMS),
        ("macros/src/check/numbers.rs", numbers::SETTINGS),
        ("macros/src/check/retry.rs", errors::RETRY),
        ("macros/src/check/caught.rs", errors::CAUGHT),
        ("macros/src/check/express.rs", express::HELP),
        ("macros/src/check/distributed.rs", distributed::DISTRIBUTED),
        ("macros/src/check/fragments.rs", fragments::FRAGMENTS),
        ("macros/src/check/lints.rs", lints::COUNT),
        ("macros/src/check/services.rs", lints::SERVICES),
        ("macros/src/syntax/binding.rs", syntax::BINDING),
        ("macros/src/syntax/choice.rs", syntax::CHOICE),
        ("macros/src/syntax/distributed.rs", syntax::DISTRIBUTED),
        ("macros/src/syntax/fragment.rs", syntax::FRAGMENT),
        ("macros/src/syntax/option.rs", syntax::OPTION),
        ("macros/src/syntax/reader.rs", syntax::READER),
        ("macros/src/syntax/state.rs", syntax::STATE),
        ("macros/src/syntax/statement.rs", syntax::STATEMENT),
        ("macros/src/syntax/target.rs", syntax::TARGET),
        ("macros/src/syntax/task.rs", syntax::TASK),
        ("macros/src/syntax/called.rs", syntax::CALLED),
        ("macros/src/syntax/workflow.rs", syntax::WORKFLOW),
    ])
}

/// Files with messages about expressions, which `expr!` parses with the same code.
const OF_EXPRESSIONS: &str = "macros/src/check/terms/";

/// Files whose messages only name the expected token.
const OF_TOKENS: &[&str] = &[
    "macros/src/syntax/catch.rs",
    "macros/src/syntax/duration.rs",
    "macros/src/syntax/json.rs",
    "macros/src/syntax/map.rs",
    "macros/src/syntax/object.rs",
    "macros/src/syntax/parallel.rs",
    "macros/src/syntax/pattern.rs",
    "macros/src/syntax/retry.rs",
];

/// Whether a message names the expected token, or the word that was meant.
fn is_of_tokens(message: &str) -> bool {
    let begins = [
        "expected ",
        "unexpected ",
        "; expected ",
        "; did you mean ",
        "did you mean ",
    ];
    begins.iter().any(|begin| message.starts_with(begin))
}

/// The messages of the macro's rules, by file.
fn messages() -> BTreeMap<String, Vec<String>> {
    let mut files = crate::error_index::messages();
    files.retain(|file, messages| {
        messages.retain(|message| !is_of_tokens(message));
        let folders = [
            "macros/src/check/",
            "macros/src/syntax/",
            "asl/src/analysis/",
            "asl/src/front_end/",
        ];
        let of_rules = folders.iter().any(|folder| file.starts_with(folder));
        let of_others = file.starts_with(OF_EXPRESSIONS) || OF_TOKENS.contains(&file.as_str());
        of_rules && !of_others && !messages.is_empty()
    });
    files
}

#[test]
fn each_rule_of_the_macro_has_a_table_row() {
    let messages = messages();
    let tables = tables();
    assert!(messages.len() > 20, "the page was not read");
    let mut wrong = Vec::new();
    for (file, lines) in &messages {
        let rows = tables.get(&**file).copied().unwrap_or_default();
        for line in lines {
            if !rows.iter().any(|(rule, _)| rule == line) {
                wrong.push(format!("{file}: no row for `{line}`"));
            }
        }
        for (rule, answer) in rows {
            if !lines.iter().any(|line| line == rule) {
                wrong.push(format!("{file}: the rule `{rule}` is gone"));
            }
            if let Answer::PartOf(whole) = answer
                && !rows.iter().any(|(rule, _)| rule == whole)
            {
                wrong.push(format!("{file}: `{rule}` is a part of no rule"));
            }
        }
    }
    for file in tables.keys().filter(|file| !messages.contains_key(**file)) {
        wrong.push(format!("{file} has no messages"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A diagnostic without its line of Rust, its code and its related lines.
fn line(diagnostic: &WorkflowDiagnostic) -> String {
    let mut line = match &diagnostic.location.state {
        Some(state) => format!("in state `{state}`: {}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    if let Some(help) = &diagnostic.help {
        line.push_str(&format!("; {help}"));
    }
    line
}

#[test]
fn the_builder_reports_the_expected_fault_of_each_rule() {
    let mut wrong = Vec::new();
    let mut said = 0;
    for (file, rows) in tables() {
        for (rule, answer) in rows {
            let Answer::Says(workflow, expected) = answer else {
                continue;
            };
            let faults = workflow();
            let lines: Vec<String> = faults.iter().map(line).collect();
            if lines != [*expected] {
                let lines = lines.join("\n    ");
                wrong.push(format!(
                    "{file}: {rule}\n  expected\n    {expected}\n  found\n    {lines}"
                ));
            }
            said += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(said > 60, "{said} rows");
}

#[test]
fn each_fault_is_located_at_a_builder_call() {
    let mut wrong = Vec::new();
    for (file, rows) in tables() {
        for (rule, answer) in rows {
            let Answer::Says(workflow, _) = answer else {
                continue;
            };
            for fault in workflow() {
                let is_here = |file: &str| file.contains("builder_rules/");
                if !fault
                    .location
                    .source
                    .is_some_and(|place| is_here(place.file()))
                {
                    wrong.push(format!("{file}: {rule}: {fault}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_without_a_builder_fault_has_a_reason() {
    for (rule, answer) in tables().values().copied().flatten() {
        if let Answer::Rustc(why) | Answer::Never(why) = answer {
            assert!(why.len() > 15, "{rule}: {why}");
        }
    }
}
