//! Errors of tasks inside of a parallel or a map can be caught by their names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Plan {
    left: String,
    right: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum LeftError {
    #[error("broken: {part}")]
    Broken { part: String },
    #[error("late")]
    Late,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum RightError {
    #[error("torn: {part}")]
    #[task_error(name = "Torn")]
    Torn { part: String },
}

#[task]
async fn left(how: String) -> Result<String, LeftError> {
    match how.as_str() {
        "late" => Err(LeftError::Late),
        "broken" => Err(LeftError::Broken { part: how }),
        _ => Ok(how),
    }
}

#[task]
async fn right(how: String) -> Result<String, RightError> {
    if how == "torn" {
        return Err(RightError::Torn { part: how });
    }
    Ok(how)
}

#[task]
async fn harmless() -> String {
    "fine".to_owned()
}

workflow! {
    /// Names every error of the tasks inside.
    workflow Both(plan: Plan) -> String {
        deny unhandled_errors, unbounded_loop;
        parallel Run {
            let (a, b, c) =
                branch { task Left { let done = left(plan.left); end done; } }
                branch {
                    map Rights {
                        let all = for one in [plan.right] { task Right { let done = right(one); end done; } };
                        end all;
                    }
                }
                branch { task Harmless { let done = harmless(); end done; } };
            catch {
                LeftError::Broken { part } | RightError::Torn { part } => Parted,
                LeftError::Late => { let part = "time".to_string(); next Parted; }
            }
            next Done;
        }
        succeed Done { format!("{a} {} {c}", b.len()) }
        pass Parted { end format!("without {part}"); }
    }

    /// An error that is not named is a fault of the definition, if an outer state catches errors by name.
    workflow Forgetful(plan: Plan) -> String {
        deny unhandled_errors;
        parallel Run {
            branch { task Left2 { let done = left(plan.left); end done; } };
            catch LeftError::Broken { part } => Parted;
            next Done;
        }
        succeed Done { plan.right }
        pass Parted { end part; }
    }

    /// A name in quotes matches the same errors as its path.
    workflow Quoted(plan: Plan) -> String {
        deny unhandled_errors;
        task Left3 { let done = left(plan.left); catch "States.ALL" => Failed; end done; }
        pass Failed { end "failed".to_string(); }
    }
}

#[test]
fn a_quoted_states_all_catches_every_error() {
    assert!(Quoted::build().is_ok());
}

async fn run(left: &str, right: &str) -> String {
    let engine = Engine::builder().register::<Both>().virtual_time().build();
    let engine = engine.expect("the workflow can be run");
    let plan = Plan {
        left: left.to_owned(),
        right: right.to_owned(),
    };
    let run = engine.start::<Both>(plan).await.expect("it starts");
    run.await.expect("every error is caught")
}

#[tokio::test]
async fn each_error_reaches_its_own_catch() {
    assert_eq!(run("ok", "ok").await, "ok 1 fine");
    assert_eq!(run("broken", "ok").await, "without broken");
    assert_eq!(run("ok", "torn").await, "without torn");
    assert_eq!(run("late", "ok").await, "without time");
}

#[test]
fn an_uncaught_error_is_a_fault() {
    let faults = Forgetful::build().expect_err("`Late` is not caught");
    let said = faults.iter().map(|fault| {
        assert!(fault.location.source.is_some(), "{fault}");
        format!(
            "in state `{}`: {}",
            fault.location.state.as_deref().unwrap_or_default(),
            fault.message
        )
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"));
}
