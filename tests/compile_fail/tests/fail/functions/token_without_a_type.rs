use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let decision = request_review(&order, task_token()).await;
    Charge { id: decision }
}

fn main() {}
