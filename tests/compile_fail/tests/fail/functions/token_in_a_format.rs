use stepwright::function::*;
use stepwright_compile_fail::*;

#[task]
async fn ask(text: String);

#[workflow]
async fn orders(order: Order) -> Decision {
    let decision: Decision = ask(format!("{}: {}", order.id, task_token())).await;
    decision
}

fn main() {}
