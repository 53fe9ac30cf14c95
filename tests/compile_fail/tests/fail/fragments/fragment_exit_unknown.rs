use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Pay(order: Order) -> Charge {
        choice Large {
            when order.total > 100.0 => TooMuch;
            otherwise => Charge;
        }
        task Charge { let charge = charge_card(order); end charge; }
        exit TooMuch -> f64 { order.total }
    }

    workflow Orders(order: Order) {
        include Once { Pay(order); exit TooMch => Reject; exit TooMuch => Reject; next Done; }
        succeed Done;
        fail Reject;
    }
}

fn main() {}
