use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> serde_json::Value {
    json!({ "id": order.number })
}

fn main() {}
