use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    assert!(order.total, "no total");
    Charge { id: order.id }
}

fn main() {}
