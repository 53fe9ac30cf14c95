//! Wait, Fail and Succeed states.

use stepwright_asl::duration_text::COMPACT;
use stepwright_asl::json::Json;
use stepwright_asl::model::StateKind;

use super::text::{SourceLines, is_safe, literal};
use super::values;
use super::writing::{MAX_SECONDS, StateConversion};

pub(super) fn wait(writing: &mut StateConversion<'_>, lines: &mut SourceLines) {
    if let Some(seconds) = writing.whole("Seconds", 0, MAX_SECONDS) {
        writing.covered.push("Seconds");
        return lines.line(&format!("seconds {};", COMPACT.exact(seconds)));
    }
    if let Some(seconds) = writing.text("SecondsPath").and_then(values::path) {
        writing.covered.push("SecondsPath");
        return lines.line(&format!("seconds {seconds};"));
    }
    if let Some(time) = writing.text("TimestampPath").and_then(values::path) {
        writing.covered.push("TimestampPath");
        return lines.line(&format!("timestamp {time};"));
    }
    if let Some(time) = writing.text("Timestamp")
        && let Some(written) = match values::expression(time) {
            Some(expression) if writing.jsonata => Some(expression),
            _ => is_safe(time).then(|| literal(time)),
        }
    {
        writing.covered.push("Timestamp");
        return lines.line(&format!("timestamp {written};"));
    }
    if let Some(seconds) = writing.text("Seconds").and_then(values::expression) {
        writing.covered.push("Seconds");
        return lines.line(&format!("seconds {seconds};"));
    }
    // `raw` replaces this placeholder.
    lines.line("seconds 0;");
    let zero = Json::from(0_u64);
    writing.emitted.insert("Seconds".to_owned(), zero);
}

/// The values of a fail, if they can be expressed.
pub(super) fn fail(writing: &mut StateConversion<'_>) -> Option<String> {
    let mut written = Vec::new();
    for (field, path) in [("Error", "ErrorPath"), ("Cause", "CausePath")] {
        let literal = match writing.text(field) {
            Some(text) => values::text(text, writing.jsonata),
            None => None,
        };
        let computed = || values::path_or_intrinsic(writing.text(path)?);
        match (literal, computed()) {
            (Some(value), _) => written.push((field, value)),
            (None, Some(value)) => written.push((path, value)),
            // The second value requires the first one.
            (None, None) => break,
        }
    }
    if written.is_empty() {
        return None;
    }
    writing
        .covered
        .extend(written.iter().map(|(field, _)| field));
    let values: Vec<String> = written.into_iter().map(|(_, value)| value).collect();
    Some(values.join(", "))
}

/// Timeouts and numeric settings of a task, parallel or map.
pub(super) fn limits(kind: StateKind, writing: &mut StateConversion<'_>, lines: &mut SourceLines) {
    match kind {
        StateKind::Task => {
            let timeout = writing.whole("TimeoutSeconds", 1, MAX_SECONDS);
            let most = timeout.unwrap_or(MAX_SECONDS) - 1;
            amount(
                "timeout",
                "TimeoutSeconds",
                "TimeoutSecondsPath",
                MAX_SECONDS,
                writing,
                lines,
            );
            amount(
                "heartbeat",
                "HeartbeatSeconds",
                "HeartbeatSecondsPath",
                most,
                writing,
                lines,
            );
            credentials(writing, lines);
        }
        StateKind::Map => {
            let limit = writing.whole("MaxConcurrency", 0, 10_000);
            let limit = limit.map(|limit| limit.to_string());
            let limit = limit.or_else(|| computed("MaxConcurrency", "MaxConcurrencyPath", writing));
            if let Some(limit) = limit {
                writing
                    .covered
                    .extend(["MaxConcurrency", "MaxConcurrencyPath"]);
                lines.line(&format!("max_concurrency {limit};"));
            }
        }
        _ => {}
    }
}

/// A number of seconds, or the expression for it.
fn amount(
    word: &str,
    field: &'static str,
    path: &'static str,
    most: i64,
    writing: &mut StateConversion<'_>,
    lines: &mut SourceLines,
) {
    let seconds = writing
        .whole(field, 1, most)
        .map(|seconds| COMPACT.exact(seconds));
    if let Some(seconds) = seconds.or_else(|| computed(field, path, writing)) {
        writing.covered.extend([field, path]);
        lines.line(&format!("{word} {seconds};"));
    }
}

/// The expression or the path for a number.
fn computed(field: &str, path: &str, writing: &StateConversion<'_>) -> Option<String> {
    if writing.jsonata {
        return writing.text(field).and_then(values::expression);
    }
    let alone = writing.get(field).is_none();
    writing.text(path).filter(|_| alone).and_then(values::path)
}

/// `credentials role;`
fn credentials(writing: &mut StateConversion<'_>, lines: &mut SourceLines) {
    let Some(credentials) = writing.get("Credentials").and_then(Json::as_object) else {
        return;
    };
    let mut members = credentials.iter();
    let (Some((key, role)), None) = (members.next(), members.next()) else {
        return;
    };
    let role = match values::computed(key, role, writing.jsonata) {
        Some(("RoleArn", path)) => path,
        None if key == "RoleArn" => role.as_str().and_then(|role| {
            if writing.jsonata {
                values::expression(role).or_else(|| owned(role))
            } else {
                owned(role)
            }
        }),
        _ => None,
    };
    if let Some(role) = role {
        writing.covered.push("Credentials");
        lines.line(&format!("credentials {role};"));
    }
}

fn owned(text: &str) -> Option<String> {
    let placeholder = values::whole_placeholder(text);
    placeholder.or_else(|| is_safe(text).then(|| format!("{}.to_owned()", literal(text))))
}
