use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Total(order: Order) -> f64 {
        succeed Only { order.total }
    }
}

fn main() {}
