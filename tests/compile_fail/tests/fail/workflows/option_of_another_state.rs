use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Order {
        pass Label {
            timeout 5m;
            retry States::ALL (max_attempts: 1);
            end order;
        }
    }
}

fn main() {}
