use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Total(total: f64) -> f64 {
        pass Only { end total; }
    }

    workflow Orders(order: Order) {
        include Once { Total(jsonata!("$states.input.total")); next Done; }
        succeed Done;
    }
}

fn main() {}
