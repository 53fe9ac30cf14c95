use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        tsk Charge {
            let charge = charge_card(order);
            timout 5m;
            end charge;
        }
    }
}

fn main() {}
