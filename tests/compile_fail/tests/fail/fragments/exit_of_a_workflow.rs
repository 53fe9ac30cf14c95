use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        exit Done;
    }
}

fn main() {}
