use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow(express)]
async fn orders(order: Order) -> Charge {
    let decision: Decision = request_review(&order, task_token()).await;
    println!("{decision:?}");
    Charge { id: order.id }
}

fn main() {}
