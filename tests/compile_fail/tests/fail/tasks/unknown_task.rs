use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge { let charge = charge_cart(order); end charge; }
    }
}

fn main() {}
