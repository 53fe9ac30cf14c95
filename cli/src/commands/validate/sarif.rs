//! SARIF 2.1.0, a format for code scanners.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::ops::Range;
use std::path::Path;

use serde_json::{Value, json};
use stepwright_asl::edit::Editor;
use stepwright_asl::fix::Fix;
use stepwright_asl::validate::{RULES, Rule};
use stepwright_asl::yaml::Format;
use stepwright_asl::{Diagnostic, Severity, TextLocation};
use stepwright_tools::file_uri::uri_reference;

use super::check::CheckedDefinition;
use super::github::marked;

/// The log of one run.
pub(super) fn report(checked: &[CheckedDefinition]) -> String {
    let results = checked.iter().flat_map(|one| {
        one.diagnostics
            .iter()
            .map(|diagnostic| result(diagnostic, one))
    });
    let results: Vec<Value> = results.collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "stepwright",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}")
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.doc},
        "help": {"text": rule.doc, "markdown": rule.doc},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": level(rule.severity)},
    })
}

fn result(diagnostic: &Diagnostic, one: &CheckedDefinition) -> Value {
    let text = match &diagnostic.help {
        Some(suggestion) => format!("{}; {suggestion}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut result = json!({
        "ruleId": diagnostic.code,
        "level": level(diagnostic.severity),
        "message": {"text": text},
        "locations": [location(&diagnostic.location, one)],
    });
    let mut rules = RULES.iter();
    if let Some(index) = rules.position(|rule| Some(rule.id) == diagnostic.code) {
        result["ruleIndex"] = index.into();
    }
    let related = diagnostic.related.iter().map(|related| {
        let mut location = location(&related.location, one);
        location["message"] = json!({"text": related.message});
        location
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(fix) = diagnostic.fix.as_ref().and_then(|fix| fix_of(fix, one)) {
        result["fixes"] = json!([fix]);
    }
    result
}

fn location(location: &TextLocation, one: &CheckedDefinition) -> Value {
    let mut region = json!({"startLine": location.line, "startColumn": location.column});
    let marked = marked(location, one);
    if marked > 0 {
        region["endColumn"] = (location.column + marked).into();
    }
    let place = match &one.machine {
        Some(machine) => format!("{machine}{}", location.pointer),
        None => location.pointer.clone(),
    };
    let mut location = json!({
        "physicalLocation": {"artifactLocation": {"uri": uri(&one.source.path)}, "region": region},
    });
    if !place.is_empty() {
        location["logicalLocations"] = json!([{"fullyQualifiedName": place}]);
    }
    location
}

/// The fix as a replacement of one region, in a file that is a definition. The edits of a fix in a
/// template have pointers that are not those of the file.
fn fix_of(fix: &Fix, one: &CheckedDefinition) -> Option<Value> {
    if one.machine.is_some() {
        return None;
    }
    let text = &*one.source.text;
    let editor = match one.source.format {
        Format::Json => Editor::parse_any_dialect(text),
        Format::Yaml => Editor::parse_yaml(text),
    };
    let mut editor = editor.ok()?;
    editor.apply(&fix.edits).ok()?;
    let change = TextChange::between(text, editor.text());
    let (start_line, start_column) = line_and_column(text, change.deleted.start);
    let (end_line, end_column) = line_and_column(text, change.deleted.end);
    Some(json!({
        "description": {"text": fix.title},
        "artifactChanges": [{
            "artifactLocation": {"uri": uri(&one.source.path)},
            "replacements": [{
                "deletedRegion": {
                    "startLine": start_line,
                    "startColumn": start_column,
                    "endLine": end_line,
                    "endColumn": end_column,
                },
                "insertedContent": {"text": change.inserted},
            }],
        }],
    }))
}

/// The line and the column, in characters, of an offset; both from 1.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before
        .chars()
        .rev()
        .take_while(|char| *char != '\n')
        .count()
        + 1;
    (line, column)
}

/// The smallest replacement that turns one text into another.
struct TextChange<'t> {
    deleted: Range<usize>,
    inserted: &'t str,
}

impl<'t> TextChange<'t> {
    fn between(before: &str, after: &'t str) -> TextChange<'t> {
        let pairs = before.char_indices().zip(after.chars());
        let mut same = pairs.take_while(|((_, one), other)| one == other);
        let start = same.by_ref().map(|((at, char), _)| at + char.len_utf8());
        let start = start.last().unwrap_or(0);
        let ends = before[start..]
            .chars()
            .rev()
            .zip(after[start..].chars().rev());
        let same = ends.take_while(|(one, other)| one == other);
        let end: usize = same.map(|(char, _)| char.len_utf8()).sum();
        TextChange {
            deleted: start..before.len() - end,
            inserted: &after[start..after.len() - end],
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The path as a URI reference.
fn uri(path: &Path) -> String {
    if path == Path::new("-") {
        "stdin".to_owned()
    } else {
        uri_reference(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_the_smallest_replacement() {
        for (before, after, deleted, inserted) in [
            ("abc", "abc", 3..3, ""),
            ("a\u{e9}c", "a\u{e8}c", 1..3, "\u{e8}"),
            ("aa", "aaa", 2..2, "a"),
            ("aaa", "aa", 2..3, ""),
            ("", "x", 0..0, "x"),
            ("{ \"Nxet\": 1 }", "{ \"Next\": 1 }", 4..6, "ex"),
        ] {
            let change = TextChange::between(before, after);
            assert_eq!((&change.deleted, change.inserted), (&deleted, inserted));
            let made = format!(
                "{}{inserted}{}",
                &before[..deleted.start],
                &before[deleted.end..]
            );
            assert_eq!(made, after);
        }
    }
}
