use stepwright::functions;
use stepwright::prelude::*;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        pass Start {
            let total: i64 = functions::now();
            next Done;
        }
        succeed Done { Charge { id: format!("{total}") } }
    }
}

fn main() {}
