//! Formats diagnostics and failures, with the source lines, and with colours on a terminal.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use stepwright_asl::json::Json;
use stepwright_asl::validate::RuleIdError;
use stepwright_asl::yaml::Format;
use stepwright_asl::{Diagnostic, Severity, TextLocation};

use crate::failure::Failure;
use crate::source::SourceFile;
use crate::terminal::standard_error;
use crate::terminal::visible::visible;

/// Writes to standard error, with visible control characters.
pub(crate) fn show(text: impl Display) {
    standard_error::print(visible(&text.to_string()).into_owned());
}

/// Writes a line to standard error, like [`show`].
pub(crate) fn tell(text: impl Display) {
    show(format_args!("{text}\n"));
}

/// Prints a failure on standard error.
pub(crate) fn failure(failure: &Failure) {
    match failure {
        Failure::Diagnostics | Failure::Interrupted(_) => {}
        Failure::Failed(text) | Failure::Usage(text) => {
            let style = anstyle::AnsiColor::Red.on_default().bold();
            tell(format_args!("{style}error{style:#}: {text}"));
        }
    }
}

/// A hint, as a line below a failure.
pub(crate) fn hint(text: &str) -> String {
    let style = anstyle::AnsiColor::Cyan.on_default().bold();
    format!("\n{style}help{style:#}: {text}")
}

/// The failure for an unknown rule id.
pub(crate) fn unknown_rule(error: &RuleIdError) -> Failure {
    let hint = hint("`stepwright rule` lists all rules");
    Failure::Usage(format!("{error}{hint}"))
}

/// Prints an informational note on standard error.
pub(crate) fn note(text: &str) {
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    tell(format_args!("{style}note{style:#}: {text}"));
}

/// Prints a warning on standard error.
pub(crate) fn warning(text: &str) {
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    tell(format_args!("{style}warning{style:#}: {text}"));
}

/// Formats one diagnostic for readers: the message, the location, the source line, the related
/// lines, and the help.
pub(crate) fn diagnostic(diagnostic: &Diagnostic, source: &SourceFile) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(clip(&diagnostic.message));
    let mut group = Group::with_title(match diagnostic.code {
        Some(code) => title.id(code),
        None => title,
    });
    group = show_line(
        group,
        &diagnostic.location,
        AnnotationKind::Primary,
        None,
        source,
    );
    for related in &diagnostic.related {
        let message = Some(related.message.as_str());
        group = show_line(
            group,
            &related.location,
            AnnotationKind::Context,
            message,
            source,
        );
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(clip(help)));
    }
    if let Some(location) = diagnostic.aws_location().filter(|location| location != "/") {
        let location = clip(&location).into_owned();
        group = group.element(Level::NOTE.message(match diagnostic.aws_code {
            Some(code) => format!("{code} at {location}"),
            None => format!("at {location}"),
        }));
    }
    Renderer::styled().render(&[group])
}

/// Adds the line of a location, with a mark.
fn show_line<'a>(
    group: Group<'a>,
    location: &TextLocation,
    kind: AnnotationKind,
    label: Option<&'a str>,
    source: &'a SourceFile,
) -> Group<'a> {
    let name = source.origin();
    let excerpt = Excerpt::of(&source.text, place(location, source));
    let annotation = kind.span(excerpt.marked).label(label);
    let snippet = Snippet::source(excerpt.text)
        .line_start(location.line)
        .annotation(annotation);
    if excerpt.is_whole {
        return group.element(snippet.path(name));
    }
    // The column is that of the line, not that of the excerpt.
    let origin = Origin::path(name)
        .line(location.line)
        .char_column(location.column);
    group.element(snippet).element(origin)
}

/// Maximum number of bytes shown of a text; more would only distract.
const SHOWN: usize = 1000;

/// Maximum number of bytes shown of a line on each side of a mark. The terminal shows fewer, and
/// cutting a longer excerpt takes longer.
const SHOWN_OF_LINE: usize = 250;

/// Truncates a very long text.
fn clip(text: &str) -> Cow<'_, str> {
    if text.len() <= 2 * SHOWN {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(SHOWN);
    Cow::Owned(format!("{}...", &text[..end]))
}

/// The displayed part of the source: the marked line, or of a very long line the part around the
/// mark.
struct Excerpt<'s> {
    text: Cow<'s, str>,
    /// The marked range of the excerpt.
    marked: Range<usize>,
    is_whole: bool,
}

