use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Total(order: Order) -> String {
        pass Only { end order.total; }
    }
}

fn main() {}
