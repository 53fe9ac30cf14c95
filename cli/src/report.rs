//! How findings and failures are shown: with the lines of the source, in colour on a terminal.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use stepwright_asl::{Finding, Severity};

use crate::failure::Failure;

/// Prints a failure on standard error.
pub(crate) fn failure(failure: &Failure) {
    match failure {
        Failure::Findings => {}
        Failure::Failed(text) | Failure::Usage(text) => {
            let style = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{style}error{style:#}: {text}");
        }
    }
}

/// A way out, as a line below a failure.
pub(crate) fn hint(text: &str) -> String {
    let style = anstyle::AnsiColor::Cyan.on_default().bold();
    format!("\n{style}help{style:#}: {text}")
}

/// One finding as people read it: what, where, the line itself, and how to mend it.
pub(crate) fn finding(finding: &Finding, path: &Path, source: &str) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let name = if path == Path::new("-") {
        "standard input".into()
    } else {
        path.to_string_lossy()
    };
    let annotation = AnnotationKind::Primary.span(token(source, finding.offset));
    let mut group = level
        .primary_title(finding.message.as_str())
        .id(finding.rule)
        .element(Snippet::source(source).path(name).annotation(annotation));
    if let Some(suggestion) = &finding.suggestion {
        group = group.element(Level::HELP.message(suggestion.as_str()));
    }
    if let Some(location) = finding.location().filter(|location| location != "/") {
        group = group.element(Level::NOTE.message(format!("{} at {location}", finding.code)));
    }
    Renderer::styled().render(&[group])
}

/// The JSON token that begins at `offset`: a whole string, number or word, or one bracket.
fn token(source: &str, offset: usize) -> Range<usize> {
    let start = offset.min(source.len());
    let rest = source.get(start..).unwrap_or_default();
    let length = match rest.chars().next() {
        None => 0,
        Some('"') => string_length(rest),
        Some(first) if first.is_alphanumeric() || first == '-' => rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '+' | '.')))
            .unwrap_or(rest.len()),
        Some(first) => first.len_utf8(),
    };
    start..start + length
}

/// The length of the string literal that `rest` begins with, quotes included; of its line where it is not closed.
fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            '\n' => return at,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(source: &str, offset: usize) -> &str {
        &source[token(source, offset)]
    }

    #[test]
    fn a_finding_marks_its_whole_token() {
        assert_eq!(marked(r#"{"Next": "Ch\"a"}"#, 9), r#""Ch\"a""#);
        assert_eq!(marked(r#"{"n": -1.5e3}"#, 6), "-1.5e3");
        assert_eq!(marked(r#"{"n": true, "m": 1}"#, 6), "true");
        assert_eq!(marked("[[1]]", 1), "[");
    }

    #[test]
    fn a_place_at_the_end_of_the_text_marks_nothing() {
        assert_eq!(marked("{", 1), "");
        assert_eq!(marked("", 0), "");
        assert_eq!(marked("\"open\n}", 0), "\"open");
    }
}
