use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        include Once { Missing(order); next Done; }
        succeed Done;
    }
}

fn main() {}
