//! This file contains every call in `docs/reference/builder.md`, and compares it with the ASL that
//! the page shows below the call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::builder::{
    AnyInput, Batches, Body, BuiltWorkflow, FlowBuilder, InputHandle, Lint, Retry, States,
    StepHandle,
};
use stepwright::prelude::*;
use stepwright::{Batch, InvalidWorkflow, MachineType, arms, errors, every, exits, expr};
use stepwright_runtime::{Engine, StartOptions};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    total: f64,
    patience: u32,
    items: Vec<Item>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Item {
    sku: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Parcel {
    order: String,
    parcel: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Receipt {
    order: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Answer {
    approved: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Import {
    rows: Vec<String>,
    table: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Place {
    table: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    Declined { reason: String },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Decision {
    Approved { by: String },
    Refused { reason: String },
}

workflow! {
    fragment Halve(number: u32) -> u32 {
        choice Look { when number % 2 == 0 => Half; otherwise => Odd; }
        pass Half { end number / 2; }
        exit Odd -> u32 { number }
    }
}

#[task]
async fn charge_card(order: Order) -> Result<String, PaymentError>;

#[task]
async fn pack_item(item: Item, order_id: String) -> String;

#[task]
async fn pack(item: Item) -> String;

#[task]
async fn request_review(order: Order, task_token: String);

#[task]
async fn ask_reviewer(order: Order, task_token: String);

fn state<In: Payload, Out: Payload>(flow: &FlowBuilder<In, Out>, name: &str) -> Value {
    let built = flow.build().unwrap();
    let machine: Value = serde_json::from_str(&built.to_json()).unwrap();
    machine["States"][name].clone()
}

fn task_() -> Value {
    let flow = FlowBuilder::<Order, String>::new("Orders");
    let (charge, done) = (flow.declare("Charge"), flow.declare("Done"));
    let (reject, failed) = (
        flow.declare("Reject"),
        flow.declare::<ErrorOutput>("Failed"),
    );
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .timeout(30)
        .retry(
            Retry::on(errors!(PaymentError::GatewayTimeout))
                .interval(2)
                .max_attempts(3),
        )
        .catch(errors!(PaymentError::Declined { reason }), &reject)
        .catch(States::ALL, &failed)
        .next(&done);
    flow.succeed(&done);
    flow.fail::<String>(&reject, "Rejected", ());
    flow.fail(&failed, "Failed", ());
    state(&flow, "Charge")
}

fn task_with() -> Value {
    let flow = FlowBuilder::<Order, Parcel>::new("Orders");
    let (pack, done) = (flow.declare("Pack"), flow.declare("Done"));
    let late = flow.declare::<String>("Late");
    flow.start_at(&pack);
    flow.task_with(
        &pack,
        pack_item {},
        expr!(|order: Order| (order.items[0], order.order_id)),
    )
    .catch_with(
        States::ALL,
        &late,
        expr!(|order: Order, _: ErrorOutput| order.order_id),
    )
    .output(expr!(|order: Order, parcel: String| Parcel {
        order: order.order_id,
        parcel
    }))
    .next(&done);
    flow.succeed(&done);
    flow.fail(&late, "Late", ());
    state(&flow, "Pack")
}

fn token() -> Value {
    let flow = FlowBuilder::<Order, bool>::new("Orders");
    let (review, decide) = (flow.declare("Review"), flow.declare::<bool>("Decide"));
    flow.start_at(&review);
    flow.wait_for_task_token(
        &review,
        request_review {},
        expr!(|order: Order, token: String| (order, token)),
    )
    .timeout(259_200)
    .next(&decide);
    flow.succeed(&decide);
    state(&flow, "Review")
}

fn choice() -> Value {
    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let size = flow.declare("Size");
    let (review, charge) = (flow.declare("Review"), flow.declare("Charge"));
    flow.start_at(&size);
    flow.choice(&size)
        .when(
            expr!(|order: Order| order.total > 1_000.0 && order.items.len() > 1),
            &review,
        )
        .otherwise(&charge);
    flow.succeed(&review);
    flow.succeed(&charge);
    state(&flow, "Size")
}

/// The wait, the pass and the fail.
fn small(name: &str) -> Value {
    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let (pause, label) = (flow.declare("Pause"), flow.declare("Label"));
    let rejected = flow.declare("Rejected");
    flow.start_at(&pause);
    flow.wait(&pause, expr!(|order: Order| order.patience))
        .next(&label);
    flow.pass(
        &label,
        expr!(|order: Order| format!("order {}", order.order_id)),
    )
    .next(&rejected);
    flow.fail(&rejected, "OrderRejected", expr!(|reason: String| reason));
    state(&flow, name)
}

fn map() -> Value {
    let flow = FlowBuilder::<Order, Vec<String>>::new("Orders");
    let pack_all = flow.declare("PackAll");
    flow.start_at(&pack_all);
    let packing = Body::<Item, String>::new();
    let pack_one = packing.declare("PackOne");
    packing.start_at(&pack_one);
    packing.task(&pack_one, pack {}).end();
    flow.map(&pack_all, expr!(|order: Order| order.items), packing)
        .max_concurrency(10)
        .end();
    state(&flow, "PackAll")
}

fn variables() -> Value {
    let flow = FlowBuilder::<Order, String>::new("Orders");
    let line = flow.variable::<String>("line");
    let (charge, count, reject) = (flow.step("Charge"), flow.step("Count"), flow.step("Reject"));
    let order = flow.parameter("order");
    let charged = flow.variable::<String>("charged");
    let reason = flow.variable::<String>("reason");
    flow.start_at(&charge);
    flow.task_with(&charge, charge_card {}, expr!([order] || order))
        .bind(&charged)
        .assign(
            &line,
            expr!([order] |_: AnyInput, charge: String| format!("{charge} of {}", order.order_id)),
        )
        .catch(
            errors!(PaymentError::Declined { reason }),
            reject.binding(&reason),
        )
        .next(&count);
    flow.succeed_with(
        &count,
        expr!([charged, line] || format!("{charged} {line}")),
    );
    flow.fail(&reject, "Rejected", expr!([reason] || reason));
    state(&flow, "Charge")
}

fn matched() -> Value {
    let flow = FlowBuilder::<Decision, String>::new("Orders");
    let given = flow.parameter("given");
    let decision = flow.variable::<Decision>("decision");
    let reason = flow.variable::<String>("reason");
    let line = flow.variable::<String>("line");
    let (note, decide, charge) = (flow.step("Note"), flow.step("Decide"), flow.step("Charge"));
    let (reject, late) = (flow.step("Reject"), flow.step("Late"));
    flow.start_at(&note);
    flow.pass_on(&note)
        .assign(&decision, expr!([given] |_: AnyInput| given))
        .next(&decide);
    flow.choice(&decide).match_on(arms!(
        [decision]
            || match decision {
                Decision::Approved { .. } => &charge,
                Decision::Refused { reason } if reason != "" => &reject,
                Decision::Refused { .. } =>
                    late.assigning(&line, expr!(|_: AnyInput| String::from("no reason"))),
            }
    ));
    flow.pass(&charge, expr!(|_: AnyInput| "charged".to_string()))
        .end();
    flow.fail(&reject, "Rejected", expr!([reason] || reason));
    flow.fail(&late, "Late", expr!([line] || line));
    state(&flow, "Decide")
}

fn every_error() -> Value {
    let flow = FlowBuilder::<Order, String>::new("Orders");
    let reason = flow.variable::<String>("reason");
    let (charge, reject, late) = (
        flow.declare("Charge"),
        flow.step("Reject"),
        flow.step("Late"),
    );
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .catch_every(every!(
            PaymentError::Declined { reason } => reject.binding(&reason),
            PaymentError::GatewayTimeout => &late,
        ))
        .end();
    flow.fail(&reject, "Rejected", expr!([reason] || reason));
    flow.fail(&late, "Late", ());
    state(&flow, "Charge")
}

fn fragment() -> Value {
    let flow = FlowBuilder::<u32, u32>::new("Halving");
    let number = flow.parameter("number");
    let (half, odd) = (flow.variable::<u32>("half"), flow.variable::<u32>("odd"));
    let (done, failed) = (flow.step("Done"), flow.step("Failed"));
    let first = flow.fragment(Halve, "First");
    flow.start_at(&first);
    flow.include(&first, expr!([number] || number))
        .bind(&half)
        .catch(States::ALL, &failed)
        .exits(exits!(Halve: Odd => failed.binding(&odd)))
        .next(&done);
    flow.succeed_with(&done, expr!([half] || half));
    flow.fail(&failed, "Odd", expr!([odd] || format!("{odd}")));
    state(&flow, "First.Look")
}

fn charging() -> FlowBuilder<Order, String> {
    let flow = FlowBuilder::new("Charging");
    let charge = flow.declare("Charge");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {}).end();
    flow
}

fn nested() -> Result<Value, InvalidWorkflow> {
    let flow = FlowBuilder::<Order, String>::new("Orders");
    let order = flow.parameter("order");
    let charged = flow.variable::<String>("charged");
    let (run, done) = (flow.step("Run"), flow.step("Done"));
    flow.start_at(&run);
    let child = charging().build()?;
    flow.built_with(&run, &child, expr!([order] || order))
        .bind(&charged)
        .next(&done);
    flow.succeed_with(&done, expr!([charged] || charged));
    Ok(state(&flow, "Run"))
}

/// Adds the states of a review, and returns the first of them.
fn review(
    part: &Body<Order, Receipt>,
    order: &InputHandle<Order>,
    then: &StepHandle,
) -> StepHandle {
    let answer = part.variable::<Answer>("answer");
    let ask = part.step("Ask");
    part.wait_for_task_token(
        &ask,
        ask_reviewer {},
        expr!([order] |_: AnyInput, token: String| (order, token)),
    )
    .bind(&answer)
    .next(then);
    ask // its first state
}

#[test]
fn each_call_of_the_function_adds_a_part() {
    let flow = FlowBuilder::<Order, Receipt>::new("Reviews").allow(Lint::UnusedVariables);
    let order = flow.parameter("order");
    let done = flow.step("Done");
    let second = review(&flow.part("Second"), &order, &done);
    let first = review(&flow.part("First"), &order, &second);
    flow.start_at(&first);
    flow.succeed_with(
        &done,
        expr!(
            [order]
                || Receipt {
                    order: order.order_id
                }
        ),
    );
    let first = state(&flow, "First.Ask");
    assert_eq!(first["Next"], "Second.Ask");
    assert_eq!(first["Assign"]["First_answer"], "{% $states.result %}");
    assert_eq!(state(&flow, "Second.Ask")["Next"], "Done");
}

#[test]
fn a_batched_distributed_map_emits_its_item_batcher() {
    let flow = FlowBuilder::<Import, Vec<usize>>::new("Importing");
    let all = flow.declare("All");
    flow.start_at(&all);
    let body = Body::<Batch<String, Place>, usize>::new();
    let count = body.declare("Count");
    body.start_at(&count);
    body.pass(&count, expr!(|rows: Batch<String, Place>| rows.items.len()))
        .end();
    let place = expr!(|import: Import| Place {
        table: import.table
    });
    flow.distributed_map_in_batches(
        &all,
        expr!(|import: Import| import.rows),
        Batches::of_items(50).with_input(place),
        MachineType::Express,
        body,
    )
    .max_concurrency(100)
    .label("Importing")
    .tolerated_percentage(5)
    .end();
    let all = state(&flow, "All");
    let batcher = serde_json::json!({
        "MaxItemsPerBatch": 50,
        "BatchInput": { "table": "{% $states.input.table %}" }
    });
    assert_eq!(all["ItemBatcher"], batcher);
    assert_eq!(all["Label"], "Importing");
    assert_eq!(all["ToleratedFailurePercentage"], 5);
}

/// Runs a workflow on an engine; returns its output for an order.
async fn run(
    checkout: BuiltWorkflow<Order, String>,
    order: Order,
) -> Result<String, Box<dyn std::error::Error>> {
    let engine = Engine::builder().register_built(&checkout).build()?;
    let run = engine
        .start_built(&checkout, order, StartOptions::new())
        .await?;
    let receipt = run.await?;
    Ok(receipt)
}

#[tokio::test]
async fn an_engine_runs_a_built_workflow() {
    let flow = FlowBuilder::<Order, String>::new("Checkout");
    let only = flow.declare("Only");
    flow.start_at(&only);
    flow.pass(&only, expr!(|order: Order| order.order_id)).end();
    let order = Order {
        order_id: "o-1".to_owned(),
        total: 1.0,
        patience: 1,
        items: Vec::new(),
    };
    let given = run(flow.build().unwrap(), order).await.unwrap();
    assert_eq!(given, "o-1");
}

/// Code without rustfmt's line breaks and trailing comments.
fn squeezed(code: &str) -> String {
    let code = code.lines().map(|line| match line.split_once(" // ") {
        Some((before, _)) => before,
        None => line,
    });
    let code: String = code.flat_map(str::split_whitespace).collect();
    code.replace(",)", ")").replace(",}", "}")
}

#[test]
fn each_block_of_the_page_is_compiled() {
    let page = include_str!("../../docs/reference/builder.md");
    let own = squeezed(include_str!("builder_doc.rs"));
    let mut count = 0;
    for block in page.split("\n```rust").skip(1) {
        let block = block.split("\n```").next().unwrap_or_default();
        // Blocks that are not ignored are doctests of `tests/src/lib.rs`.
        let Some(code) = block.strip_prefix(",ignore\n") else {
            continue;
        };
        for part in code.split("\n\n") {
            assert!(
                own.contains(&squeezed(part)),
                "this is not in this file:\n{part}"
            );
        }
        count += 1;
    }
    assert!(count > 15, "the page was not read");
}

#[test]
fn the_page_shows_the_emitted_states() {
    let page = include_str!("../../docs/reference/builder.md");
    let own = squeezed(include_str!("builder_doc.rs"));
    let made = [
        ("task", task_()),
        ("task_with", task_with()),
        ("token", token()),
        ("choice", choice()),
        ("wait", small("Pause")),
        ("pass", small("Label")),
        ("fail", small("Rejected")),
        ("map", map()),
        ("variables", variables()),
        ("match", matched()),
        ("every", every_error()),
        ("fragment", fragment()),
        ("built", nested().unwrap()),
    ];
    assert_eq!(page.matches("<!-- ").count(), made.len());
    for (name, state) in made {
        let (_, after) = page.split_once(&format!("<!-- {name} -->")).unwrap();
        let mut fences = after.split("```");
        let code = fences.nth(1).unwrap().trim_start_matches("rust,ignore");
        assert!(
            own.contains(&squeezed(code)),
            "`{name}` is not in this file"
        );
        let json = fences.nth(1).unwrap().trim_start_matches("json");
        let shown: Value = serde_json::from_str(json).unwrap();
        assert_eq!(shown, state, "{name}: {state:#}");
    }
}
