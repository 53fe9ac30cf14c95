use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    sleep(secs(1), secs(2)).await;
    Charge { id: order.id }
}

fn main() {}
