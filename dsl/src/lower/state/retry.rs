//! Retriers.

use super::StateLowering;
use crate::flow::{Jitter, Rate, Retry};
use stepwright_asl::json::Number;
use stepwright_asl::limits::{LAMBDA_ERRORS, retries_all_lambda_errors};
use stepwright_asl::model::{JitterStrategy, Retrier};

impl StateLowering<'_, '_> {
    /// The state's Retriers. For a Lambda function, also those of `lambda_retries` if the workflow
    /// enables them.
    pub(super) fn retriers(&mut self, is_lambda: bool) -> Vec<Retrier> {
        let state = self.state;
        let mut retriers = Vec::with_capacity(state.retry.len() + 1);
        for retry in &state.retry {
            self.refuse_unsafe_names(&retry.errors);
            self.report_unclear(retry.unclear.as_ref());
            retriers.push(retrier(retry));
        }
        if is_lambda && self.flow.lambda_retries {
            let own = |name: &&str| {
                !state
                    .retry
                    .iter()
                    .any(|retry| retry.errors.iter().any(|error| error == name))
            };
            let names: Vec<_> = LAMBDA_ERRORS
                .iter()
                .filter(|name| own(name))
                .map(ToString::to_string)
                .collect();
            if !names.is_empty() {
                // After `States.TaskFailed` or `States.ALL` it would never apply.
                let is_wider = |retry: &Retry| {
                    retries_all_lambda_errors(retry.errors.iter().map(|error| &**error))
                };
                let wider = state.retry.iter().position(is_wider);
                let at = wider.unwrap_or(retriers.len());
                retriers.insert(
                    at,
                    Retrier {
                        error_equals: names,
                        interval_seconds: Some(2u32.into()),
                        max_attempts: Some(6u32.into()),
                        backoff_rate: Some(2u32.into()),
                        ..Retrier::default()
                    },
                );
            }
        }
        retriers
    }
}

fn retrier(retry: &Retry) -> Retrier {
    Retrier {
        error_equals: retry.errors.iter().map(ToString::to_string).collect(),
        interval_seconds: retry.interval.map(Into::into),
        max_attempts: retry.max_attempts.map(Into::into),
        backoff_rate: retry.backoff_rate.and_then(rate).map(Into::into),
        max_delay_seconds: retry.max_delay.map(Into::into),
        jitter_strategy: retry.jitter.map(|jitter| match jitter {
            Jitter::Full => JitterStrategy::Full.into(),
            Jitter::None => JitterStrategy::None.into(),
        }),
        ..Retrier::default()
    }
}

fn rate(rate: Rate) -> Option<Number> {
    match rate {
        Rate::Whole(rate) => Some(rate.into()),
        Rate::Fraction(rate) => Number::from_f64(rate),
    }
}
