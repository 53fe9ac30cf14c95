use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            retry PaymentError::GatewayTimeout (interval: 0s, backoff_rate: 0.5, jitter: half, max_atempts: 3);
            retry States::ALL (interval: 1m, max_delay: 30s);
            end charge;
        }
    }
}

fn main() {}
