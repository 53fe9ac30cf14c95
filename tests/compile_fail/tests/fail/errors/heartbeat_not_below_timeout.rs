use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            timeout 5m;
            heartbeat 300;
            end charge;
        }
    }
}

fn main() {}
