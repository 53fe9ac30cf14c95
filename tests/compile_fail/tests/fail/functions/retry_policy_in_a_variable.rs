use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    let policy = every(secs(2));
    let charge = charge_card(&order)
        .retry(|_| true, policy)
        .await?;
    Ok(charge)
}

fn main() {}
