use stepwright::prelude::*;
use stepwright_compile_fail::*;

const LIMIT: f64 = 5.0;

workflow! {
    workflow Orders(order: Order) -> Charge {
        wait Pause {
            timestamp LIMIT;
            next Done;
        }
        succeed Done { Charge { id: order.id } }
    }
}

fn main() {}
