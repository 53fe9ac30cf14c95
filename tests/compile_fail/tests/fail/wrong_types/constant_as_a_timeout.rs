use stepwright::prelude::*;
use stepwright_compile_fail::*;

const NAME: &str = "fast";

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            timeout NAME;
            end charge;
        }
    }
}

fn main() {}
