use stepwright::prelude::*;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            retry OrderError::Invalid (interval: 2s);
            end charge;
        }
    }
}

fn main() {}
