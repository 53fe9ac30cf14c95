//! Numbers that AWS limits.

use super::distributed::is_negative;
use crate::errors::Errors;
use crate::machine::{Amount, Machine, Retry, SettingValue, State, StateWork, UserExpr, Wait};
use proc_macro2::{Ident, Span};
use stepwright_asl::analysis::{
    as_float, backoff_problem, heartbeat_problem, max_delay_problem, seconds_problem,
    whole_number_problem,
};
use stepwright_asl::limits::{MAX_SECONDS, SECONDS};
use stepwright_asl::words;
use syn::Lit;

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    let of_workflow = machine.workflow.options.timeout.iter();
    let of_states = machine.states.iter().flat_map(|node| {
        let options = &node.state.options;
        options.timeout.iter().chain(&options.heartbeat)
    });
    for (keyword, amount) in of_workflow.chain(of_states) {
        seconds_are_in_range(keyword, amount, errors);
    }
    for node in &machine.states {
        heartbeats_are_below_timeouts(&node.state, errors);
        for retry in &node.state.options.retries {
            settings_are_in_range(retry, machine.workflow.function.is_some(), errors);
        }
        match &node.state.kind {
            StateWork::Wait(Some(Wait::Seconds(_, Amount::Seconds(seconds, span)))) => {
                if let Some(message) =
                    seconds_problem("a wait", as_float(*seconds), 0..=MAX_SECONDS)
                {
                    errors.at(*span, message);
                }
            }
            StateWork::Map(map) => {
                if let Some((_, limit)) = &map.max_concurrency {
                    concurrency_is_in_range(limit, machine.workflow.function.is_some(), errors);
                }
            }
            _ => {}
        }
    }
}

/// A number of seconds is within AWS's limits for timeouts.
fn seconds_are_in_range(keyword: &Ident, amount: &Amount, errors: &Errors) {
    if let Amount::Seconds(seconds, span) = amount
        && let Some(message) = seconds_problem(&format!("`{keyword}`"), as_float(*seconds), SECONDS)
    {
        let span = if *seconds == 0 { *span } else { keyword.span() };
        errors.at(span, message);
    }
}

/// A heartbeat is shorter than the timeout. Otherwise the timeout always ends the task first.
fn heartbeats_are_below_timeouts(state: &State, errors: &Errors) {
    let timeout = state.options.timeout.as_ref();
    let timeout = timeout.and_then(|(_, amount)| amount.known());
    if let (Some(timeout), Some((_, Amount::Seconds(heartbeat, span)))) =
        (timeout, &state.options.heartbeat)
        && let Some(message) = heartbeat_problem(
            &format!("the heartbeat of `{}`", state.name),
            "its timeout",
            as_float(*heartbeat),
            as_float(timeout),
        )
    {
        errors.at(*span, message);
    }
}

/// The settings of a `retry`.
const RETRY_SETTINGS: &[&str] = words!(interval max_attempts backoff_rate max_delay jitter);

/// The settings of a `retry` exist in ASL and are within AWS's limits.
fn settings_are_in_range(retry: &Retry, is_function: bool, errors: &Errors) {
    let mut numbers: Vec<(String, f64, Span)> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for setting in &retry.settings {
        let name = setting.name.to_string();
        let span = setting.value.span();
        if seen.contains(&name) {
            errors.at(setting.name.span(), format!("`{name}` is given twice"));
        }
        match (name.as_str(), &setting.value) {
            ("interval" | "max_delay" | "max_attempts", SettingValue::Whole(number, _)) => {
                numbers.push((name.clone(), as_float(*number), span));
            }
            ("backoff_rate", value) => match rate(value) {
                Some(rate) => numbers.push((name.clone(), rate, span)),
                None => errors.at(
                    span,
                    format!(
                        "`{}` must be a number that is at least 1.0",
                        word_of(&name, is_function)
                    ),
                ),
            },
            ("jitter", SettingValue::Word(word)) if word == "full" || word == "none" => {}
            ("jitter", _) => errors.at(span, "`jitter` must be `full` or `none`"),
            ("interval" | "max_delay", _) => {
                errors.at(
                    span,
                    format!("`{name}` must be a duration, such as `2s` or `5m`"),
                );
            }
            ("max_attempts", _) => errors.at(span, "`max_attempts` must be a whole number"),
            _ => errors.at(
                setting.name.span(),
                format!(
                    "`{name}` is not a setting of `retry`{}",
                    match crate::suggest::closest(&name, RETRY_SETTINGS.iter().copied()) {
                        Some(close) => format!("; did you mean `{close}`?"),
                        None => format!("; the settings are `{}`", RETRY_SETTINGS.join("`, `")),
                    }
                ),
            ),
        }
        seen.push(name);
    }
    let interval = numbers.iter().rev().find(|(name, ..)| name == "interval");
    let interval = interval.map(|(_, seconds, _)| *seconds);
    let word = |name: &str| format!("`{}`", word_of(name, is_function));
    for (name, number, span) in numbers.iter() {
        let what = word(name);
        let problem = match name.as_str() {
            "interval" => seconds_problem(&what, *number, SECONDS),
            "max_delay" => max_delay_problem(&what, &word("interval"), *number, interval),
            "max_attempts" => whole_number_problem(&what, *number, (0, Some(MAX_SECONDS)), ""),
            _ => backoff_problem(&what, *number),
        };
        if let Some(message) = problem {
            errors.at(*span, message);
        }
    }
}

/// The name of a setting of `retry`, or of the policy of a function.
fn word_of(setting: &str, is_function: bool) -> &str {
    match setting {
        "interval" if is_function => "every",
        "max_attempts" if is_function => "times",
        "backoff_rate" if is_function => "backoff",
        setting => setting,
    }
}

/// Returns the number of a `backoff_rate`.
pub(crate) fn rate(value: &SettingValue) -> Option<f64> {
    match value {
        SettingValue::Whole(whole, _) => whole.to_string().parse().ok(),
        SettingValue::Literal(Lit::Float(number)) => number.base10_parse().ok(),
        SettingValue::Literal(Lit::Int(number)) => number.base10_parse().ok(),
        _ => None,
    }
}

/// A concurrency limit is not negative. For AWS, 0 means no limit.
fn concurrency_is_in_range(limit: &UserExpr, is_function: bool, errors: &Errors) {
    if is_negative(&limit.syn) {
        let name = if is_function {
            "concurrency"
        } else {
            "max_concurrency"
        };
        errors.on(&limit.syn, format!("`{name}` must be 0 (no limit) or more"));
    }
}
