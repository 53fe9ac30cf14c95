//! The formats of a review.

mod html;
mod json;
mod markdown;
mod sarif;
mod text;

use stepwright_tools::estimate::{CostCase, Estimate};

use super::{DefinitionReview, Review, ReviewStatus, RiskLevel};

/// The first line of the Markdown, which a page does not show. A later run finds its comment by it.
pub const MARKER: &str = "<!-- stepwright-review -->";

/// Returns `2 high, 1 medium and 3 low risks`.
fn risk_counts(review: &Review) -> String {
    let counts = RiskLevel::ALL.iter().filter_map(|level| {
        let count = review.count(*level);
        (count > 0).then(|| format!("{count} {level}"))
    });
    let counts: Vec<String> = counts.collect();
    match counts.as_slice() {
        [] => "no risks".to_owned(),
        counts => format!("risks: {}", counts.join(", ")),
    }
}

/// Returns `3 definitions changed, 1 starts a changed one, 46 are unchanged`.
fn definition_counts(review: &Review) -> String {
    let definitions = review.definitions.iter();
    let is_affected = |review: &&DefinitionReview| review.status == ReviewStatus::Affected;
    let affected = definitions.filter(is_affected).count();
    let mut changed = match review.definitions.len() - affected {
        0 => "no definition changed".to_owned(),
        1 => "1 definition changed".to_owned(),
        count => format!("{count} definitions changed"),
    };
    match affected {
        0 => {}
        1 => changed.push_str(", 1 starts a changed one and is affected"),
        count => {
            changed.push_str(&format!(", {count} start a changed one and are affected"));
        }
    }
    match review.unchanged {
        0 => changed,
        1 => format!("{changed}, 1 is unchanged"),
        count => format!("{changed}, {count} are unchanged"),
    }
}

/// The rows of the table of amounts: the name, before, after.
fn amounts(review: &DefinitionReview) -> Vec<[String; 3]> {
    let Some(after) = &review.after else {
        return Vec::new();
    };
    let before = review.before.as_ref();
    let row = |name: &str, of: fn(&Estimate) -> &CostCase, amount: fn(&CostCase) -> f64| {
        let text = |estimate: &Estimate| match amount(of(estimate)) {
            amount if amount.is_finite() => format!("{amount:.1}"),
            _ => "no bound".to_owned(),
        };
        let then = before.map_or_else(|| "-".to_owned(), text);
        [name.to_owned(), then, text(after)]
    };
    vec![
        row(
            "transitions, typical",
            |estimate| &estimate.typical,
            |case| case.transitions,
        ),
        row(
            "transitions, worst",
            |estimate| &estimate.worst,
            |case| case.transitions,
        ),
        row(
            "events, worst (limit 25,000)",
            |estimate| &estimate.worst,
            |case| case.events,
        ),
        row(
            "payload bytes, worst (limit 262,144)",
            |estimate| &estimate.worst,
            |case| case.payload_bytes,
        ),
    ]
}
