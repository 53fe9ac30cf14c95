use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    match request_review(&order, task_token()).timeout(days(1)).await {
        Ok(Decision::Aproved) => Ok(Charge { id: order.id }),
        Ok(Decision::Refused { reason }) => Err(OrderFailed::Rejected { reason }),
        Err(_) => Err(OrderFailed::Refunded),
    }
}

fn main() {}
