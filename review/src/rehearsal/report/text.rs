//! The report of a rehearsal as plain text for a terminal.

use std::fmt;

use stepwright_asl::words::{first_lines, more};

use super::{RehearsalReport, counted, examples};
use crate::rehearsal::RehearsalKind;

/// How many uncovered parts and stranded executions are listed.
const MOST: usize = 20;

impl fmt::Display for RehearsalReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.age_text())?;
        for problem in &self.problems {
            writeln!(f, "problem: {problem}")?;
        }
        let mut kind = None;
        for group in self.groups() {
            if kind != Some(group.kind) {
                kind = Some(group.kind);
                let count = counted(self.count(group.kind));
                writeln!(f, "\n{}: {count}", group.kind.title())?;
            }
            if group.kind == RehearsalKind::Same && group.findings.is_empty() {
                continue;
            }
            for finding in group.findings {
                writeln!(f, "  {finding}")?;
            }
            writeln!(f, "    {}: {}", counted(group.executions), examples(&group))?;
        }
        let stranded = self.stranded();
        if !stranded.is_empty() {
            writeln!(
                f,
                "\ncould not continue with the new definition: {}",
                counted(stranded.len())
            )?;
            for history in stranded.iter().take(MOST) {
                if let Some(open) = &history.open {
                    let what = if open.is_running {
                        "runs"
                    } else {
                        "can be redriven"
                    };
                    let obstacle = open.obstacle.as_deref().unwrap_or_default();
                    writeln!(f, "  {} {what}: {obstacle}", history.name)?;
                }
            }
            if let Some(more) = more(stranded.len().saturating_sub(MOST)) {
                writeln!(f, "  {more}")?;
            }
            writeln!(
                f,
                "  AWS continues and redrives an execution with the definition with which it started"
            )?;
        }
        let rows = self.rows();
        let width = rows
            .iter()
            .map(|row| row[0].len())
            .max()
            .unwrap_or_default();
        writeln!(f, "\n{:width$} {:>14} {:>14}", "", "recorded", "now")?;
        for [name, before, after, change] in rows {
            let line = format!("{name:width$} {before:>14} {after:>14}  {change}");
            writeln!(f, "{}", line.trim_end())?;
        }
        writeln!(
            f,
            "\ncovered: {:.1} % of the states, transitions and errors of the new definition",
            self.coverage.percent()
        )?;
        let uncovered = self.uncovered();
        let uncovered = uncovered.iter();
        let uncovered = uncovered.map(|part| format!("no execution covers {part}"));
        for line in first_lines(uncovered, MOST) {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}
