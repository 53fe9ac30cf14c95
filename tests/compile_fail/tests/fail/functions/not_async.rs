use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
fn orders(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
