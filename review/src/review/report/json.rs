//! A review as JSON, for programs that read it.

use serde_json::{Value as Json, json};

use crate::review::{DefinitionReview, Review};

impl Review {
    /// Returns the review for programs.
    ///
    /// # Errors
    ///
    /// Never, unless serialization fails.
    pub fn to_json(&self) -> Result<Json, serde_json::Error> {
        let definitions = self.definitions().into_iter().map(definition);
        Ok(json!({
            "unchanged": self.unchanged,
            "notes": self.notes,
            "definitions": definitions.collect::<Result<Vec<_>, _>>()?,
        }))
    }
}

fn definition(review: &DefinitionReview) -> Result<Json, serde_json::Error> {
    let rehearsal = review.rehearsal.as_ref();
    let rehearsal = rehearsal.map(|report| report.to_json()).transpose()?;
    Ok(json!({
        "name": review.name,
        "file": review.file,
        "status": review.status,
        "risks": serde_json::to_value(&review.risks)?,
        "permissions": serde_json::to_value(&review.permissions)?,
        "before": serde_json::to_value(&review.before)?,
        "after": serde_json::to_value(&review.after)?,
        "diff": serde_json::to_value(&review.diff)?,
        "rehearsal": rehearsal,
    }))
}
