use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        timeout 1d;
        timeout 2d;
        task Charge {
            let charge = charge_card(order);
            timeout 1m;
            timeout 2m;
            end charge;
        }
    }
}

fn main() {}
