use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    let charge = charge_card(&order)
        .retry(|_| true, every(secs(order.items.len() as u64)).times(3))
        .await?;
    Ok(charge)
}

fn main() {}
