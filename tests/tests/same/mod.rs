//! Workflows and equal Rust functions: each case is written once, and its tokens become both.

use serde::Serialize;
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use stepwright::Workflow;
use stepwright_runtime::{Engine, StartOptions};

/// `Name, function(input: Type) -> Type { begin { .. } then { .. } end { .. } }`
///
/// The workflow's first state assigns the variables of `begin`, which the Rust function omits: each name exists before, with another
/// value. The second state assigns the variables of `then`, and the last state reads them.
#[allow(
    unused_macros,
    reason = "some tests declare their workflows differently"
)]
macro_rules! same {
    ($($workflow:ident, $rust:ident($input:ident: $of:ty) -> $ty:ty {
        begin { $($begin:tt)* }
        then { $($lets:tt)* }
        end { $($value:tt)* }
    })*) => {$(
        workflow! {
            workflow $workflow($input: $of) -> $ty {
                allow unused_variables;
                pass Begin { $($begin)* next Compute; }
                pass Compute { $($lets)* next Done; }
                pass Done { end { $($value)* }; }
            }
        }

        #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "as users may write it")]
        fn $rust($input: $of) -> $ty {
            $($lets)*
            $($value)*
        }
    )*};
}

/// `1` and `1.0` are one number in JSON.
fn plain(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, member)| (key, plain(member)))
            .collect(),
        other => other,
    }
}

/// Returns the workflow's output, or its failure.
async fn run<W: Workflow>(input: W::Input) -> Result<Value, String>
where
    W::Output: Serialize,
{
    let engine = Engine::builder().register::<W>().virtual_time().build();
    let engine = engine.map_err(|error| error.to_string())?;
    let run = engine.start::<W>(input).await;
    let run = run.map_err(|error| error.to_string())?;
    match run.await {
        Ok(output) => Ok(serde_json::to_value(output).expect("it is JSON")),
        Err(failed) => Err(format!("{failed:?}")),
    }
}

/// Runs a workflow and the same Rust over inputs; where Rust panics, the workflow has to fail.
pub(crate) async fn agree<W: Workflow>(
    rust: fn(W::Input) -> W::Output,
    inputs: impl IntoIterator<Item = W::Input>,
) where
    W::Input: Clone,
    W::Output: Serialize,
{
    for input in inputs {
        let given = serde_json::to_string(&input).expect("it is JSON");
        let expected = catch_unwind(AssertUnwindSafe(|| rust(input.clone()))).ok();
        let expected = expected.map(|value| serde_json::to_value(value).expect("it is JSON"));
        let found = run::<W>(input).await;
        let asl = || W::build().map_or_else(|faults| faults.to_string(), |built| built.to_json());
        match (expected, found) {
            (Some(expected), Ok(found)) => {
                assert_eq!(plain(found), plain(expected), "{given}\n{}", asl());
            }
            (None, Err(_)) => {}
            (Some(expected), Err(why)) => {
                panic!("Rust gives {expected} for {given}: {why}\n{}", asl())
            }
            (None, Ok(found)) => panic!("Rust panics for {given}, and {found} is given\n{}", asl()),
        }
    }
}

/// The same for inputs as JSON, which may have another spelling than serde writes. The workflow's output has to be spelled as Rust writes it.
pub(crate) async fn agree_on_json<W: Workflow>(
    rust: fn(W::Input) -> W::Output,
    inputs: impl IntoIterator<Item = Value>,
) where
    W::Output: Serialize,
{
    let engine = Engine::builder().register::<W>().virtual_time().build();
    let engine = engine.expect("the workflow can be run");
    for input in inputs {
        let typed: W::Input = serde_json::from_value(input.clone()).expect("serde reads it");
        let expected = serde_json::to_value(rust(typed)).expect("it is JSON");
        let asl = || W::build().map_or_else(|faults| faults.to_string(), |built| built.to_json());
        let run = engine.start_machine(W::NAME, input.clone(), StartOptions::new());
        let run = run.await.expect("it starts").await;
        let found = match run {
            Ok(found) => found.to_text(),
            Err(why) => panic!("Rust gives {expected} for {input}: {why:?}\n{}", asl()),
        };
        let found: Value = serde_json::from_str(&found).expect("it is JSON");
        assert_eq!(plain(found), plain(expected), "{input}\n{}", asl());
    }
}
