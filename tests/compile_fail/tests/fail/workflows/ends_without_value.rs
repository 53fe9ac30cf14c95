use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        choice Size {
            when order.vip => Done;
            otherwise => Pause;
        }
        succeed Done;
        wait Pause { seconds 5m; end; }
    }
}

fn main() {}
