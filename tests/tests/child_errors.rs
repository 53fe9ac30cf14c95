//! A state that runs another workflow catches errors of that workflow. docs/reference/language.md
//! shows the state of the workflow `All`.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};
use stepwright::builder::{FlowBuilder, States};
use stepwright::expr::Expr;
use stepwright::flow::{Call, Catch, Edge, Flow, State};
use stepwright::prelude::*;
use stepwright::{Definition, ErrorOutput, MachineType, errors, expr};
use stepwright_runtime::testing::{Mock, Mocks};
use stepwright_runtime::{Engine, ExecutionReport, StartOptions, Status};

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("declined: {reason}")]
    Declined { reason: String, code: Option<i32> },
    #[error("busy")]
    Busy,
    #[error("lost")]
    Lost,
}

#[task]
async fn charge(total: f64) -> Result<String, PaymentError>;

workflow! {
    /// Charges.
    workflow Sale(total: f64) -> String {
        task Charge { let receipt = charge(total); end receipt; }
    }
}

workflow! {
    /// Catches single errors, one of them with another one of the call.
    workflow Typed(total: f64) -> String {
        task Sell {
            let receipt = workflow Sale(total);
            catch PaymentError::Declined { reason, code } => Declined;
            catch PaymentError::Busy | States::Timeout as failure => Later;
            end receipt;
        }
        succeed Declined { format!("{reason} {}", code.unwrap_or(-1)) }
        succeed Later { failure.error.unwrap_or_default() }
    }
}

workflow! {
    /// Catches one error, and all others with the cause that AWS gives them.
    workflow All(total: f64) -> String {
        task Sell {
            let receipt = workflow Sale(total);
            catch PaymentError::Declined { reason, .. } => Declined;
            catch States::ALL as failure => Other;
            end receipt;
        }
        succeed Declined { reason }
        succeed Other { format!("{}: {}", failure.error.unwrap_or_default(), failure.cause.unwrap_or_default()) }
    }
}

workflow! {
    /// The failure of a branch is what its child failed with, as if nothing had read it.
    workflow Inside(total: f64) -> String {
        parallel Both {
            let (receipt, _nothing) =
                branch {
                    task Sell {
                        let receipt = workflow Sale(total);
                        catch PaymentError::Busy => SellFailed;
                        end receipt;
                    }
                    // A state with the name that the generated Choice would have.
                    pass SellFailed { end "busy".to_owned(); }
                }
                branch { pass Nothing { end (); } };
            catch States::TaskFailed as failure => Caught;
            end receipt;
        }
        succeed Caught { failure.error.unwrap_or_default() }
    }
}

fn declined(code: Option<i32>) -> PaymentError {
    let reason = "no \"money\" {}".to_owned();
    PaymentError::Declined { reason, code }
}

async fn run<W: Workflow<Input = f64, Output = String>>(
    mock: Mock<charge>,
) -> std::sync::Arc<ExecutionReport> {
    let engine = Engine::builder()
        .register::<W>()
        .tasks(Mocks::new().task::<charge>(mock))
        .virtual_time()
        .build()
        .unwrap();
    engine.start::<W>(12.5).await.unwrap().report().await
}

async fn output<W: Workflow<Input = f64, Output = String>>(mock: Mock<charge>) -> String {
    let report = run::<W>(mock).await;
    assert_eq!(
        report.status,
        Status::Succeeded,
        "{:?} {:?}",
        report.error,
        report.cause
    );
    report.output.as_ref().unwrap().to_typed().unwrap()
}

#[tokio::test]
async fn an_error_of_the_child_is_caught_with_its_fields() {
    for (code, text) in [(Some(7), "no \"money\" {} 7"), (None, "no \"money\" {} -1")] {
        assert_eq!(output::<Typed>(Mock::fails(declined(code))).await, text);
    }
    assert_eq!(
        output::<Typed>(Mock::fails(PaymentError::Busy)).await,
        "PaymentError.Busy"
    );
    assert_eq!(
        output::<Typed>(Mock::returns("r-1".to_owned())).await,
        "r-1"
    );
}

#[tokio::test]
async fn an_uncaught_child_error_is_the_error_of_the_call() {
    let report = run::<Typed>(Mock::fails(PaymentError::Lost)).await;
    assert_eq!(report.error.as_deref(), Some("States.TaskFailed"));
    let cause: Value = serde_json::from_str(report.cause.as_deref().unwrap()).unwrap();
    assert_eq!(cause["Error"], "PaymentError.Lost");
    assert_eq!(cause["Status"], "FAILED");
    assert_eq!(
        report.history.path(),
        ["Sell", "SellFailed", "SellNotCaught"]
    );
}

