use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let found = order.load().await;
    Charge { id: found.id }
}

fn main() {}
