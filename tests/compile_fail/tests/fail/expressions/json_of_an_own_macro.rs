use stepwright::workflow;
use stepwright_compile_fail::*;

macro_rules! json {
    ($($any:tt)*) => {
        serde_json::Value::Null
    };
}

workflow! {
    workflow Orders(order: Order) -> serde_json::Value {
        succeed Done { json!({ "id": order.id }) }
    }
}

fn main() {}
