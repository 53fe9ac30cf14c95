use stepwright::prelude::*;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Get { let found = charge_card(order).await; end found; }
    }
}

fn main() {}
