use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let token = task_token();
    let decision: Decision = request_review(&order, token).await;
    println!("{decision:?}");
    Charge { id: order.id }
}

fn main() {}
