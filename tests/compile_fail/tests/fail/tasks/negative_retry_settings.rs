use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let receipt = charge_card(order);
            retry PaymentError::GatewayTimeout (max_attempts: -5, interval: -2s);
            retry States::ALL (max_attempts: 99999999999999999999, backoff_rate: -2.5);
            next Done;
        }
        succeed Done { receipt }
    }
}

fn main() {}
