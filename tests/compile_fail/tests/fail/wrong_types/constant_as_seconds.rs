use stepwright::prelude::*;
use stepwright_compile_fail::*;

const NAME: &str = "fast";

workflow! {
    workflow Orders(order: Order) -> Charge {
        wait Pause {
            seconds NAME;
            next Done;
        }
        succeed Done { Charge { id: order.id } }
    }
}

fn main() {}
