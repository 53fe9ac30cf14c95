use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let part = order.id.splitn(2, "-").count();
    Charge { id: order.id }
}

fn main() {}
