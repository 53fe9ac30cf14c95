use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        fail Bad { "Bad", order.total }
    }
}

fn main() {}
