use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay(order: Order) -> Result<Charge, PaymentError> {
    if order.vip {
        return pay(&order).await;
    }
    charge_card(&order).await
}

fn main() {}
