use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    match charge_card(&order).await {
        Ok(charge) => Ok(charge),
        Err(e @ PaymentError::GatewayTimeout) => Err(OrderFailed::Rejected { reason: e.to_string() }),
        Err(_) => Err(OrderFailed::Refunded),
    }
}

fn main() {}
