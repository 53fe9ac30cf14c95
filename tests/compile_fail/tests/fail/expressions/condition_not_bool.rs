use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        choice Size {
            when order.total => Large;
            otherwise => Small;
        }
        fail Large;
        succeed Small { order }
    }
}

fn main() {}
