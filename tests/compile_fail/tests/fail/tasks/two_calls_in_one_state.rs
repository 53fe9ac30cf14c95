use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let checked = validate_order(order);
            let charge = charge_card(order);
            end charge;
        }
    }
}

fn main() {}
