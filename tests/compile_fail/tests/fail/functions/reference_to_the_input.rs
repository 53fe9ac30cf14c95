use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let reference = &mut order;
    reference.total = 1.0;
    Charge { id: order.id }
}

fn main() {}
