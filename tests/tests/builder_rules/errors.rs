//! Errors that are retried and caught.

use super::Answer::{Never, PartOf, Rustc, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::{FlowBuilder, Retry, States};
use stepwright::{QueryLanguage, errors, every, expr};

pub(crate) const HANDLERS: &[Row] = &[
    (
        "`..` is not an error name of the service",
        Says(
            || with_task(|task, failed| task.catch(States::named("States.Timeot"), failed).end()),
            "in state `Charge`: `States.Timeot` is not an error name of the service; did you mean `States.Timeout`?",
        ),
    ),
    (
        ".. must be the only name of its ..: it matches every error",
        Says(
            || with_task(|task, failed| task.catch(States::ALL.or(States::TIMEOUT), failed).end()),
            "in state `Charge`: `States::ALL` must be the only name of its `.catch(..)`: it matches every error",
        ),
    ),
    (
        ".. matches every error, so each .. after it never runs: put it last",
        Says(
            || {
                with_task(|task, failed| {
                    task.catch(States::ALL, failed)
                        .catch(States::TIMEOUT, failed)
                        .end()
                })
            },
            "in state `Charge`: `States::ALL` matches every error, so each `.catch(..)` after it never runs: put it last",
        ),
    ),
    (
        "an earlier .. of this state already matches `..`, because `..` includes it: put this one first",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::TASK_FAILED))
                        .retry(Retry::on(errors!(PaymentError::Busy)))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: an earlier `.retry(..)` of this state already matches `PaymentError.Busy`, because `States.TaskFailed` includes it: put this one first",
        ),
    ),
    (
        "an earlier .. of this state already matches `..`: remove one of them",
        Says(
            || {
                with_task(|task, failed| {
                    task.catch(errors!(PaymentError::Busy), failed)
                        .catch(errors!(PaymentError::Busy), failed)
                        .end()
                })
            },
            "in state `Charge`: an earlier `.catch(..)` of this state already matches `PaymentError.Busy`: remove one of them",
        ),
    ),
    (
        "`..` is named here first",
        PartOf("an earlier .. of this state already matches `..`: remove one of them"),
    ),
    (
        ".. names no error; add a name or remove it",
        Rustc("`errors!` and `States` have at least one name"),
    ),
    (
        "an error name of this .. is empty; write the name, or ..",
        Says(
            || with_task(|task, failed| task.catch(States::named(" "), failed).end()),
            "in state `Charge`: an error name of this `.catch(..)` is empty; write the name, or `States::ALL`",
        ),
    ),
];

pub(crate) const RETRY: &[Row] = &[
    (
        "every error of the task",
        Never("it is the form of the message for functions, and the builder has its own form"),
    ),
    (
        "`catch { .. }` of `..` names every error of its task: move this error into it",
        Says(
            || {
                with_task(|task, failed| {
                    task.catch(errors!(PaymentError::Busy), failed)
                        .catch_every(
                            every!(PaymentError::Busy => failed, PaymentError::Declined => failed),
                        )
                        .end()
                })
            },
            "in state `Charge`: an earlier `.catch(..)` of this state already matches `PaymentError.Busy`: remove one of them",
        ),
    ),
    (
        "`_` matches every error, so each handler after it never runs: put it last",
        Says(
            || {
                with_task(|task, failed| {
                    task.catch_every(every!(PaymentError::Declined => failed, _ => failed))
                        .catch(errors!(PaymentError::Busy), failed)
                        .end()
                })
            },
            "in state `Charge`: `States::ALL` matches every error, so each `.catch(..)` after it never runs: put it last",
        ),
    ),
];

pub(crate) const CAUGHT: &[Row] = &[
    (
        "`..` must be last in a tuple variant of an arm `Err(..)`, because fields are passed by their positions: write `_` for each field before it",
        Never("it is the form of the message for functions, and the builder has its own form"),
    ),
    (
        "an arm `Err(..)` binds the fields of a variant by name, without nested patterns, because Step Functions selects a Catcher by the error's name alone: bind the field, and test it in the arm",
        Never("it is the form of the message for functions, and the builder has its own form"),
    ),
    (
        "a `catch` binds fields or, with `as`, the whole error; not both",
        Rustc("`errors!` with fields passes on the fields, without them the whole error"),
    ),
    (
        "this error does not bind `..`, but another error of this `catch` does: write a separate `catch` for it",
        Rustc("`.or(..)` and `.or_of(..)` join errors that carry the same type"),
    ),
    (
        "`..` must be the last field in a `catch`, because fields are passed by their positions: write `_` for each field before it",
        Rustc("`errors!` takes fields by their names"),
    ),
    (
        "JSONPath cannot read a field of an error: write `query_language JSONata;` in `..`, or bind the whole error with `as`",
        Says(
            || {
                let flow = FlowBuilder::<Order, u32>::new("Orders")
                    .query_language(QueryLanguage::JsonPath);
                let (first, failed) = (flow.declare("Charge"), flow.declare("Failed"));
                flow.start_at(&first);
                flow.task(&first, charge {})
                    .catch(errors!(PaymentError::Declined { reason }), &failed)
                    .end();
                flow.fail(&failed, "Failed", expr!(|reason: String| reason));
                faults(&flow)
            },
            "in state `Charge`: a catch of a JSONPath state passes on only the error; call `.query_language(QueryLanguage::Jsonata)` on this state",
        ),
    ),
    (
        "a `catch` binds fields by name, `Error::Variant { field }`, without nested patterns: Step Functions selects a `catch` by the error's name alone; match the value in a choice",
        Rustc("`errors!` takes names of fields and no patterns"),
    ),
];
