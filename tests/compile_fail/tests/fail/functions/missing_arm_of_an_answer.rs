use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    match request_review(&order, task_token()).timeout(days(1)).await {
        Ok(Decision::Approved) => Ok(Charge { id: order.id }),
        Err(_) => Err(OrderFailed::Refunded),
    }
}

fn main() {}
