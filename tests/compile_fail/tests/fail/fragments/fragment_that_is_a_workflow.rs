use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Other(order: Order) { succeed End; }

    workflow Orders(order: Order) {
        include Once { Other(order); next Done; }
        succeed Done;
    }
}

fn main() {}
