//! Workflow commands of GitHub Actions, which annotate the lines of a pull request.
//!
//! Source: <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use std::path::{Component, Path, PathBuf};

use stepwright_asl::{Diagnostic, Severity, TextLocation};

use super::check::CheckedDefinition;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Prints a command for each diagnostic.
pub(super) fn print(checked: &[CheckedDefinition]) {
    for one in checked {
        for diagnostic in &one.diagnostics {
            output::line(command(diagnostic, one));
        }
    }
}

fn command(diagnostic: &Diagnostic, one: &CheckedDefinition) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let (line, column) = (diagnostic.location.line, diagnostic.location.column);
    let mut message = diagnostic.message.clone();
    if let Some(location) = diagnostic.aws_location() {
        message.push_str(&format!(" at {location}"));
    }
    if let Some(suggestion) = &diagnostic.help {
        message.push_str(&format!("; {suggestion}"));
    }
    let file = property(&normalized(&one.source.path).to_string_lossy());
    let end = column + marked(&diagnostic.location, one);
    let title = match &one.machine {
        Some(machine) => property(&format!(
            "{} in {machine}",
            diagnostic.code.unwrap_or_default()
        )),
        None => property(diagnostic.code.unwrap_or_default()),
    };
    format!(
        "::{level} file={file},line={line},endLine={line},col={column},endColumn={end},title={title}::{}",
        data(&message)
    )
}

/// A path relative to the repository, as GitHub expects it: without `.`, and without `..` after a
/// folder name.
fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for part in path.components() {
        match (part, normalized.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                normalized.pop();
            }
            (part, _) => normalized.push(part),
        }
    }
    normalized
}

/// The number of marked characters.
pub(super) fn marked(location: &TextLocation, one: &CheckedDefinition) -> usize {
    let range = diagnostics::place(location, &one.source);
    let text = one.source.text.get(range).unwrap_or_default();
    text.lines().next().unwrap_or_default().chars().count()
}

/// Escapes the text after the two colons.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalized() {
        for (given, expected) in [
            ("./a/b.json", "a/b.json"),
            ("a/../b/./c.json", "b/c.json"),
            ("../a.json", "../a.json"),
            ("a/../../b.json", "../b.json"),
            ("/x/./y", "/x/y"),
        ] {
            assert_eq!(normalized(Path::new(given)), Path::new(expected), "{given}");
        }
    }

    #[test]
    fn special_characters_are_escaped() {
        assert_eq!(data("a: 50%\r\nb, c"), "a: 50%25%0D%0Ab, c");
        assert_eq!(property("a: 50%\r\nb, c"), "a%3A 50%25%0D%0Ab%2C c");
        assert_eq!(data("%0A"), "%250A");
    }
}
