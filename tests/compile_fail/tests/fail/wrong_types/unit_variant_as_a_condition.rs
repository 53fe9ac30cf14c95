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

workflow! {
    workflow Orders(order: Order) -> Charge {
        choice Fast {
            when Mode::Fast => Done;
            otherwise => Done;
        }
        succeed Done { Charge { id: order.id } }
    }
}

fn main() {}
