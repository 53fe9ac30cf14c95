//! Patterns of several states. The examples of `examples/patterns` are complete workflows with
//! them.

use stepwright_asl::json::Json;
use stepwright_asl::model::QueryLanguage;

use super::{Fragment, InsertionPlace, PaletteItem};

/// The name, the title, the meaning and the text of each pattern.
const PATTERNS: [(&str, &str, &str, &str); 5] = [
    (
        "saga",
        "Saga",
        "two steps, the first of which is compensated if the second fails",
        include_str!("patterns/saga.json"),
    ),
    (
        "poll",
        "Poll until done",
        "starts a job and asks for its status until it has ended",
        include_str!("patterns/poll.json"),
    ),
    (
        "approval",
        "Wait for approval",
        "sends a task token and waits for a decision, with a timeout",
        include_str!("patterns/approval.json"),
    ),
    (
        "csv",
        "Process each row of a CSV",
        "runs states for each row of a file in S3",
        include_str!("patterns/csv.json"),
    ),
    (
        "fallback",
        "Retry with fallback",
        "repeats a call with growing pauses, then continues with a fallback",
        include_str!("patterns/fallback.json"),
    ),
];

pub(super) fn items() -> impl Iterator<Item = PaletteItem> {
    PATTERNS
        .into_iter()
        .map(|(name, title, about, _)| PaletteItem {
            id: format!("pattern:{name}"),
            group: "Patterns",
            title: title.to_owned(),
            about: about.to_owned(),
        })
}

/// The patterns are in JSONata: in a definition with JSONPath, their states say so.
pub(super) fn fragment(name: &str, place: &InsertionPlace<'_>) -> Option<Fragment> {
    let (.., text) = PATTERNS
        .into_iter()
        .find(|(pattern, ..)| *pattern == name)?;
    let fragment = Fragment::parse(&text.parse::<Json>().ok()?)?;
    Some(match place.language {
        QueryLanguage::Jsonata => fragment,
        QueryLanguage::JsonPath => fragment.with_field("QueryLanguage", &"JSONata".into()),
    })
}
