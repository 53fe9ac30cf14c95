use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let text = serde_json::to_string(&order.total);
    Charge { id: order.id }
}

fn main() {}
