use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    let charge = charge_card(&order)
        .retry(every(secs(2)).times(3))
        .await?;
    Ok(charge)
}

fn main() {}
