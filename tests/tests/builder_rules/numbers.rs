//! Numbers.

use super::Answer::{Never, PartOf, Rustc, Says};
use super::Row;
use super::distributed::over;
use super::domain::*;
use stepwright::builder::{FlowBuilder, Retry, States};

pub(crate) const NUMBERS: &[Row] = &[
    (
        ".. must be from .. to ....; this is ..",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let only = flow.declare("Only");
                flow.start_at(&only);
                flow.wait(&only, 100_000_000).end();
                faults(&flow)
            },
            "in state `Only`: a wait must be from 0 to 99999999 seconds; this is 100000000",
        ),
    ),
    (
        ".. must be from .. to ....; this is ..",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders").timeout(0);
                let only = flow.declare("Only");
                flow.start_at(&only);
                flow.succeed(&only);
                faults(&flow)
            },
            "`.timeout(..)` of the workflow must be from 1 to 99999999 seconds; this is 0",
        ),
    ),
    (
        ".. must be shorter than ..: .. s is not less than .. s",
        Says(
            || {
                with_task(|task, failed| {
                    task.timeout(5)
                        .heartbeat(5)
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.heartbeat(..)` must be shorter than `.timeout(..)`: 5 s is not less than 5 s",
        ),
    ),
    (
        ".. must be from .. to ....; this is ..",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL).max_delay(40_000_000))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.max_delay(..)` of `.retry(..)` must be from 1 to 31622399 seconds; this is 40000000",
        ),
    ),
    (
        ".. must be longer than ..",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL).interval(3).max_delay(3))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.max_delay(..)` of `.retry(..)` must be longer than `.interval(..)` of `.retry(..)`",
        ),
    ),
    (
        ".. must be from .. to ....; this is ..",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL).max_attempts(100_000_000))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.max_attempts(..)` of `.retry(..)` must be from 0 to 99999999; this is 100000000",
        ),
    ),
    (
        ".. must be at least 1.0; this is ..",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL).backoff_rate(0.5))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.backoff_rate(..)` of `.retry(..)` must be at least 1.0; this is 0.5",
        ),
    ),
    (
        ".. must be a whole number; this is ..",
        Says(
            || {
                with_task(|task, failed| {
                    task.raw("TimeoutSeconds", 1.5)
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: `.timeout(..)` must be a whole number; this is 1.5",
        ),
    ),
    (
        ".. must be at least ..; this is ..",
        Rustc("`.max_concurrency(..)` and `.tolerated_failures(..)` take a `u32`"),
    ),
    (
        ".. must be from 0 to 100; this is ..",
        Says(
            || {
                over(|map, failed| {
                    map.tolerated_percentage(101)
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `All`: `.tolerated_percentage(..)` must be from 0 to 100; this is 101",
        ),
    ),
];

pub(crate) const SETTINGS: &[Row] = &[
    (
        "the heartbeat of `..`",
        Never("it is the name of the heartbeat in a message of `asl/src/analysis`"),
    ),
    (
        "`..` must be a duration, such as `2s` or `5m`",
        Rustc("`.interval(..)` and `.max_delay(..)` take seconds"),
    ),
    (
        "`..` is given twice",
        Never("a repeated setting replaces the earlier one, as in other Rust builders"),
    ),
    (
        "`..` must be a number that is at least 1.0",
        Rustc("`.backoff_rate(..)` takes an `f64`"),
    ),
    (
        "`jitter` must be `full` or `none`",
        Rustc("`.jitter(..)` takes a `JitterStrategy`"),
    ),
    (
        "`max_attempts` must be a whole number",
        Rustc("`.max_attempts(..)` takes a `u32`"),
    ),
    (
        "`..` is not a setting of `retry`..",
        Rustc("a setting is a method of `Retry`"),
    ),
    (
        "; the settings are `..`",
        PartOf("`..` is not a setting of `retry`.."),
    ),
    (
        "`..` must be 0 (no limit) or more",
        Rustc("`.max_concurrency(..)` takes a `u32`"),
    ),
];
