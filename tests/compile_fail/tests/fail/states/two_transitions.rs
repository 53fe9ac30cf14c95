use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            next Done;
            end charge;
        }
        succeed Done { charge }
    }
}

fn main() {}
