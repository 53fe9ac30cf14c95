use stepwright::prelude::*;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> String {
        pass Begin { let states = order.id; next Done; }
        pass Done { end states; }
    }
}

fn main() {}
