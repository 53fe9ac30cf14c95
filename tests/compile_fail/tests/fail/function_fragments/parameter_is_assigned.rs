use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay(mut order: Order) -> Charge {
    order.total += 1.0;
    Charge { id: order.id }
}

fn main() {}
