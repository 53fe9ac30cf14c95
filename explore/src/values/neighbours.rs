//! The values around a threshold: just below it, the threshold, and just above it.

use std::time::Duration;

use stepwright_asl::json::Json;
use stepwright_interpreter::Timestamp;

/// Returns the values around the threshold of a comparison by order.
pub(super) fn neighbours(threshold: &Json) -> Vec<Json> {
    if let Some(number) = threshold.as_number() {
        let nearby = |by: i64| match number.as_i64() {
            Some(number) => Json::from(number.saturating_add(by)),
            None => Json::from(number.as_f64() + by as f64),
        };
        return [-1, 0, 1].map(nearby).into();
    }
    let Some(text) = threshold.as_str() else {
        return vec![threshold.clone()];
    };
    let (before, after) = match Timestamp::parse(text) {
        Some(time) => {
            let second = Duration::from_secs(1);
            let before = time.checked_sub(second);
            let before = before.map(|before| before.to_string());
            (before, Some((time + second).to_string()))
        }
        None => (text_before(text), text_after(text)),
    };
    let around = [before, Some(text.to_owned()), after];
    around.into_iter().flatten().map(Json::from).collect()
}

/// Returns a text that is less: with a smaller last character, or without it. `None` if the text is
/// empty, as no text is less.
fn text_before(text: &str) -> Option<String> {
    let last = text.chars().next_back()?;
    let mut before = text[..text.len() - last.len_utf8()].to_owned();
    let smaller = char::from_u32(u32::from(last).saturating_sub(1));
    before.extend(smaller.filter(char::is_ascii_alphanumeric));
    Some(before)
}

/// Returns a text that is greater: with a greater last character, or one more.
fn text_after(text: &str) -> Option<String> {
    let last = text.chars().next_back();
    let greater = last.and_then(|last| char::from_u32(u32::from(last).saturating_add(1)));
    match (last, greater.filter(char::is_ascii_alphanumeric)) {
        (Some(last), Some(greater)) => {
            let mut after = text[..text.len() - last.len_utf8()].to_owned();
            after.push(greater);
            Some(after)
        }
        _ => Some(format!("{text}a")),
    }
}
