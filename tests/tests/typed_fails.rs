//! A `fail` with a value of an error type, and with an optional text. docs/reference/language.md
//! has the workflows `Payout` and `Claim`.

use serde_json::{Value, json};
use stepwright::prelude::*;
use stepwright_runtime::testing::expect;
use stepwright_runtime::{Engine, ExecutionReport};

#[derive(Debug, thiserror::Error, TaskError)]
pub(crate) enum PayoutFailed {
    #[error("undone: {why}")]
    Undone { why: String, amount: f64 },
    #[error("nothing to pay")]
    Nothing,
    #[error("{0} is {1}")]
    Negative(f64, String),
}

#[derive(Debug, thiserror::Error, TaskError)]
#[error("part {part} is broken")]
pub(crate) struct Broken {
    pub(crate) part: f64,
}

#[derive(Debug, thiserror::Error, TaskError)]
#[error("{0} is broken")]
pub(crate) struct BrokenPair(pub(crate) f64, pub(crate) Option<String>);

#[task]
pub(crate) async fn refuse(note: Option<String>) -> Result<String, Broken> {
    let _ = note;
    Err(Broken { part: 2.0 })
}

/// The same workflow as a function.
mod function {
    use super::PayoutFailed;
    use stepwright::function::*;

    #[workflow(name = "PayoutOfFunction")]
    pub(crate) async fn payout(amount: f64) -> Result<String, PayoutFailed> {
        if amount > 100.0 {
            let why = format!("{amount} is too much");
            return Err(PayoutFailed::Undone { why, amount });
        }
        if amount == 0.0 {
            return Err(PayoutFailed::Nothing);
        }
        if amount < 0.0 {
            return Err(PayoutFailed::Negative(amount, "below".to_owned()));
        }
        Ok("paid".to_owned())
    }
}

workflow! {
    workflow Payout(amount: f64) -> String {
        choice Size {
            when amount > 100.0 => TooMuch;
            when amount == 0.0 => Nothing;
            when amount < 0.0 => Negative;
            otherwise => Paid;
        }
        succeed Paid { "paid".to_owned() }
        fail TooMuch {
            let why = format!("{amount} is too much");
            PayoutFailed::Undone { why, amount }
        }
        fail Nothing { PayoutFailed::Nothing }
        fail Negative { PayoutFailed::Negative(amount, "below".to_owned()) }
    }

    workflow Claim(amount: f64) -> String {
        task Pay {
            let receipt = workflow Payout(amount);
            catch PayoutFailed::Undone { why, .. } => Report;
            catch PayoutFailed::Negative(below, _) => Refuse;
            next Done;
        }
        succeed Done { receipt }
        succeed Report { why }
        succeed Refuse { format!("{below}") }
    }

    workflow Branches(amount: f64) -> String {
        parallel Both {
            branch { fail Undone { PayoutFailed::Undone { why: "no".to_owned(), amount } } }
            branch { pass Nothing { end 1; } };
            catch {
                PayoutFailed::Undone { why, .. } => Report,
                PayoutFailed::Nothing | PayoutFailed::Negative(..) => Other,
            }
            next Other;
        }
        succeed Report { why }
        succeed Other { "other".to_owned() }
    }

    workflow OfStruct(amount: f64) { fail Broken { Broken { part: amount } } }
    workflow OfTuple(amount: f64) { fail Broken { BrokenPair(amount, None) } }

    workflow Optional(note: Option<String>) { fail Noted { "Noted", note } }
    workflow Rethrown(note: Option<String>) {
        task Try {
            refuse(note);
            catch States::ALL as failure => Failed;
            end;
        }
        fail Failed { failure.error, failure.cause }
    }

    workflow UndoneOfPath(amount: f64) {
        query_language JSONPath;
        fail Undone { PayoutFailed::Undone { why: "no".to_owned(), amount } }
    }

    workflow NothingOfPath(amount: f64) {
        query_language JSONPath;
        fail Nothing { PayoutFailed::Nothing }
    }

    workflow OptionalPath(note: Option<String>) {
        query_language JSONPath;
        fail Noted { "Noted", note }
    }
}

async fn report<W: Workflow>(input: Value) -> std::sync::Arc<ExecutionReport> {
    let engine = Engine::builder().register::<W>().virtual_time().build();
    let engine = engine.expect("the workflow can be run");
    let input = serde_json::from_value(input).expect("the input is of its type");
    let run = engine.start::<W>(input).await.expect("it starts");
    run.report().await
}

fn undone(amount: f64) -> PayoutFailed {
    let why = format!("{amount} is too much");
    PayoutFailed::Undone { why, amount }
}

#[tokio::test]
async fn a_fail_of_both_forms_has_the_same_error_and_cause() {
    for amount in [150.5, 0.0, -2.0] {
        let of_macro = report::<Payout>(json!(amount)).await;
        let of_function = report::<function::PayoutOfFunction>(json!(amount)).await;
        assert_eq!(of_macro.error, of_function.error);
        assert_eq!(of_macro.cause, of_function.cause);
        assert!(of_macro.error.is_some());
    }
    let failed = report::<Payout>(json!(150.5)).await;
    expect(&failed)
        .failed_with(undone(150.5))
        .failed_with("PayoutFailed.Undone")
        .message("undone: 150.5 is too much");
    let failed = report::<Payout>(json!(-2.0)).await;
    expect(&failed).failed_with(PayoutFailed::Negative(-2.0, "below".to_owned()));
    expect(&report::<Payout>(json!(0.0)).await).failed_with(PayoutFailed::Nothing);
    let run = stepwright::function::PlainRun::new();
    let failure = run.block_on(function::payout(150.5)).unwrap_err();
    failure
        .failed_with(undone(150.5))
        .message("undone: 150.5 is too much");
}

#[tokio::test]
async fn a_parent_catches_the_fields_of_its_childs_fail() {
    expect(&report::<Claim>(json!(150.5)).await).output("150.5 is too much");
    expect(&report::<Claim>(json!(-2.5)).await).output("-2.5");
    expect(&report::<Claim>(json!(1.0)).await).output("paid");
}

#[tokio::test]
async fn a_catch_of_a_parallel_names_the_errors_of_its_fails() {
    expect(&report::<Branches>(json!(1.0)).await).output("no");
}

#[tokio::test]
async fn errors_that_are_structs_are_raised() {
    let failed = report::<OfStruct>(json!(1.5)).await;
    expect(&failed).failed_with(Broken { part: 1.5 });
    let failed = report::<OfTuple>(json!(1.5)).await;
    expect(&failed).failed_with(BrokenPair(1.5, None));
}

#[tokio::test]
async fn the_cause_of_none_is_empty() {
    for (note, cause) in [(json!("late"), "late"), (json!(null), "")] {
        let failed = report::<Optional>(note).await;
        expect(&failed)
            .failed_with("Noted")
            .cause(cause)
            .message(cause);
    }
    let failed = report::<Rethrown>(json!("late")).await;
    expect(&failed).failed_with(Broken { part: 2.0 });
}

#[test]
fn an_optional_cause_of_a_jsonpath_state_is_refused_with_the_fix() {
    let faults = OptionalPath::build().unwrap_err().to_string();
    assert!(faults.contains("query_language JSONata;"), "{faults}");
}

#[test]
fn a_typed_error_of_a_jsonpath_state_is_refused_with_the_fix() {
    for faults in [NothingOfPath::build(), UndoneOfPath::build()] {
        let faults = faults.unwrap_err().to_string();
        assert!(faults.contains("query_language JSONata;"), "{faults}");
    }
}
