use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        #[cfg(unix)]
        task Charge { let charge = charge_card(order); end charge; }
    }
}

fn main() {}
