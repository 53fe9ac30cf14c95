//! How findings and failures are shown: with the lines of the source, in colour on a terminal.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use stepwright_asl::json::Json;
use stepwright_asl::yaml::Format;
use stepwright_asl::{Finding, Severity};

use crate::definition::Definition;
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

/// Prints what is worth knowing and no failure, on standard error.
pub(crate) fn note(text: &str) {
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    anstream::eprintln!("{style}note{style:#}: {text}");
}

/// One finding as people read it: what, where, the line itself, and how to mend it.
pub(crate) fn finding(finding: &Finding, definition: &Definition) -> String {
    let source = definition.text.as_str();
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let name = definition.shown();
    let annotation = AnnotationKind::Primary.span(place(finding, definition));
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

/// What is marked in the text.
fn place(finding: &Finding, definition: &Definition) -> Range<usize> {
    match definition.format {
        Format::Json => token(&definition.text, finding.offset),
        Format::Yaml => {
            let value = definition.document.as_ref().and_then(|document| {
                let value = document.json().pointer(&finding.pointer)?;
                let is_whole = !matches!(value, Json::Array(_) | Json::Object(_));
                document.span(&finding.pointer).filter(|_| is_whole)
            });
            match value {
                Some(span) if span.start == finding.offset => {
                    first_line(&definition.text, span.start, span.end)
                }
                _ => yaml_token(&definition.text, finding.offset),
            }
        }
    }
}

/// The part of a piece of text that stands in its first line.
fn first_line(source: &str, start: usize, end: usize) -> Range<usize> {
    let piece = source.get(start..end).unwrap_or_default();
    let line = piece.lines().next().unwrap_or_default().trim_end();
    start..start + line.len()
}

/// The YAML token that begins at `offset`: a string in quotes, a key, a word, or one bracket.
fn yaml_token(source: &str, offset: usize) -> Range<usize> {
    let start = offset.min(source.len());
    let line = first_line(source, start, source.len());
    let rest = &source[line];
    let length = match rest.chars().next() {
        None => 0,
        Some('"') => string_length(rest),
        Some('\'') => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
        Some(first @ ('{' | '[' | ']' | '}')) => first.len_utf8(),
        Some(first) => [": ", ", ", " #", "]", "}"]
            .iter()
            .filter_map(|end| rest.find(end))
            .min()
            .unwrap_or(rest.strip_suffix(':').unwrap_or(rest).len())
            .max(first.len_utf8()),
    };
    start..start + length
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
    fn a_finding_marks_its_whole_token_in_yaml() {
        for (text, offset, token) in [
            ("Next: Charge it # so", 0, "Next"),
            ("Next: Charge it # so", 6, "Charge it"),
            ("{Next: Charge, End: no}", 7, "Charge"),
            ("[a, b]", 4, "b"),
            ("'a ''b': 1", 0, "'a '"),
            ("\"a b\": 1", 0, "\"a b\""),
            ("a: {% x %}", 3, "{"),
            ("States:\n  A:\n", 10, "A"),
            ("é", 0, "é"),
            (":", 0, ":"),
            ("a\n", 2, ""),
        ] {
            assert_eq!(&text[yaml_token(text, offset)], token, "{text}");
        }
    }

    #[test]
    fn a_place_at_the_end_of_the_text_marks_nothing() {
        assert_eq!(marked("{", 1), "");
        assert_eq!(marked("", 0), "");
        assert_eq!(marked("\"open\n}", 0), "\"open");
    }
}
