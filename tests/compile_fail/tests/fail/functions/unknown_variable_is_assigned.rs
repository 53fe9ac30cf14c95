use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    totl = order.total;
    Charge { id: order.id }
}

fn main() {}
