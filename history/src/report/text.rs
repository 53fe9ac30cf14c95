//! Times, durations, statuses and JSON as text.

use std::time::Duration;

use maud::{Markup, html};
use stepwright_asl::duration_text::PROSE;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{Status, Timestamp};

/// The most bytes of one JSON value on a page; more is in the file of the history.
const MOST_BYTES: u64 = 65_536;

/// Returns a status with its colour.
pub fn status(status: Status) -> Markup {
    let word = status.as_str();
    html! { span class={ "status " (word) } { (words(word)) } }
}

/// Returns the words of a constant of the API: `TIMED_OUT` is "Timed out".
pub fn words(constant: &str) -> String {
    let lower = constant.to_lowercase().replace('_', " ");
    let mut letters = lower.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => lower,
    }
}

/// Returns a time. The script adds how long ago it was.
pub fn time(at: Timestamp) -> Markup {
    let text = at.to_string();
    html! { time datetime=(text) { (readable(&text)) } }
}

/// Returns `2026-11-24 19:56:30.123` for RFC 3339's `2026-11-24T19:56:30.123Z`.
fn readable(text: &str) -> String {
    text.replace('T', " ").trim_end_matches('Z').to_owned()
}

/// Returns the time between a start and an end. Without an end, the script counts from `now` on.
pub fn elapsed(from: Timestamp, to: Option<Timestamp>, now: Timestamp) -> Markup {
    match to {
        Some(to) => html! { span { (duration(to.since(from))) } },
        None => {
            let millis = now.since(from).as_millis();
            html! { span class="counter" data-elapsed=(millis) { (duration(now.since(from))) } }
        }
    }
}

/// Returns the time until a moment. The script counts down.
pub fn remaining(until: Timestamp, now: Timestamp) -> Markup {
    let left = until.since(now);
    html! { span class="counter" data-remaining=(left.as_millis()) { (duration(left)) } }
}

/// Returns a duration with two units at most: `1.25 s`, `3 min 20 s`, `2 d 4 h`.
pub fn duration(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..60 => {
            let text = format!("{seconds}.{:02}", time.subsec_millis() / 10);
            let text = text.trim_end_matches('0').trim_end_matches('.');
            format!("{text} s")
        }
        seconds => PROSE.largest(seconds, 2),
    }
}

/// Returns a number with its unit, whose plural ends with `s`.
pub fn count(number: usize, unit: &str) -> String {
    counted(number, unit, &format!("{unit}s"))
}

/// Returns a number with its unit in the singular or plural.
pub fn counted(number: usize, one: &str, several: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {several}"),
    }
}

/// Returns the last part of an ARN, as the text of a link.
pub fn last_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

/// Returns the cause of a failure. A cause that is a JSON object or array is indented.
pub fn cause(cause: &str) -> Markup {
    let is_json = cause.trim_start().starts_with(['{', '[']);
    match Value::from_text(cause).ok().filter(|_| is_json) {
        Some(value) => json(&value),
        None => html! { pre tabindex="0" { (cause) } },
    }
}

/// Returns a text with indented lines, such as JSON or YAML. The script `code.js` of the console
/// adds colours, folding and search.
pub fn code(label: &str, text: &str) -> Markup {
    html! { code-view aria-label=(label) { pre tabindex="0" { code { (text) } } } }
}

/// Returns a value as indented JSON. A large value is cut.
pub fn json(value: &Value) -> Markup {
    let bytes = value.json_len();
    if bytes > MOST_BYTES {
        let text = value.to_text();
        let begin: String = text.chars().take(MOST_BYTES as usize).collect();
        return html! {
            pre class="json" tabindex="0" { code { (begin) "…" } }
            p class="hint" { "The first " (MOST_BYTES) " characters of " (bytes) " bytes. The file of the history has all of it." }
        };
    }
    code("JSON", &pretty(value))
}

/// Returns a value as indented JSON text.
pub fn pretty(value: &Value) -> String {
    format!("{:#}", value.to_json())
}

/// Returns the short text of a value, for one line.
pub fn brief(value: &Value) -> String {
    cut(&value.to_text())
}

/// Returns the begin of a long text, for one line.
pub fn cut(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_at_most_two_units() {
        for (millis, text) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_000, "1 s"),
            (1_250, "1.25 s"),
            (59_999, "59.99 s"),
            (60_000, "1 min"),
            (200_000, "3 min 20 s"),
            (3_600_000, "1 h"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(duration(Duration::from_millis(millis)), text, "{millis}");
        }
    }

    #[test]
    fn constants_of_the_api_become_words() {
        assert_eq!(words("TIMED_OUT"), "Timed out");
        assert_eq!(words(""), "");
    }
}
