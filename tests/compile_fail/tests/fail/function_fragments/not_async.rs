use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
fn pay(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
