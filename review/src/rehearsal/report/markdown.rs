//! The report of a rehearsal as Markdown, for a comment or the page of a build.

use std::fmt::Write as _;

use stepwright_asl::words::first_lines;

use super::{RehearsalReport, counted, examples};
use crate::markdown_text::{inline, table_cell};
use crate::rehearsal::RehearsalKind;

/// How many uncovered parts and stranded executions are listed.
const MOST: usize = 20;

impl RehearsalReport {
    /// Returns the report as Markdown, for a comment or a page of a build.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        self.write_markdown(&mut text);
        text
    }

    fn write_markdown(&self, text: &mut String) {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "{}.\n", inline(&self.age_text()));
        for problem in &self.problems {
            let _ = writeln!(text, "**Problem:** {}\n", inline(problem));
        }
        let _ = writeln!(text, "| result | executions |\n|---|---:|");
        for kind in RehearsalKind::ALL {
            let count = self.count(kind);
            if count > 0 {
                let _ = writeln!(text, "| {} | {count} |", kind.title());
            }
        }
        for group in self.groups() {
            if group.findings.is_empty() {
                continue;
            }
            let _ = writeln!(
                text,
                "\n**{}**: {} ({})\n",
                group.kind.title(),
                counted(group.executions),
                inline(&examples(&group))
            );
            for finding in group.findings {
                let _ = writeln!(text, "- {}", inline(&finding.to_string()));
            }
        }
        let stranded = self.stranded();
        if !stranded.is_empty() {
            let count = counted(stranded.len());
            let _ = writeln!(
                text,
                "\n**Could not continue with the new definition**: {count}. AWS continues and redrives an execution with the definition with which it started.\n"
            );
            for history in stranded.iter().take(MOST) {
                let obstacle = history
                    .open
                    .as_ref()
                    .and_then(|open| open.obstacle.as_deref());
                let _ = writeln!(
                    text,
                    "- {}: {}",
                    inline(&history.name),
                    inline(obstacle.unwrap_or_default())
                );
            }
        }
        let _ = writeln!(
            text,
            "\n| | recorded | now | change |\n|---|---:|---:|---:|"
        );
        for cells in self.rows() {
            let cells = cells.map(|cell| table_cell(&cell));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        let uncovered = self.uncovered();
        let percent = self.coverage.percent();
        let _ = writeln!(
            text,
            "\nThe executions cover {percent:.1} % of the states, transitions and errors of the new definition."
        );
        if !uncovered.is_empty() {
            let _ = writeln!(
                text,
                "\n<details><summary>Not covered: {}</summary>\n",
                uncovered.len()
            );
            for line in first_lines(uncovered.iter().map(|part| inline(part)), MOST) {
                let _ = writeln!(text, "- {line}");
            }
            let _ = writeln!(text, "\n</details>");
        }
    }
}
