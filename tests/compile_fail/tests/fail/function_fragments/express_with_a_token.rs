use stepwright::function::*;
use stepwright_compile_fail::*;

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Payload)]
struct Answer {
    ok: bool,
}

#[fragment]
async fn review(order: Order) -> bool {
    let answer: Answer = request_review(&order, task_token()).await;
    answer.ok
}

#[workflow(express)]
async fn orders(order: Order) -> bool {
    review(&order).await
}

fn main() {}
