use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow(name = "order processing")]
async fn orders(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
