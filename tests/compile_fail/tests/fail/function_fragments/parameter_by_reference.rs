use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay(order: &Order) -> Charge {
    Charge { id: order.id.clone() }
}

fn main() {}
