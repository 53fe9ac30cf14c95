use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            retry PaymentError::GatewayTimeout (max_attempts: 2);
            retry PaymentError::GatewayTimeout (max_attempts: 5);
            end charge;
        }
    }
}

fn main() {}
