use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(mut order: Order) -> Charge {
    order = order.clone();
    Charge { id: order.id }
}

fn main() {}
