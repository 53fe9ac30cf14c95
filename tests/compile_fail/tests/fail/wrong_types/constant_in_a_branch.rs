use stepwright::prelude::*;
use stepwright_compile_fail::*;

const LIMIT: f64 = 5.0;

workflow! {
    workflow Orders(order: Order) -> Charge {
        succeed Done { Charge { id: if order.vip { LIMIT } else { order.id } } }
    }
}

fn main() {}
