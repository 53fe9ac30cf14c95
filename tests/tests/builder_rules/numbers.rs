//! Numbers.

use super::Answer::{Never, Rustc, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::{FlowBuilder, Retry, States};

pub(crate) const NUMBERS: &[Row] = &[
    (
        "a wait is at most .. seconds",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let only = flow.declare("Only");
                flow.start_at(&only);
                flow.wait(&only, 100_000_000).end();
                faults(&flow)
            },
            "in state `Only`: a wait is at most 99999999 seconds",
        ),
    ),
    (
        "a `..` is from 1 to .. seconds; this is ..",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders").timeout(0);
                let only = flow.declare("Only");
                flow.start_at(&only);
                flow.succeed(&only);
                faults(&flow)
            },
            "`.timeout(..)` of the workflow is from 1 to 99999999 seconds; this is 0",
        ),
    ),
    (
        "the heartbeat of `..` must be shorter than its timeout: .. s is not below .. s",
        Says(
            || {
                with_task(|task, failed| {
                    task.timeout(5)
                        .heartbeat(5)
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.heartbeat(..)` must be shorter than `.timeout(..)`: 5 s is not below 5 s",
        ),
    ),
    (
        "`..` is given twice",
        Never("a repeated setting replaces the earlier one, as in other Rust builders"),
    ),
    (
        "an interval is from 1 to .. seconds",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL).interval(0))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.interval(0)` of `.retry(..)` is from 1 to 99999999 seconds",
        ),
    ),
    (
        "a `max_delay` is from .. to .. seconds",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL).max_delay(40_000_000))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.max_delay(40000000)` of `.retry(..)` is from 1 to 31622399 seconds",
        ),
    ),
    (
        "`max_delay` must be longer than `interval`",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL).interval(3).max_delay(3))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.max_delay(..)` of `.retry(..)` must be longer than its `.interval(..)`",
        ),
    ),
    (
        "`max_attempts` is at most ..",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL).max_attempts(100_000_000))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.max_attempts(..)` of `.retry(..)` is at most 99999999",
        ),
    ),
    (
        "a `backoff_rate` is at least 1.0",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL).backoff_rate(0.5))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.backoff_rate(..)` of `.retry(..)` is at least 1.0; this is 0.5",
        ),
    ),
    (
        "a `backoff_rate` is a number, at least 1.0",
        Rustc("`.backoff_rate(..)` takes an `f64`"),
    ),
    (
        "`jitter` is `full` or `none`",
        Rustc("`.jitter(..)` takes a `JitterStrategy`"),
    ),
    (
        "`max_attempts` is a whole number",
        Rustc("`.max_attempts(..)` takes a `u32`"),
    ),
    (
        "`..` is no setting of a `retry`..",
        Rustc("a setting is a method of `Retry`"),
    ),
    (
        "`max_concurrency` is 0 (no limit) or more",
        Rustc("`.max_concurrency(..)` takes a `u32`"),
    ),
];