#[tokio::test]
async fn a_catch_of_all_errors_gets_other_errors_as_the_call_reports_them() {
    assert_eq!(
        output::<All>(Mock::fails(declined(None))).await,
        "no \"money\" {}"
    );
    let other = output::<All>(Mock::fails(PaymentError::Lost)).await;
    let (error, cause) = other.split_once(": ").unwrap();
    assert_eq!(error, "States.TaskFailed");
    let cause: Value = serde_json::from_str(cause).unwrap();
    assert_eq!(cause["Error"], "PaymentError.Lost");
}

#[tokio::test]
async fn outer_states_get_the_failure_unchanged() {
    assert_eq!(
        output::<Inside>(Mock::fails(PaymentError::Busy)).await,
        "busy"
    );
    assert_eq!(
        output::<Inside>(Mock::fails(PaymentError::Lost)).await,
        "States.TaskFailed"
    );
}

/// The call itself may fail, and AWS truncates long causes: the Choice does not parse these causes.
#[tokio::test]
async fn a_cause_that_is_not_json_is_passed_unchanged() {
    let failures = [
        ("States.TaskFailed", ""),
        (
            "States.TaskFailed",
            r#"{"Error":"PaymentError.Declined","Input":"aaa"#,
        ),
        ("StepFunctions.ExecutionLimitExceeded", "too many {}"),
    ];
    for (error, cause) in failures {
        let mocks = Mocks::new()
            .state("Sell", Mock::failure(error, cause))
            .task::<charge>(Mock::never().optional());
        let engine = Engine::builder()
            .register::<All>()
            .tasks(mocks)
            .virtual_time()
            .build()
            .unwrap();
        let run = engine.start::<All>(1.0).await.unwrap();
        assert_eq!(run.await.unwrap(), format!("{error}: {cause}"));
    }
}

/// In the builder, states pass values on: the next state gets the input of the failed state, and the fields of the error.
#[tokio::test]
async fn a_built_workflow_catches_with_the_input_of_the_failed_state() {
    let flow = FlowBuilder::<f64, String>::new("Handing");
    let sell = flow.declare::<f64>("Sell");
    let refused = flow.declare::<(f64, String)>("Declined");
    let other = flow.declare::<(f64, ErrorOutput)>("Other");
    flow.start_at(&sell);
    flow.workflow(&sell, Sale {})
        .catch_with(
            errors!(PaymentError::Declined { reason }),
            &refused,
            expr!(|both: (f64, String)| both),
        )
        .catch_with(States::ALL, &other, expr!(|both: (f64, ErrorOutput)| both))
        .end();
    flow.succeed_with(
        &refused,
        expr!(|both: (f64, String)| format!("{} {}", both.0, both.1)),
    );
    flow.succeed_with(
        &other,
        expr!(|both: (f64, ErrorOutput)| format!(
            "{} {}",
            both.0,
            both.1.error.unwrap_or_default()
        )),
    );
    let built = flow.build().unwrap();
    for (error, text) in [
        (declined(None), "12.5 no \"money\" {}"),
        (PaymentError::Lost, "12.5 States.TaskFailed"),
    ] {
        let mocks = Mocks::new().task::<charge>(Mock::fails(error));
        let engine = Engine::builder()
            .register_built(&built)
            .tasks(mocks)
            .virtual_time()
            .build()
            .unwrap();
        let run = engine
            .start_built(&built, 12.5, StartOptions::new())
            .await
            .unwrap();
        assert_eq!(run.await.unwrap(), text);
    }
}

#[test]
fn the_asl_contains_the_added_choice_state() {
    assert_snapshot!(Typed::definition().to_json_pretty());
}

#[test]
fn added_states_get_unused_names() {
    let machine = Inside::definition().to_json_pretty();
    for name in [
        "\"SellFailed\": {",
        "\"SellFailed2\": {",
        "\"SellNotCaught\": {",
    ] {
        assert_eq!(machine.matches(name).count(), 1, "{name}\n{machine}");
    }
}

