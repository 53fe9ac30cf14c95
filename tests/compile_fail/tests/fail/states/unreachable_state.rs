use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge { let charge = charge_card(order); end charge; }
        task Validate { validate_order(order); next Late; }
        fail Late;
    }
}

fn main() {}
