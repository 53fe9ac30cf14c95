use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        parallel Both {
            let (charge, _) =
                branch { task Charge { let charge = charge_card(order); end charge; } }
                branch { pass Skip { end; } };
            next Charge;
        }
        pass Charge { end charge; }
    }
}

fn main() {}
