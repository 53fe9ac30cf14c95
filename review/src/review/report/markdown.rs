//! A review as Markdown, short enough for a comment on GitHub.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use stepwright_explore::numbered;

use super::{MARKER, amounts, definition_counts, risk_counts};
use crate::markdown_text::{inline, table_cell};
use crate::review::picture::{Side, changed};
use crate::review::{DefinitionReview, Review, RiskKind, RiskLevel};

/// The longest comment of GitHub has 65,536 characters; the report stays below it.
const LONGEST: usize = 60_000;
/// The largest picture that a comment contains.
const LARGEST_PICTURE: usize = 60;
/// The most risks of several definitions before their table.
const FIRST_RISKS: usize = 10;
/// The most definitions of a table that is shown at once.
const LONGEST_TABLE: usize = 10;

impl Review {
    /// Returns the review as Markdown for a comment. Its first line is [`MARKER`], which is not
    /// shown. A review of many definitions has all risks, and the details of those that fit into
    /// one comment.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("{MARKER}\n### Review of state machines\n\n");
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "{}; {}.", definition_counts(self), risk_counts(self));
        for note in &self.notes {
            let _ = writeln!(text, "\n> {}", inline(note));
        }
        let definitions = self.definitions();
        text.push_str(&first_risks(&definitions));
        let is_long = definitions.len() > LONGEST_TABLE;
        if !definitions.is_empty() {
            if is_long {
                let _ = write!(
                    text,
                    "\n<details><summary>All {} definitions</summary>\n",
                    definitions.len()
                );
            }
            let _ = writeln!(
                text,
                "\n| definition | change | highest risk | risks |\n|---|---|---|---:|"
            );
        }
        for review in &definitions {
            let highest = review.highest().map_or("-", |level| level.as_str());
            let _ = writeln!(
                text,
                "| {} ({}) | {} | {highest} | {} |",
                table_cell(&review.name),
                table_cell(&review.file),
                review.status.as_str(),
                review.risks.len()
            );
        }
        if is_long {
            text.push_str("\n</details>\n");
        }
        let mut omitted = 0;
        for review in definitions {
            let mut part = section(review, true);
            if text.len() + part.len() > LONGEST {
                part = section(review, false);
            }
            if text.len() + part.len() > LONGEST {
                omitted += 1;
                continue;
            }
            text.push_str(&part);
        }
        if omitted > 0 {
            let _ = writeln!(
                text,
                "\n{omitted} more definitions do not fit into one comment; `--format html` has all of them."
            );
        }
        text
    }
}

/// Returns the high and the medium risks of several definitions, those that many definitions have
/// once: what a reviewer reads first. One definition has its risks in its section.
fn first_risks(definitions: &[&DefinitionReview]) -> String {
    let mut text = String::new();
    if definitions.len() < 2 {
        return text;
    }
    let mut risks: BTreeMap<(RiskLevel, RiskKind, &str), Vec<&str>> = BTreeMap::new();
    for review in definitions {
        let important = review.risks.iter();
        let important = important.filter(|risk| risk.level != RiskLevel::Low);
        for risk in important {
            let key = (risk.level, risk.kind, risk.message.as_str());
            risks.entry(key).or_default().push(&review.name);
        }
    }
    if risks.is_empty() {
        return text;
    }
    text.push('\n');
    let count = risks.len();
    for ((level, _, message), names) in risks.into_iter().take(FIRST_RISKS) {
        let names = match names.as_slice() {
            [first, second, third, _, ..] => {
                format!("{first}, {second}, {third} and {} others", names.len() - 3)
            }
            names => names.join(", "),
        };
        let _ = writeln!(
            text,
            "- **{level}** {}: {}",
            inline(&names),
            inline(message)
        );
    }
    if let Some(left @ 1..) = count.checked_sub(FIRST_RISKS) {
        let _ = writeln!(text, "- {left} more below");
    }
    text
}

fn section(review: &DefinitionReview, has_details: bool) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "\n#### {}: {}\n",
        inline(&review.name),
        review.status.as_str()
    );
    for risk in &review.risks {
        let line = risk.line.map_or_else(String::new, |line| {
            format!(" ({}, line {line})", inline(&review.file))
        });
        let _ = writeln!(text, "- **{}** {}{line}", risk.level, inline(&risk.message));
        text.push_str(&numbered(risk.steps.iter().map(|step| inline(step)), "  "));
    }
    if !has_details {
        return text;
    }
    let rows = amounts(review);
    if rows.iter().any(|[_, before, after]| before != after) {
        let _ = writeln!(text, "\n| | before | after |\n|---|---:|---:|");
        for [name, before, after] in rows {
            let _ = writeln!(text, "| {name} | {before} | {after} |");
        }
    }
    if let (Some(_), Some(new)) = (&review.old, &review.new) {
        let fence = "````";
        let differences = review.diff.to_string().replace(fence, "'''");
        let _ = writeln!(
            text,
            "\n<details><summary>What changed</summary>\n\n{fence}\n{}\n{fence}\n\n</details>",
            differences.trim_end()
        );
        let picture = changed(new, &review.diff, Side::New);
        if picture.state_count() <= LARGEST_PICTURE {
            let _ = writeln!(
                text,
                "\n<details><summary>Picture</summary>\n\n```mermaid\n{}```\n\n</details>",
                picture.to_mermaid()
            );
        }
    }
    if let Some(rehearsal) = &review.rehearsal {
        let _ = writeln!(
            text,
            "\n<details><summary>Rehearsal of recorded executions</summary>\n\n{}\n</details>",
            rehearsal.to_markdown()
        );
    }
    text
}
