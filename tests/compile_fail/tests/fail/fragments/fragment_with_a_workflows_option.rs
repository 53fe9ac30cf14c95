use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Total(order: Order) -> f64 {
        timeout 7d;
        pass Only { end order.total; }
    }
}

fn main() {}
