//! SARIF 2.1.0, a format for code scanners.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::path::Path;

use serde_json::{Value, json};
use stepwright_asl::validate::{RULES, Rule};
use stepwright_asl::{Finding, Severity};

use super::check::CheckedDefinition;
use super::github::marked;

/// The log of one run.
pub(super) fn report(checked: &[CheckedDefinition]) -> String {
    let results = checked
        .iter()
        .flat_map(|one| one.findings.iter().map(|finding| result(finding, one)));
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

fn result(finding: &Finding, one: &CheckedDefinition) -> Value {
    let text = match &finding.suggestion {
        Some(suggestion) => format!("{}; {suggestion}", finding.message),
        None => finding.message.clone(),
    };
    let mut region = json!({"startLine": finding.line, "startColumn": finding.column});
    let marked = marked(finding, one);
    if marked > 0 {
        region["endColumn"] = (finding.column + marked).into();
    }
    let place = match &one.machine {
        Some(machine) => format!("{machine}{}", finding.pointer),
        None => finding.pointer.clone(),
    };
    let mut location = json!({
        "physicalLocation": {"artifactLocation": {"uri": uri(&one.source.path)}, "region": region},
    });
    if !place.is_empty() {
        location["logicalLocations"] = json!([{"fullyQualifiedName": place}]);
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [location],
    });
    if let Some(index) = RULES.iter().position(|rule| rule.id == finding.rule) {
        result["ruleIndex"] = index.into();
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The path as a URI reference (RFC 3986).
fn uri(path: &Path) -> String {
    if path == Path::new("-") {
        return "stdin".to_owned();
    }
    let text = path.to_string_lossy();
    let text = if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    };
    let text = text.strip_prefix("./").unwrap_or(&text);
    let mut uri = if path.is_absolute() {
        format!("file://{}", if text.starts_with('/') { "" } else { "/" })
    } else {
        String::new()
    };
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri() {
        for (path, written) in [
            ("infra/a b.asl.json", "infra/a%20b.asl.json"),
            ("./größe.json", "gr%C3%B6%C3%9Fe.json"),
            ("a:b%.json", "a%3Ab%25.json"),
            ("-", "stdin"),
        ] {
            assert_eq!(uri(Path::new(path)), written);
        }
        #[cfg(unix)]
        assert_eq!(uri(Path::new("/a/b.json")), "file:///a/b.json");
    }
}
