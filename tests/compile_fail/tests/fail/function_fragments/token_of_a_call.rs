use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn review(order: Order, token: String) {
    request_review(&order, token).await;
}

#[workflow]
async fn orders(order: Order) -> bool {
    let is_approved: bool = review(&order, task_token()).await;
    is_approved
}

fn main() {}
