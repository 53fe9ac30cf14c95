use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: impl Into<Order>) -> Charge {
    Charge { id: order.into().id }
}

fn main() {}
