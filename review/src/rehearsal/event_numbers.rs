//! Comparison of values without the numbers of events in causes of errors, which are no difference.

use serde_json::Value as Json;
use stepwright_history::runtime_support::{walk, without_event_numbers};

/// Calls `see` for each difference of two values, with its pointer, except for numbers of events.
pub(super) fn walk_differences(
    then: &Json,
    now: &Json,
    see: &mut impl FnMut(&str, Option<&Json>, Option<&Json>),
) {
    walk("", then, now, &mut |pointer, then, now| {
        let differ = match (then, now) {
            (Some(then), Some(now)) => !are_equal(then, now),
            _ => true,
        };
        if differ {
            see(pointer, then, now);
        }
    });
}

/// Returns whether two values are equal, except for numbers of events.
pub(super) fn are_equal(then: &Json, now: &Json) -> bool {
    match (then, now) {
        (Json::Object(then), Json::Object(now)) => {
            let mut members = then.iter();
            then.len() == now.len()
                && members.all(|(name, then)| now.get(name).is_some_and(|now| are_equal(then, now)))
        }
        (Json::Array(then), Json::Array(now)) => {
            let mut items = then.iter().zip(now);
            then.len() == now.len() && items.all(|(then, now)| are_equal(then, now))
        }
        (Json::String(then), Json::String(now)) => {
            without_event_numbers(then) == without_event_numbers(now)
        }
        _ => then == now,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MARK: &str = "entered at the event id #";

    #[test]
    fn only_the_numbers_of_events_are_no_difference() {
        let failed = |state: &str, event: u32, error: &str| {
            let cause = format!("State '{state}' ({MARK}{event}). {error}");
            json!({"errors": [cause, format!("outer ({MARK}{event}): {cause}")]})
        };
        let recorded = failed("A", 9, "It is #1.");
        assert!(are_equal(&recorded, &failed("A", 10, "It is #1.")));
        assert!(!are_equal(&recorded, &failed("B", 9, "It is #1.")));
        assert!(!are_equal(&recorded, &failed("A", 9, "It is #2.")));
        assert!(!are_equal(&json!("#1"), &json!("#2")));
        assert!(!are_equal(&json!(1), &json!("1")));
    }
}
