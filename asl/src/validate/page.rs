//! The documentation page of the rules.

use std::fmt::Write;

use super::rule::{Known, Rule};
use super::rule_id::RuleIdError;
use super::rules::{RULES, rule};
use crate::finding::Severity;

/// Rules that are in the list but are not checked in a definition, with where they are checked.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (
        &["SW083"],
        "the interpreter: a Wait that would end too late fails with `Wait state delay is too long.`",
    ),
    (
        &["SW150"],
        "`stepwright_asl::validate::validate_name`: the name of a machine, an execution or an activity",
    ),
    (
        &["SW160", "SW161", "SW162", "SW163"],
        "`stepwright`: types of tasks against each other, against paths and expressions, and against the errors that are caught",
    ),
];

/// Returns the page about all rules, in Markdown: `docs/reference/rules.md` of the project.
pub fn rules_page() -> String {
    let mut page = String::from(HEAD);
    for rule in RULES {
        let (id, severity, summary) = (rule.id, noun(rule), rule.summary);
        let code = rule.code.map_or(String::new(), |code| format!("`{code}`"));
        let anchor = id.to_lowercase();
        line(
            &mut page,
            format_args!("| [{id}](#{anchor}) | {severity} | {code} | {summary} |"),
        );
    }
    page.push_str("\nRules that no definition is checked by:\n\n| id | where |\n|---|---|\n");
    for (ids, place) in ELSEWHERE {
        let id = match ids {
            [first, .., last] => format!("{first} to {last}"),
            ids => ids.concat(),
        };
        line(&mut page, format_args!("| {id} | {place} |"));
    }
    for rule in RULES {
        section(&mut page, rule);
    }
    page
}

/// Returns the section of that page about one rule, in Markdown. Ids are case-insensitive.
///
/// # Errors
///
/// If no rule has the id. The error suggests the most similar id.
///
/// ```
/// use stepwright_asl::validate::explain;
///
/// assert!(explain("sw142")?.starts_with("## SW142\n\nA Task invokes a Lambda function"));
/// assert_eq!(explain("SW142x").unwrap_err().to_string(), "there is no rule `SW142x`; did you mean `SW142`?");
/// # Ok::<(), stepwright_asl::validate::RuleIdError>(())
/// ```
pub fn explain(id: &str) -> Result<String, RuleIdError> {
    if let Some(rule) = rule(id) {
        let mut text = String::new();
        section(&mut text, rule);
        return Ok(text.trim_start().to_owned());
    }
    for (ids, place) in ELSEWHERE {
        if let Some(known) = ids.iter().find(|known| known.eq_ignore_ascii_case(id)) {
            return Ok(format!(
                "## {known}\n\nNo definition is checked by it; it is a rule of {place}.\n"
            ));
        }
    }
    let elsewhere = ELSEWHERE.iter().flat_map(|(ids, _)| ids.iter().copied());
    let known = RULES.iter().map(|rule| rule.id).chain(elsewhere);
    Err(RuleIdError::unknown(id, known))
}

const HEAD: &str = "\
# Rules of the validator

This page is written by `cargo run -p stepwright-asl --example rules_page > docs/reference/rules.md` from the rules themselves.

`stepwright validate` and `stepwright_asl::validate::validate` check a definition by every rule in one pass. An error means that AWS refuses the definition; a warning
means that AWS takes it and that it does perhaps not do what was meant. `--deny ID` counts a rule's warnings as errors, `--allow ID` silences them; errors cannot be silenced.
`stepwright: allow ID, ID` in the `Comment` of a state or of the machine silences them there, in JSON and YAML alike; `stepwright explain ID` prints a rule's section of this page.
The code is that of AWS's ValidateStateMachineDefinition. Rules that AWS does not have carry none, and neither does a warning that is given in place of an error.

| id | severity | code | what it reports |
|---|---|---|---|
";

fn section(page: &mut String, rule: &Rule) {
    let known = match rule.known {
        Known::Measured => "recorded on the service",
        Known::Documented => "documented",
        Known::Presumed => "our judgement",
    };
    line(page, format_args!("\n## {}\n", rule.id));
    line(page, format_args!("{}\n\n{}\n", rule.summary, rule.doc));
    let code = rule
        .code
        .map_or(String::new(), |code| format!(" · `{code}`"));
    line(
        page,
        format_args!("{}{code} · {known} · [AWS]({})", noun(rule), rule.source),
    );
}

fn noun(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a `String` cannot fail.
    let _ = writeln!(page, "{text}");
}
