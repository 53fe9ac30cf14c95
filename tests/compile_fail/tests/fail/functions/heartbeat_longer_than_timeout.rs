use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let decision: Decision = match request_review(&order, task_token()).timeout(hours(1)).heartbeat(hours(2)).await {
        Ok(decision) => decision,
        Err(_) => return Err(OrderFailed::Refunded),
    };
    println!("{decision:?}");
    Ok(Charge { id: order.id })
}

fn main() {}
