use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        parallel Both {
            let (charge, _, _) =
                branch { task Charge { let charge = charge_card(order); end charge; } }
                branch { pass Skip { end; } };
            next Done;
        }
        pass Done { end charge; }
    }
}

fn main() {}