workflow! {
    /// The state that waits for a child is the first of a map's body, where its input is the item.
    workflow Each(totals: Vec<f64>) -> Vec<String> {
        map Each {
            let texts = for total in totals {
                task Sell {
                    let receipt = workflow Sale(total);
                    catch PaymentError::Declined { reason, .. } => Declined;
                    catch States::ALL => Other;
                    end receipt;
                }
                pass Declined { end format!("{total} {reason}"); }
                pass Other { end format!("{total}"); }
            };
            end texts;
        }
    }
}

#[tokio::test]
async fn a_map_item_is_readable_after_the_added_choice_state() {
    let mock = Mock::fails(declined(None)).then(Mock::fails(PaymentError::Lost));
    let engine = Engine::builder()
        .register::<Each>()
        .tasks(Mocks::new().task::<charge>(mock))
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start::<Each>(vec![1.5, 2.5]).await.unwrap();
    assert_eq!(run.await.unwrap(), ["1.5 no \"money\" {}", "2.5"]);
}

/// The error names of catches; the first three are errors of the child.
const NAMES: [&str; 5] = [
    "PaymentError.Declined",
    "PaymentError.Busy",
    "PaymentError.Lost",
    "States.TaskFailed",
    "States.Timeout",
];

/// Catches: each name belongs to the catch with this number, if any, and `States.ALL` may be the last one.
fn catches() -> impl Strategy<Value = (Vec<Vec<&'static str>>, bool)> {
    let places = prop::collection::vec(prop::option::of(0..4_usize), NAMES.len());
    (places, any::<bool>()).prop_map(|(places, has_all)| {
        let mut catches: Vec<Vec<&str>> = vec![Vec::new(); 4];
        for (name, place) in NAMES.into_iter().zip(places) {
            catches[place.unwrap_or(4).min(3)].extend(place.map(|_| name));
        }
        // After a catch of `States.TaskFailed`, a catch of the child's errors is unreachable.
        let whole = catches
            .iter()
            .position(|names| names.contains(&"States.TaskFailed"));
        for names in catches.iter_mut().skip(whole.map_or(4, |at| at + 1)) {
            names.retain(|name| name.starts_with("States."));
        }
        catches.retain(|names| !names.is_empty());
        (catches, has_all)
    })
}

/// A workflow whose state `Sell` has these catches, each with a separate target state.
fn catching(catches: &[Vec<&'static str>], has_all: bool) -> Definition {
    let all = has_all.then(|| vec!["States.ALL"]);
    let mut sell = State::task("Sell", Call::workflow::<Sale>(Expr::literal(1.0))).end();
    let mut states = Vec::new();
    for (at, names) in catches.iter().cloned().chain(all).enumerate() {
        let target = format!("Catch{at}");
        let edge = Edge::to(target.clone()).assign("failure", Expr::error_output());
        sell = sell.catch(Catch::on(names, edge));
        let failure = Expr::variable("failure").field("error");
        states.push(State::pass(target).end_with(Expr::tuple(vec![Expr::literal(at), failure])));
    }
    let states = std::iter::once(sell).chain(states);
    states
        .fold(Flow::new("Catching"), Flow::state)
        .lower()
        .unwrap()
}

proptest! {
    #[test]
    fn the_first_matching_catch_handles_the_error((catches, has_all) in catches(), error in 0..3_usize) {
        let failure = match error {
            0 => declined(None),
            1 => PaymentError::Busy,
            _ => PaymentError::Lost,
        };
        let sale = "arn:aws:states:us-east-1:123456789012:stateMachine:Sale";
        let text = catching(&catches, has_all).to_json().replace("${SaleArn}", sale);
        let engine = Engine::builder()
            .register::<Sale>()
            .register_json("Catching", &text, MachineType::Standard)
            .tasks(Mocks::new().task::<charge>(Mock::fails(failure)))
            .virtual_time()
            .build()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let report = runtime.block_on(engine.execute_machine("Catching", json!({}), StartOptions::new())).unwrap();
        let takes = |names: &Vec<&str>| names.contains(&NAMES[error]) || names.contains(&"States.TaskFailed");
        let taken = catches.iter().position(takes).or(has_all.then_some(catches.len()));
        let output = report.output.as_ref().map(|output| output.to_json());
        match taken {
            Some(at) => {
                let is_typed = catches.get(at).is_some_and(|names| names.contains(&NAMES[error]));
                let seen = if is_typed { NAMES[error] } else { "States.TaskFailed" };
                prop_assert_eq!(output, Some(json!([at, seen])));
            }
            None => prop_assert_eq!(report.error.as_deref(), Some("States.TaskFailed")),
        }
    }
}
