//! The risks of a review in the format SARIF, for code scanners.

use std::path::Path;

use serde_json::{Value as Json, json};
use stepwright_explore::numbered;
use stepwright_tools::file_uri::uri_reference;

use crate::review::{DefinitionReview, Review, Risk, RiskKind, RiskLevel};

impl Review {
    /// Returns the risks as SARIF 2.1.0, for code scanners.
    ///
    /// Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>
    pub fn to_sarif(&self) -> Json {
        let rules = RiskKind::ALL
            .iter()
            .map(|kind| json!({"id": kind.as_str(), "shortDescription": {"text": kind.summary()}}));
        let definitions = self.definitions();
        let results = definitions
            .iter()
            .flat_map(|review| review.risks.iter().map(|risk| result(review, risk)));
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "stepwright-review",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules.collect::<Vec<_>>(),
                }},
                "results": results.collect::<Vec<_>>(),
            }],
        })
    }
}

fn result(review: &DefinitionReview, risk: &Risk) -> Json {
    let level = match risk.level {
        RiskLevel::High => "error",
        RiskLevel::Medium => "warning",
        RiskLevel::Low => "note",
    };
    let mut kinds = RiskKind::ALL.iter();
    json!({
        "ruleId": risk.kind.as_str(),
        "ruleIndex": kinds.position(|kind| *kind == risk.kind),
        "level": level,
        "message": {"text": text(review, risk)},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri_reference(Path::new(&review.file))},
                "region": {"startLine": risk.line.unwrap_or(1)},
            },
            "logicalLocations": [{"fullyQualifiedName": risk.pointer.as_deref().unwrap_or("")}],
        }],
    })
}

fn text(review: &DefinitionReview, risk: &Risk) -> String {
    let mut text = format!("{}: {}", review.name, risk.message);
    text.push('\n');
    text.push_str(&numbered(&risk.steps, ""));
    text.trim_end().to_owned()
}
