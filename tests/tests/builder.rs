//! The typed builder and `workflow!` produce the same model, and built workflows run.

use std::sync::atomic::{AtomicU32, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::builder::{Body, BuiltWorkflow, FlowBuilder, Retry, States};
use stepwright::prelude::*;
use stepwright::{errors, expr};
use stepwright_runtime::{Engine, StartOptions};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    customer: Customer,
    prices: Vec<f64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Customer {
    card: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Checked {
    total: f64,
    card: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Payment {
    amount: f64,
    card: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Charge {
    charge_id: String,
    amount: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Receipt {
    charge: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum OrderError {
    #[error("invalid: {reason}")]
    Invalid { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    Declined { reason: String },
}

#[task]
async fn validate_order(order: Order) -> Result<Checked, OrderError> {
    if order.prices.is_empty() {
        let reason = format!("{} is empty", order.order_id);
        return Err(OrderError::Invalid { reason });
    }
    Ok(Checked {
        total: order.prices.iter().sum(),
        card: order.customer.card,
    })
}

/// How often the gateway times out.
struct Gateway {
    timeouts: AtomicU32,
}

#[task]
async fn charge_card(context: &TaskContext, payment: Payment) -> Result<Charge, PaymentError> {
    if let Some(gateway) = context.state::<Gateway>()
        && gateway.timeouts.load(Ordering::Relaxed) > 0
    {
        gateway.timeouts.fetch_sub(1, Ordering::Relaxed);
        return Err(PaymentError::GatewayTimeout);
    }
    if payment.card == "bad" {
        let reason = "insufficient funds".to_owned();
        return Err(PaymentError::Declined { reason });
    }
    Ok(Charge {
        charge_id: format!("ch-{}", payment.card),
        amount: payment.amount,
    })
}

#[task]
async fn halve(number: f64) -> f64 {
    number / 2.0
}

#[task]
async fn tick() -> u32;

workflow! {
    /// Validates and charges an order.
    workflow Orders(order: Order) -> Receipt {
        timeout 7d;
        lambda_retries;

        /// Rejects malformed orders before any money moves.
        task Validate {
            let checked = validate_order(order);
            catch OrderError::Invalid { reason } => Reject;
            next Size;
        }

        choice Size {
            when checked.total > 1_000.0 && checked.card != "gold" => TooLarge;
            otherwise => Charge;
        }

        task Charge {
            let charge = charge_card(Payment { amount: checked.total, card: checked.card });
            retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3, backoff_rate: 2.0, jitter: full);
            catch PaymentError::Declined { reason } => Reject;
            timeout 30s;
            next Done;
        }

        succeed Done { Receipt { charge: charge.charge_id } }
        fail Reject { "OrderRejected", reason }
        fail TooLarge { "TooLarge", "a human has to look at it" }
    }
}

/// The same workflow, with the values in the states' inputs.
fn orders() -> BuiltWorkflow<Order, Receipt> {
    let flow = FlowBuilder::<Order, Receipt>::new("Orders")
        .comment("Validates and charges an order.")
        .timeout(7 * 24 * 60 * 60)
        .lambda_retries();
    let validate = flow.declare::<Order>("Validate");
    let size = flow.declare::<Checked>("Size");
    let charge = flow.declare::<Checked>("Charge");
    let done = flow.declare::<Charge>("Done");
    let reject = flow.declare::<String>("Reject");
    let too_large = flow.declare::<Checked>("TooLarge");
    flow.start_at(&validate);

    flow.task(&validate, validate_order {})
        .comment("Rejects malformed orders before any money moves.")
        .catch(errors!(OrderError::Invalid { reason }), &reject)
        .next(&size);
    flow.choice(&size)
        .when(
            expr!(|checked: Checked| checked.total > 1_000.0 && checked.card != "gold"),
            &too_large,
        )
        .otherwise(&charge);
    flow.task_with(
        &charge,
        charge_card {},
        expr!(|checked: Checked| Payment {
            amount: checked.total,
            card: checked.card
        }),
    )
    .timeout(30)
    .retry(
        Retry::on(errors!(PaymentError::GatewayTimeout))
            .interval(2)
            .max_attempts(3)
            .backoff_rate(2.0)
            .full_jitter(),
    )
    .catch(errors!(PaymentError::Declined { reason }), &reject)
    .next(&done);
    flow.succeed_with(
        &done,
        expr!(|charge: Charge| Receipt {
            charge: charge.charge_id
        }),
    );
    flow.fail(&reject, "OrderRejected", expr!(|reason: String| reason));
    flow.fail(&too_large, "TooLarge", "a human has to look at it");
    flow.build().unwrap()
}

/// Converts the macro's variables to the builder's inputs and outputs: removes `Assign`, turns a caught error into the output, and
/// replaces reads of variables and of the workflow's parameter with the state's input.
fn with_values_in_inputs(machine: &str) -> Value {
    let read = [
        "$states.context.Execution.Input",
        "$checked",
        "$charge",
        "$reason",
    ];
    let text = read.iter().fold(machine.to_owned(), |text, read| {
        text.replace(read, "$states.input")
    });
    let mut machine: Value = serde_json::from_str(&text).unwrap();
    for state in machine["States"].as_object_mut().unwrap().values_mut() {
        let state = state.as_object_mut().unwrap();
        state.remove("Assign");
        let catchers = state.get_mut("Catch").and_then(Value::as_array_mut);
        for catcher in catchers.into_iter().flatten() {
            let catcher = catcher.as_object_mut().unwrap();
            if let Some(Value::Object(assign)) = catcher.remove("Assign") {
                assert_eq!(assign.len(), 1);
                let (_, bound) = assign.into_iter().next().unwrap();
                catcher.insert("Output".to_owned(), bound);
            }
        }
    }
    machine
}

#[test]
fn macro_and_builder_machines_differ_only_in_how_values_pass() {
    let made: Value = serde_json::from_str(&orders().to_json()).unwrap();
    let written = crate::builder_and_macro::domain::without_labels(&Orders::definition().to_json());
    assert_eq!(with_values_in_inputs(&written), made);
}

#[test]
fn macro_and_builder_emit_equal_text_if_no_value_is_read() {
    workflow! {
        workflow Ticking() -> u32 {
            wait Pause { seconds 5; next Tick; }
            task Tick {
                let ticks = tick();
                retry States::TaskFailed (max_attempts: 2);
                catch States::ALL => Broken;
                end ticks;
            }
            fail Broken { "Broken", "the clock does not tick" }
        }
    }
    let flow = FlowBuilder::<(), u32>::new("Ticking");
    let (pause, tick_once, broken) = (
        flow.declare("Pause"),
        flow.declare("Tick"),
        flow.declare("Broken"),
    );
    flow.start_at(&pause);
    flow.wait(&pause, 5).next(&tick_once);
    flow.task(&tick_once, tick {})
        .retry(Retry::on(States::TASK_FAILED).max_attempts(2))
        .catch(States::ALL, &broken)
        .end();
    flow.fail::<ErrorOutput>(&broken, "Broken", "the clock does not tick");
    assert_eq!(
        flow.build().unwrap().to_json_pretty(),
        Ticking::definition().to_json_pretty()
    );
}

fn order(card: &str, prices: &[f64]) -> Order {
    Order {
        order_id: "A-1".to_owned(),
        customer: Customer {
            card: card.to_owned(),
        },
        prices: prices.to_vec(),
    }
}

fn engine(built: &BuiltWorkflow<Order, Receipt>, timeouts: u32) -> Engine {
    let gateway = Gateway {
        timeouts: timeouts.into(),
    };
    Engine::builder()
        .register_built(built)
        .state(gateway)
        .virtual_time()
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_built_workflow_runs_with_its_tasks() {
    let built = orders();
    let engine = engine(&built, 2);
    let start = |order| engine.start_built(&built, order, StartOptions::new());
    let run = start(order("gold", &[900.0, 200.0])).await.unwrap();
    let report = run.report().await;
    assert_eq!(
        report.history.path(),
        ["Validate", "Size", "Charge", "Done"]
    );
    let receipt = run.await.unwrap();
    assert_eq!(receipt.charge, "ch-gold");

    let failure = |failed: stepwright_runtime::ExecutionFailed| {
        (
            failed.error.unwrap_or_default(),
            failed.cause.unwrap_or_default(),
        )
    };
    let declined = start(order("bad", &[1.0]))
        .await
        .unwrap()
        .await
        .unwrap_err();
    assert_eq!(
        failure(declined),
        ("OrderRejected".to_owned(), "insufficient funds".to_owned())
    );
    let empty = start(order("x", &[])).await.unwrap().await.unwrap_err();
    assert_eq!(failure(empty).1, "A-1 is empty");
    let large = start(order("x", &[2_000.0]))
        .await
        .unwrap()
        .await
        .unwrap_err();
    assert_eq!(failure(large).0, "TooLarge");
}

workflow! {
    workflow Halving(number: f64) -> f64 {
        task Halve { let half = halve(number); end half; }
    }
}

#[tokio::test]
async fn maps_branches_and_nested_workflows_run() {
    let halving = Body::<f64, f64>::new();
    let half = halving.declare("Half");
    halving.start_at(&half);
    halving.task(&half, halve {}).end();

    let listed = Body::<Vec<f64>, Vec<f64>>::new();
    let all = listed.declare("All");
    listed.start_at(&all);
    listed
        .map(&all, expr!(|numbers: Vec<f64>| numbers), halving)
        .end();

    let nested = Body::<Vec<f64>, f64>::new();
    let child = nested.declare("Child");
    nested.start_at(&child);
    nested
        .workflow_with(&child, Halving, expr!(|numbers: Vec<f64>| numbers[0]))
        .output(expr!(|_: Vec<f64>, half: f64| half * 10.0))
        .end();

    let flow = FlowBuilder::<Vec<f64>, (Vec<f64>, f64)>::new("Both");
    let both = flow.declare("Both");
    flow.start_at(&both);
    flow.parallel(&both, (listed, nested)).end();
    let built = flow.build().unwrap();

    let engine = Engine::builder()
        .register_built(&built)
        .virtual_time()
        .build()
        .unwrap();
    for numbers in [vec![3.0], vec![1.0, 2.0]] {
        let first = numbers[0];
        let run = engine.start_built(&built, numbers.clone(), StartOptions::new());
        let halves = numbers.iter().map(|number| number / 2.0).collect();
        assert_eq!(run.await.unwrap().await.unwrap(), (halves, first * 5.0));
    }
}

#[tokio::test]
async fn a_built_workflow_runs_inside_of_another() {
    let child = FlowBuilder::<f64, f64>::new("Quartering");
    let (first, second) = (child.declare("First"), child.declare("Second"));
    child.start_at(&first);
    child.task(&first, halve {}).next(&second);
    child.workflow(&second, Halving).end();
    let child = child.build().unwrap();

    let flow = FlowBuilder::<Vec<f64>, f64>::new("Adding");
    let numbers = flow.parameter("numbers");
    let quarter = flow.variable::<f64>("quarter");
    let (run, again, done) = (flow.step("Run"), flow.step("Again"), flow.step("Done"));
    flow.start_at(&run);
    flow.built_with(&run, &child, expr!([numbers] || numbers[0]))
        .bind(&quarter)
        .next(&again);
    flow.start_built(&again, &child, expr!([numbers] || numbers[1]))
        .next(&done);
    flow.succeed_with(&done, expr!([quarter] || quarter * 10.0));
    let built = flow.build().unwrap();

    // It may also be registered separately.
    let engine = Engine::builder()
        .register_built(&built)
        .register_built(&child)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start_built(&built, vec![8.0, 1.0], StartOptions::new());
    assert_eq!(run.await.unwrap().await.unwrap(), 20.0);
    let run = engine.start_built(&child, 8.0, StartOptions::new());
    assert_eq!(run.await.unwrap().await.unwrap(), 2.0);
    let wrong = engine.start_machine("Quartering", json!("x"), StartOptions::new());
    assert!(wrong.await.is_err());
}

#[tokio::test]
async fn two_built_workflows_with_one_name_are_refused_by_the_engine() {
    let child = |by: f64| {
        let child = FlowBuilder::<f64, f64>::new("Child");
        let state = child.declare("State");
        child.start_at(&state);
        child.pass(&state, expr!(|number: f64| number * by)).end();
        child.build().unwrap()
    };
    let flow = FlowBuilder::<f64, f64>::new("Parent");
    let (first, second) = (flow.declare("First"), flow.declare("Second"));
    flow.start_at(&first);
    flow.built(&first, &child(2.0)).next(&second);
    flow.built(&second, &child(3.0)).end();
    let engine = Engine::builder().register_built(&flow.build().unwrap());
    let error = engine.build().unwrap_err().to_string();
    assert!(
        error.contains("two state machines are named `Child`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_task_without_a_handler_is_refused_by_the_engine() {
    let flow = FlowBuilder::<(), u32>::new("Ticking");
    let state = flow.declare("Tick");
    flow.start_at(&state);
    flow.task(&state, tick {}).end();
    let built = flow.build().unwrap();
    let error = Engine::builder()
        .register_built(&built)
        .build()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the task `tick` of workflow `Ticking` (`${TickArn}`) has no handler"),
        "{error}"
    );
}

#[tokio::test]
async fn an_invalid_json_input_is_refused_with_its_field() {
    let built = orders();
    // A workflow is identified by its type, independent of how the engine first encounters it.
    let flow = FlowBuilder::<f64, f64>::new("Nesting");
    let child = flow.declare("Child");
    flow.start_at(&child);
    flow.workflow(&child, Halving).end();
    let nesting = flow.build().unwrap();
    let engine = Engine::builder()
        .register_built(&built)
        .register_built(&nesting)
        .register::<Halving>()
        .virtual_time()
        .build()
        .unwrap();
    let cause = async |machine: &str, input: Value| {
        let started = engine.start_machine(machine, input, StartOptions::new());
        started.await.map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(
        cause(
            "Orders",
            json!({ "orderId": "A-1", "customer": { "card": "x" }, "prices": [1.0, "two"] })
        )
        .await,
        "the input cannot be used: at `prices[1]`: invalid type: string \"two\", expected f64"
    );
    assert_eq!(
        cause(
            "Orders",
            json!({ "orderId": "A-1", "customer": {}, "prices": [] })
        )
        .await,
        "the input cannot be used: at `customer`: missing field `card`"
    );
    assert_eq!(
        cause("Halving", json!("x")).await,
        "the input cannot be used: invalid type: string \"x\", expected f64"
    );
    assert!(
        engine
            .start_machine("Halving", json!(4), StartOptions::new())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_escalation_calls_one_phone_after_the_other() {
    use escalation::{Incident, Person, Phones, Taken, escalation};
    use stepwright_runtime::clock::{Clock, VIRTUAL_START};

    let person = |name: &str, minutes| Person {
        name: name.to_owned(),
        minutes,
    };
    let rota = [person("Ada", 5), person("Grace", 10)];
    let escalation_of_two = escalation(&rota, 3).unwrap();
    let (calls, mut ringing) = tokio::sync::mpsc::unbounded_channel();
    let clock = Clock::virtual_from(VIRTUAL_START);
    let phones = Phones {
        calls,
        clock: clock.clone(),
    };
    let engine = Engine::builder()
        .register_built(&escalation_of_two)
        .state(phones)
        .clock(clock)
        .build()
        .unwrap();
    let incident = Incident {
        service: "checkout".to_owned(),
        severity: 1,
    };
    let start = || engine.start_built(&escalation_of_two, incident.clone(), StartOptions::new());

    let run = start().await.unwrap();
    drop(ringing.recv().await.unwrap().hold);
    let second = ringing.recv().await.unwrap();
    assert_eq!(
        (second.name.as_str(), &second.incident),
        ("Grace", &incident)
    );
    let taken = Taken { by: second.name };
    engine
        .send_task_success(&second.task_token, &taken)
        .await
        .unwrap();
    drop(second.hold);
    let report = run.report().await;
    assert_eq!(
        report.stopped.since(report.execution().started()).as_secs(),
        5 * 60
    );
    assert_eq!(run.await.unwrap(), taken);

    let run = start().await.unwrap();
    drop(ringing.recv().await.unwrap().hold);
    drop(ringing.recv().await.unwrap().hold);
    let failed = run.await.unwrap_err();
    assert_eq!(failed.cause.as_deref(), Some("checkout is still broken"));

    let twice = [person("Ada", 5), person("Ada", 10)];
    let faults = escalation(&twice, 3).unwrap_err();
    assert!(
        faults.to_string().contains("`Page Ada` is used twice"),
        "{faults:?}"
    );
}
