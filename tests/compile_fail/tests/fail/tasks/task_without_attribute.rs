use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        task Plain { let same = plain_function(order); end same; }
    }
}

fn main() {}
