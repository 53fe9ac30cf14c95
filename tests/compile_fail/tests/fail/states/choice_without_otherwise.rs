use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        choice Size {
            when order.total > 100.0 => Large;
        }
        succeed Large { order }
    }
}

fn main() {}
