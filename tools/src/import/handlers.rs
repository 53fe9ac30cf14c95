//! Retriers, catchers, and the edges of rules and catchers.

use stepwright_asl::duration_text::COMPACT;
use stepwright_asl::errors;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::limits::{DELAY_SECONDS, lambda_retrier, retried_errors};

use super::text::{SourceLines, SourceValue, is_safe, literal};
use super::writing::{MAX_SECONDS, StateConversion};

/// `before => X;`, with the variables that the edge assigns, and the fields that are not covered
/// yet.
pub(super) fn edge(
    before: &str,
    lets: &[String],
    rest: &Object,
    next: &str,
    lines: &mut SourceLines,
) {
    let mut rest = rest.clone();
    let path = match rest.get("ResultPath") {
        Some(Json::String(path)) => Some(format!("result_path {};", literal(path))),
        Some(Json::Null) => Some("result_path null;".to_owned()),
        _ => None,
    };
    if path.is_some() {
        rest.shift_remove("ResultPath");
    }
    let lets: Vec<String> = lets.iter().cloned().chain(path).collect();
    if rest.is_empty() && lets.is_empty() {
        return lines.line(&format!("{before} => {next};"));
    }
    let fields = (!rest.is_empty()).then(|| SourceValue::raw(&Json::Object(rest)));
    let mut parts = lets.clone();
    parts.extend(fields.iter().map(|fields| format!("raw {fields}")));
    let line = format!("{before} => {{ {} next {next}; }}", parts.join(" "));
    if lines.fits(&line) {
        return lines.line(&line);
    }
    lines.open(&format!("{before} => {{"));
    lets.iter().for_each(|one| lines.line(one));
    if let Some(fields) = &fields {
        lines.tree("raw ", fields, "");
    }
    lines.line(&format!("next {next};"));
    lines.close("}");
}

/// Whether one of the retriers matches every error.
pub(super) fn retries_all(retriers: &[Json]) -> bool {
    let mut names = retriers.iter().flat_map(retried_errors);
    names.any(|name| name == errors::ALL)
}

/// `retry ..;` for each Retrier except that of `lambda_retries`, if all of them can be expressed.
pub(super) fn retries(lambda: bool, writing: &mut StateConversion<'_>, lines: &mut SourceLines) {
    let Some(retriers) = writing.get("Retry").and_then(Json::as_array) else {
        return;
    };
    let mut rest = retriers.to_vec();
    if let Some(index) = lambda_retrier(retriers).filter(|_| lambda) {
        rest.remove(index);
        if rest.is_empty() {
            return writing.covered.push("Retry");
        }
    }
    let retriers = rest.as_slice();
    let written: Option<Vec<String>> = retriers.iter().map(retry).collect();
    if let Some(written) = written.filter(|written| !written.is_empty())
        && !shadowed(retriers).contains(&true)
    {
        writing.covered.push("Retry");
        for (retrier, line) in retriers.iter().zip(&written) {
            let comment = retrier.get("Comment").and_then(Json::as_str);
            for text in comment.unwrap_or_default().lines() {
                lines.line(format!("// {text}").trim_end());
            }
            lines.line(line);
        }
    }
}

fn retry(retrier: &Json) -> Option<String> {
    let retrier = retrier.as_object()?;
    let names = error_names(retrier)?;
    let whole = |field: &str, least: i64| {
        let value = retrier.get(field)?.as_i64()?;
        (least..=MAX_SECONDS).contains(&value).then_some(value)
    };
    let interval = whole("IntervalSeconds", 1);
    let mut settings = Vec::new();
    for (field, value) in retrier {
        let setting = match field.as_str() {
            "ErrorEquals" => continue,
            // The macro has no comment for a Retrier, so it becomes a comment in the source.
            "Comment" if value.as_str().is_some() => continue,
            "IntervalSeconds" => format!("interval: {}", COMPACT.exact(interval?)),
            "MaxAttempts" => format!("max_attempts: {}", whole(field, 0)?),
            "MaxDelaySeconds" => {
                let delay = whole(field, 1)?;
                if delay <= interval.unwrap_or(1) || delay > DELAY_SECONDS.end().cast_signed() {
                    return None;
                }
                format!("max_delay: {}", COMPACT.exact(delay))
            }
            "BackoffRate" => {
                let rate = value.as_number()?;
                let plain = rate
                    .to_string()
                    .chars()
                    .all(|c| c.is_ascii_digit() || c == '.');
                if rate.as_f64() < 1.0 || !plain || rate.is_giant() {
                    return None;
                }
                format!("backoff_rate: {rate}")
            }
            "JitterStrategy" => match value.as_str()? {
                "FULL" => "jitter: full".to_owned(),
                "NONE" => "jitter: none".to_owned(),
                _ => return None,
            },
            _ => return None,
        };
        settings.push(setting);
    }
    let settings = if settings.is_empty() {
        String::new()
    } else {
        format!(" ({})", settings.join(", "))
    };
    Some(format!("retry {names}{settings};"))
}

/// `States::Timeout | "Lambda.Unknown"`, if the macro accepts these names.
pub(super) fn error_names(object: &Object) -> Option<String> {
    let names = object.get("ErrorEquals")?.as_array()?;
    let mut written = Vec::new();
    for name in names {
        let name = name.as_str()?;
        if !is_safe(name) {
            return None;
        }
        written.push(match name.strip_prefix("States.") {
            Some(rest) if errors::is_reserved(name) && !rest.contains('.') => {
                format!("States::{rest}")
            }
            _ => literal(name),
        });
    }
    (!written.is_empty()).then(|| written.join(" | "))
}

/// Which Retriers or Catchers name an error that an earlier one matches: the macro rejects these.
pub(super) fn shadowed(list: &[Json]) -> Vec<bool> {
    let mut before: Vec<String> = Vec::new();
    let mut shadowed = Vec::new();
    for entry in list {
        let names = entry.get("ErrorEquals").and_then(Json::as_array);
        let names = names.unwrap_or_default().iter().filter_map(Json::as_str);
        let all = before.iter().any(|earlier| earlier == errors::ALL);
        let mut taken = all;
        for name in names {
            let predefined: Vec<&String> = before
                .iter()
                .filter(|earlier| errors::is_reserved(earlier))
                .collect();
            taken |= before.iter().any(|earlier| earlier == name)
                || (name != errors::ALL && errors::matches(&predefined, name));
            before.push(name.to_owned());
        }
        shadowed.push(taken);
    }
    shadowed
}
