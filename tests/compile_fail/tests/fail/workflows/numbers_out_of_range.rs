use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        timeout 0s;
        task Charge {
            let charge = charge_card(order);
            timeout 100000000;
            retry PaymentError::GatewayTimeout (max_attempts: 100000000);
            next Pause;
        }
        wait Pause { seconds 100000000; next Done; }
        pass Done { end charge; }
    }
}

fn main() {}
