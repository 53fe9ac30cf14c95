use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        choice Size {
            when order.total > 1.0 => Done;
            otherwise => Done;
            next Done;
        }
        succeed Done;
    }
}

fn main() {}