impl Excerpt<'_> {
    fn of(source: &str, marked: Range<usize>) -> Excerpt<'_> {
        let least = source.floor_char_boundary(marked.start.saturating_sub(SHOWN_OF_LINE));
        let before = source[least..marked.start].rfind('\n');
        let start = before.map_or(least, |at| least + at + 1);
        let most = source.ceil_char_boundary(source.len().min(marked.start + SHOWN_OF_LINE));
        let after = source[marked.start..most].find('\n');
        let end = after.map_or(most, |at| marked.start + at);
        let (text, marked) = (
            &source[start..end],
            marked.start - start..marked.end.min(end) - start,
        );
        let cut_before = before.is_none() && start > 0;
        let cut_after = after.is_none() && end < source.len();
        if !cut_before && !cut_after {
            return Excerpt {
                text: Cow::Borrowed(text),
                marked,
                is_whole: true,
            };
        }
        let (head, tail) = (
            if cut_before { "..." } else { "" },
            if cut_after { "..." } else { "" },
        );
        Excerpt {
            text: Cow::Owned(format!("{head}{text}{tail}")),
            marked: marked.start + head.len()..marked.end + head.len(),
            is_whole: false,
        }
    }
}

/// The range of the text to mark.
pub(crate) fn place(location: &TextLocation, source: &SourceFile) -> Range<usize> {
    match source.format {
        Format::Json => token(&source.text, location.offset),
        Format::Yaml => {
            let value = source.document.as_ref().and_then(|document| {
                let value = document.json().pointer(&location.pointer)?;
                let is_whole = !matches!(value, Json::Array(_) | Json::Object(_));
                document.span(&location.pointer).filter(|_| is_whole)
            });
            match value {
                Some(span) if span.start == location.offset => {
                    first_line(&source.text, span.start, span.end)
                }
                _ => yaml_token(&source.text, location.offset),
            }
        }
    }
}

/// The part of a range that is on its first line.
fn first_line(source: &str, start: usize, end: usize) -> Range<usize> {
    let piece = source.get(start..end).unwrap_or_default();
    let line = piece.lines().next().unwrap_or_default().trim_end();
    start..start + line.len()
}

/// The YAML token at `offset`: a quoted string, a key, a word, or one bracket.
fn yaml_token(source: &str, offset: usize) -> Range<usize> {
    let start = offset.min(source.len());
    let line = first_line(source, start, source.len());
    let rest = &source[line];
    let length = match rest.chars().next() {
        None => 0,
        Some('"') => string_length(rest),
        Some('\'') => single_quoted_length(rest),
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

/// The JSON token at `offset`: a whole string, number or word, or one bracket.
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

/// The length of the string literal at the start of `rest`, including quotes; of its line if it is
/// unclosed.
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

/// The length of the single-quoted YAML scalar at the start of `rest`, in which `''` is a quote; of
/// its line if it is unclosed.
fn single_quoted_length(rest: &str) -> usize {
    let mut at = 1;
    while let Some(quote) = rest[at..].find('\'') {
        at += quote + 1;
        if rest[at..].starts_with('\'') {
            at += 1
        } else {
            return at;
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
    fn a_diagnostic_marks_its_whole_token() {
        assert_eq!(marked(r#"{"Next": "Ch\"a"}"#, 9), r#""Ch\"a""#);
        assert_eq!(marked(r#"{"n": -1.5e3}"#, 6), "-1.5e3");
        assert_eq!(marked(r#"{"n": true, "m": 1}"#, 6), "true");
        assert_eq!(marked("[[1]]", 1), "[");
    }

    #[test]
    fn a_diagnostic_marks_its_whole_token_in_yaml() {
        for (text, offset, token) in [
            ("Next: Charge it # so", 0, "Next"),
            ("Next: Charge it # so", 6, "Charge it"),
            ("{Next: Charge, End: no}", 7, "Charge"),
            ("[a, b]", 4, "b"),
            ("'a ''b': 1", 0, "'a ''b'"),
            ("'a''': 1", 0, "'a'''"),
            ("'': 1", 0, "''"),
            ("'a ''b", 0, "'a ''b"),
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
    fn an_excerpt_of_a_long_line_surrounds_the_marked_text() {
        let source = format!("{{\n{}Next{}\n}}", "é".repeat(5000), "x".repeat(5000));
        let at = source.find("Next").expect("is there");
        let excerpt = Excerpt::of(&source, at..at + 4);
        assert_eq!(&excerpt.text[excerpt.marked.clone()], "Next");
        assert!(!excerpt.is_whole && excerpt.text.len() < 3 * SHOWN);
        assert!(excerpt.text.starts_with("...é") && excerpt.text.ends_with("x..."));
        // A mark as long as the text is truncated, too.
        let excerpt = Excerpt::of(&source, 2..source.len());
        assert!(excerpt.marked.end <= excerpt.text.len());
        let whole = Excerpt::of("a\nb: c\nd", 5..6);
        assert_eq!((&*whole.text, whole.marked), ("b: c", 3..4));
        assert!(whole.is_whole);
    }

    #[test]
    fn a_diagnostic_at_the_end_of_the_text_marks_nothing() {
        assert_eq!(marked("{", 1), "");
        assert_eq!(marked("", 0), "");
        assert_eq!(marked("\"open\n}", 0), "\"open");
    }
}
