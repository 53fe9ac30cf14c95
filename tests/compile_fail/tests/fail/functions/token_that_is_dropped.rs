use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    request_review(&order, task_token()).await;
    Charge { id: order.id }
}

fn main() {}
