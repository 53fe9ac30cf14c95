use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        pass Start { let count = 0; next Count; }
        pass Count { let count = count + 1; next Pause; }
        wait Pause { seconds 1m; next Count; }
    }
}

fn main() {}
