use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Payment(order: Order) -> Charge {
        task Charge { let charge = charge_card(order); end charge; }
    }
}

fn main() {}
