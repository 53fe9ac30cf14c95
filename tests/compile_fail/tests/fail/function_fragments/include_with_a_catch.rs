use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay(order: Order) -> Result<Charge, PaymentError> {
    charge_card(&order).await
}

stepwright::workflow! {
    workflow Orders(order: Order) -> Charge {
        include Pay { let charge = pay(order); catch PaymentError::GatewayTimeout => Failed; next Done; }
        succeed Done { charge }
        fail Failed { "Failed", "late" }
    }
}

fn main() {}
