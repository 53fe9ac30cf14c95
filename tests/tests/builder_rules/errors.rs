//! Errors that are retried and caught.

use super::Answer::{Rustc, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::{FlowBuilder, Retry, States};
use stepwright::{QueryLanguage, errors, every, expr};

pub(crate) const RETRY: &[Row] = &[
    (
        "ASL has no error `States...`..",
        Says(
            || with_task(|task, failed| task.catch(States::named("States.Timeot"), failed).end()),
            "in state `Charge`: `.catch(..)` names `States.Timeot`, and ASL has no such error, did you mean `States.Timeout`?",
        ),
    ),
    (
        "`States::ALL` stands alone in a `..`: it names every error already",
        Says(
            || with_task(|task, failed| task.catch(States::ALL.or(States::TIMEOUT), failed).end()),
            "in state `Charge`: `States::ALL` stands alone in a `.catch(..)`: it names every error already",
        ),
    ),
    (
        "`States::ALL` takes every error, so each `..` after it never runs: put it last",
        Says(
            || {
                with_task(|task, failed| {
                    task.catch(States::ALL, failed)
                        .catch(States::TIMEOUT, failed)
                        .end()
                })
            },
            "in state `Charge`: `States::ALL` takes every error, so each `.catch(..)` after it never runs: call this one last",
        ),
    ),
    (
        "an earlier `..` of this state takes this already: `..` stands for it too; put this one before",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::TASK_FAILED))
                        .retry(Retry::on(errors!(PaymentError::Busy)))
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `Charge`: an earlier `.retry(..)` of this state takes `PaymentError.Busy` already: `States.TaskFailed` stands for it too; call this one before",
        ),
    ),
    (
        "an earlier `..` of this state takes `..` already: take one of them out",
        Says(
            || {
                with_task(|task, failed| {
                    task.catch(errors!(PaymentError::Busy), failed)
                        .catch(errors!(PaymentError::Busy), failed)
                        .end()
                })
            },
            "in state `Charge`: an earlier `.catch(..)` of this state takes `PaymentError.Busy` already: take one of them out",
        ),
    ),
    (
        "`catch { .. }` of `..` names this error as well: say it there",
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
            "in state `Charge`: an earlier `.catch(..)` of this state takes `PaymentError.Busy` already: take one of them out",
        ),
    ),
    (
        "`_` takes every error, so what stands after it never runs: put it last",
        Says(
            || {
                with_task(|task, failed| {
                    task.catch_every(every!(PaymentError::Declined => failed, _ => failed))
                        .catch(errors!(PaymentError::Busy), failed)
                        .end()
                })
            },
            "in state `Charge`: `States::ALL` takes every error, so each `.catch(..)` after it never runs: call this one last",
        ),
    ),
];

pub(crate) const CAUGHT: &[Row] = &[
    (
        "a `catch` binds fields or, with `as`, the whole error; not both",
        Rustc("`errors!` with fields passes on the fields, without them the whole error"),
    ),
    (
        "this error does not bind `..`, and the others of its `catch` do: give it a `catch` of its own",
        Rustc("`.or(..)` and `.or_of(..)` join errors that carry the same type"),
    ),
    (
        "`..` must be the last in a `catch`, because fields travel by their numbers: write `_` for each field before",
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
        "a `catch` binds fields by name, `Error::Variant { field }`, and looks no deeper: Step Functions chooses by the error's name alone; look into the value in a choice",
        Rustc("`errors!` takes names of fields and no patterns"),
    ),
];
