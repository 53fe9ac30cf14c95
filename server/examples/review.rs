//! A server with a workflow in Rust: the console makes its forms from the types. The argument is
//! the address, by default `127.0.0.1:8083`.
//!
//! ```sh
//! cargo run -p stepwright-server --features console --example review
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;
use stepwright_runtime::Engine;
use stepwright_server::{ConsoleMode, Server};
use tokio::net::TcpListener;

/// An order that a person reviews.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    /// The number of the order, as in the confirmation.
    order_id: String,
    /// What the customer pays, in EUR.
    total: f64,
    #[serde(default = "one")]
    copies: u32,
    is_gift: bool,
    note: Option<String>,
    shipping: Shipping,
    address: Address,
    /// If it differs from the address.
    billing: Option<Address>,
    tags: Vec<String>,
}

fn one() -> u32 {
    1
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
enum Shipping {
    Standard,
    Express,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
struct Address {
    street: String,
    city: String,
}

/// What the reviewer decides.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "decision", rename_all = "camelCase")]
enum Decision {
    Approved { by: String },
    Rejected { by: String, reason: String },
}

#[task]
async fn request_review(order: Order, task_token: String) {
    println!("order {} waits for a review: {task_token}", order.order_id);
}

workflow! {
    /// Waits until a person decides about an order.
    workflow Review(order: Order) -> Decision {
        task Ask {
            let decision: Decision = wait_for_task_token request_review(order, task_token);
            timeout 3d;
            end decision;
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:8083")).await?;
    let engine = Engine::builder().register::<Review>().build()?;
    let server = Server::builder().engine(engine).console(ConsoleMode::On);
    eprintln!(
        "serving Step Functions at http://{}",
        listener.local_addr()?
    );
    server.serve(listener).await?;
    Ok(())
}
