use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    let charge = charge_card(&order)
        .retry(|_| true, every(secs(0)).times(3).backoff(0.5))
        .await?;
    Ok(charge)
}

fn main() {}
