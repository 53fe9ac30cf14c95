use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay(order: Order) -> Result<Charge, PaymentError> {
    charge_card(&order).await
}

stepwright::workflow! {
    workflow Orders(order: Order) -> Charge {
        task Pay { let charge = pay(order); end charge; }
    }
}

fn main() {}
