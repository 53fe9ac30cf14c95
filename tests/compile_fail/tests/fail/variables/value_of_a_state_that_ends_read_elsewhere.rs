use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        choice Decide {
            let large = order.total > 100.0;
            when large => Large;
            otherwise fail;
        }
        succeed Large { if large { order } else { order } }
    }
}

fn main() {}
