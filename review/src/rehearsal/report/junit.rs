//! The report of a rehearsal as JUnit XML, for build servers.

use std::fmt::Write as _;

use super::RehearsalReport;
use crate::rehearsal::{Finding, RehearsalKind};

impl RehearsalReport {
    /// Returns the report as JUnit XML: a test case for each execution. An execution whose kind
    /// `fails` is a failure; one that cannot be rehearsed is skipped.
    pub fn to_junit(&self, fails: impl Fn(RehearsalKind) -> bool) -> String {
        let failures = self.histories.iter().filter(|one| fails(one.kind)).count();
        let is_skipped = |kind| kind == RehearsalKind::Unusable && !fails(kind);
        let skipped = self
            .histories
            .iter()
            .filter(|one| is_skipped(one.kind))
            .count();
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let tests = self.histories.len();
        // Writing into a `String` cannot fail.
        let _ = writeln!(
            text,
            "<testsuite name=\"rehearsal\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\">"
        );
        for history in &self.histories {
            let name = xml(&history.name);
            let seconds = history.after.as_ref().map_or(0.0, |after| after.seconds);
            let lines: Vec<String> = history.findings.iter().map(Finding::to_string).collect();
            let lines = xml(&lines.join("\n"));
            let title = history.kind.title();
            let _ = write!(
                text,
                "  <testcase classname=\"rehearsal\" name=\"{name}\" time=\"{seconds:.3}\""
            );
            let _ = match (fails(history.kind), is_skipped(history.kind)) {
                (true, _) => writeln!(
                    text,
                    "><failure message=\"{title}\">{lines}</failure></testcase>"
                ),
                (false, true) => writeln!(text, "><skipped message=\"{lines}\"/></testcase>"),
                (false, false) if lines.is_empty() => writeln!(text, "/>"),
                (false, false) => writeln!(text, "><system-out>{lines}</system-out></testcase>"),
            };
        }
        text.push_str("</testsuite>\n");
        text
    }
}

/// Escapes a text for XML. Characters that XML 1.0 does not allow become `?`.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            c if c.is_control() => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}
