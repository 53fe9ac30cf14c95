use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let decision: Decision = request_review(&order, task_token()).await;
    match decision {
        Decision::Approved => Charge { id: order.id },
    }
}

fn main() {}
