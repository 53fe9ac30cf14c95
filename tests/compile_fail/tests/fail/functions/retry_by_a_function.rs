use stepwright::function::*;
use stepwright_compile_fail::*;

fn is_busy(_: &PaymentError) -> bool {
    true
}

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    let charge = charge_card(&order)
        .retry(is_busy, every(secs(2)))
        .await?;
    Ok(charge)
}

fn main() {}
