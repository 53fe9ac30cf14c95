use stepwright::prelude::*;
use stepwright_compile_fail::*;

/// The speed of a delivery.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Payload)]
pub enum Mode {
    /// On the same day.
    Fast,
    /// On the next day.
    Slow,
}

#[task]
async fn send(text: String, count: i64) -> Charge;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Send {
            let sent = send(order.id, Mode::Fast);
            end sent;
        }
    }
}

fn main() {}
