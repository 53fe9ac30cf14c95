use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    let charge = charge_card(&order)
        .retry(|e| matches!(e, PaymentError::Busy), every(secs(2)))
        .await?;
    Ok(charge)
}

fn main() {}
