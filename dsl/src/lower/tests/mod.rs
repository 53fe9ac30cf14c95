//! Whole flows as ASL, with each kind of state.

mod bodies;
mod calls;
mod flows;
mod labels;
mod records;
mod states;

use crate::expr::{Binary, Expr, Pattern, Piece, error_field, error_names_of_variant};
use crate::flow::{
    Arm, Body, Call, Catch, Distributed, Edge, Flow, Jitter, Map, Retry, State, Wait,
};
use crate::shape::{Payload, Shape};
use crate::task::{Deploy, ErrorOutput};
use crate::workflow::{Binder, Workflow};
use crate::workflow::{Definition, InvalidWorkflow};
use crate::{MachineType, QueryLanguage, TaskError, task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    total: f64,
    items: Vec<Item>,
    #[serde(flatten)]
    customer: Customer,
    coupon: Option<String>,
    #[serde(default)]
    notes: Vec<String>,
    ship_at: String,
    delay: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
struct Item {
    sku: String,
    quantity: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
struct Customer {
    vip: bool,
    #[serde(rename = "e-mail")]
    email: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
struct Payment {
    amount: f64,
    note: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Decision {
    Approved { by: String },
    Refused { reason: String },
    Later,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
enum Outcome {
    Done,
    Partly(u32, Vec<String>),
    Failed { reason: Option<String> },
}

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    #[task_error(name = "CardDeclined")]
    Declined { reason: String },
}

#[task]
async fn validate_order(order: Order) -> Order;

#[task]
async fn charge_card(payment: Payment) -> Result<String, PaymentError>;

#[task]
async fn pack_item(item: Item, order_id: String) -> Outcome;

#[task(activity)]
async fn inspect(order: Order) -> bool;

#[task(context)]
async fn request_review(order: Order, task_token: String);

#[task]
async fn tick();

struct Fulfilment;

impl Workflow for Fulfilment {
    type Input = Order;
    type Output = Outcome;
    const NAME: &'static str = "Fulfilment";
    const TYPE: MachineType = MachineType::Standard;

    fn build() -> Result<Definition, InvalidWorkflow> {
        let flow = Flow::new(Self::NAME).state(State::succeed("Done"));
        flow.lower()
    }

    fn bind<B: Binder>(_: &mut B) {}
}

struct Quote;

impl Workflow for Quote {
    type Input = String;
    type Output = f64;
    const NAME: &'static str = "Quote";
    const TYPE: MachineType = MachineType::Express;

    fn build() -> Result<Definition, InvalidWorkflow> {
        let flow = Flow::new(Self::NAME).machine_type(Self::TYPE);
        flow.state(State::succeed("Done")).lower()
    }

    fn bind<B: Binder>(_: &mut B) {}
}

fn order() -> Expr {
    Expr::parameter()
}

/// A flow over an order, with these states.
fn flow(states: Vec<State>) -> Flow {
    let flow = Flow::new("Test").parameter("order", Order::shape);
    states.into_iter().fold(flow, Flow::state)
}

fn asl(flow: Flow) -> String {
    match flow.lower() {
        Ok(definition) => definition.to_json_pretty(),
        Err(faults) => panic!("{faults}"),
    }
}

fn faults(flow: Flow) -> Vec<String> {
    match flow.lower() {
        Ok(definition) => panic!("no fault in {definition}"),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

fn jsonpath(flow: Flow) -> Flow {
    flow.query_language(QueryLanguage::JsonPath)
}

fn charge() -> Call {
    Call::task::<charge_card>(vec![Expr::record::<Payment>(
        None,
        vec![("amount", order().field("total")), ("note", Expr::none())],
    )])
}

fn label() -> Expr {
    Expr::format(vec![
        Piece::Text("order ".into()),
        Piece::Value(order().field("order_id")),
    ])
}

/// Compares the ASL of a flow with its snapshot.
fn emits(name: &str, flow: Flow) {
    insta::assert_snapshot!(name, asl(flow));
}

/// Compares the faults of a flow with their snapshot.
fn refuses(name: &str, flow: Flow) {
    insta::assert_snapshot!(name, faults(flow).join("\n"));
}
