use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> impl Payload {
    Charge { id: order.id }
}

fn main() {}
