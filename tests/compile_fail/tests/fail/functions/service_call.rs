use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    service("arn:aws:states:::sqs:sendMessage", &order).await;
    Charge { id: order.id }
}

fn main() {}
