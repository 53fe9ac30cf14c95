use stepwright::function::*;
use stepwright_compile_fail::*;

fn task_token() -> String {
    String::new()
}

#[workflow]
async fn orders(order: Order) -> Decision {
    let decision: Decision = request_review(&order, task_token()).await;
    decision
}

fn main() {}
