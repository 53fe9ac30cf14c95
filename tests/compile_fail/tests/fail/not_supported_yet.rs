use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        deny unhandled_errors;
        task Only { let charge = charge_card(order); end charge; }
    }

    fragment Payment(order: Order) -> Charge {
        task Charge { let charge = charge_card(order); end charge; }
    }
}

fn main() {}
