//! Numbers that AWS limits.

use super::distributed::is_negative;
use crate::errors::Errors;
use crate::machine::{Amount, Machine, Retry, SettingValue, State, StateWork, UserExpr, Wait};
use proc_macro2::Ident;
use stepwright_asl::limits::{DELAY_SECONDS, MAX_SECONDS, MIN_BACKOFF_RATE, SECONDS};
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
            settings_are_in_range(retry, errors);
        }
        match &node.state.kind {
            StateWork::Wait(Some(Wait::Seconds(_, Amount::Seconds(seconds, span))))
                if *seconds > MAX_SECONDS =>
            {
                errors.at(*span, format!("a wait is at most {MAX_SECONDS} seconds"));
            }
            StateWork::Map(map) => {
                if let Some((_, limit)) = &map.max_concurrency {
                    concurrency_is_in_range(limit, errors);
                }
            }
            _ => {}
        }
    }
}

/// Seconds are in the range of all timeouts.
fn seconds_are_in_range(keyword: &Ident, amount: &Amount, errors: &Errors) {
    if let Amount::Seconds(seconds, span) = amount
        && !SECONDS.contains(seconds)
    {
        let span = if *seconds == 0 { *span } else { keyword.span() };
        errors.at(
            span,
            format!("a `{keyword}` is from 1 to {MAX_SECONDS} seconds; this is {seconds}"),
        );
    }
}

/// A heartbeat is shorter than the timeout, else the timeout always comes first.
fn heartbeats_are_below_timeouts(state: &State, errors: &Errors) {
    let timeout = state.options.timeout.as_ref();
    let timeout = timeout.and_then(|(_, amount)| amount.known());
    let heartbeat = match &state.options.heartbeat {
        Some((_, Amount::Seconds(seconds, span))) => Some((*seconds, *span)),
        _ => None,
    };
    if let (Some(timeout), Some((heartbeat, span))) = (timeout, heartbeat)
        && heartbeat >= timeout
    {
        errors.at(
            span,
            format!(
                "the heartbeat of `{}` must be shorter than its timeout: {heartbeat} s is not below {timeout} s",
                state.name
            ),
        );
    }
}

/// Retries have the settings that ASL has, within AWS's limits.
fn settings_are_in_range(retry: &Retry, errors: &Errors) {
    const NAMES: &[&str] = &[
        "interval",
        "max_attempts",
        "backoff_rate",
        "max_delay",
        "jitter",
    ];
    let mut interval = None;
    let mut seen: Vec<String> = Vec::new();
    for setting in &retry.settings {
        let name = setting.name.to_string();
        let span = setting.value.span();
        if seen.contains(&name) {
            errors.at(setting.name.span(), format!("`{name}` is given twice"));
        }
        match (name.as_str(), &setting.value) {
            ("interval", SettingValue::Whole(seconds, _)) => {
                interval = Some(*seconds);
                if !SECONDS.contains(seconds) {
                    errors.at(
                        span,
                        format!("an interval is from 1 to {MAX_SECONDS} seconds"),
                    );
                }
            }
            ("max_delay", SettingValue::Whole(seconds, _)) => {
                if !DELAY_SECONDS.contains(seconds) {
                    errors.at(
                        span,
                        format!(
                            "a `max_delay` is from {} to {} seconds",
                            DELAY_SECONDS.start(),
                            DELAY_SECONDS.end()
                        ),
                    );
                } else if interval.is_some_and(|interval| *seconds <= interval) {
                    errors.at(span, "`max_delay` must be longer than `interval`");
                }
            }
            ("max_attempts", SettingValue::Whole(attempts, _)) => {
                if *attempts > MAX_SECONDS {
                    errors.at(span, format!("`max_attempts` is at most {MAX_SECONDS}"));
                }
            }
            ("backoff_rate", value) => match rate(value) {
                Some(rate) if rate >= MIN_BACKOFF_RATE => {}
                Some(_) => errors.at(span, "a `backoff_rate` is at least 1.0"),
                None => errors.at(span, "a `backoff_rate` is a number, at least 1.0"),
            },
            ("jitter", SettingValue::Word(word)) if word == "full" || word == "none" => {}
            ("jitter", _) => errors.at(span, "`jitter` is `full` or `none`"),
            ("interval" | "max_delay", _) => {
                errors.at(span, format!("`{name}` is a duration: `2s`, `5m`"));
            }
            ("max_attempts", _) => errors.at(span, "`max_attempts` is a whole number"),
            _ => errors.at(
                setting.name.span(),
                format!(
                    "`{name}` is no setting of a `retry`{}",
                    match crate::suggest::closest(&name, NAMES.iter().copied()) {
                        Some(close) => format!("; did you mean `{close}`?"),
                        None => format!(": there are `{}`", NAMES.join("`, `")),
                    }
                ),
            ),
        }
        seen.push(name);
    }
}

/// The number that a `backoff_rate` is set to.
pub(crate) fn rate(value: &SettingValue) -> Option<f64> {
    match value {
        SettingValue::Whole(whole, _) => whole.to_string().parse().ok(),
        SettingValue::Literal(Lit::Float(number)) => number.base10_parse().ok(),
        SettingValue::Literal(Lit::Int(number)) => number.base10_parse().ok(),
        _ => None,
    }
}

/// A map runs at least one item at a time; 0 is AWS's word for no limit.
fn concurrency_is_in_range(limit: &UserExpr, errors: &Errors) {
    if is_negative(&limit.syn) {
        errors.on(&limit.syn, "`max_concurrency` is 0 (no limit) or more");
    }
}
